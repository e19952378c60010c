"""Server-sent events of a line (WHATWG HTML, "Server-sent events").

``now``: the line has changed; the data are the view of ``/now``, the id its version, so that a browser that comes again
with ``Last-Event-ID`` is told nothing it knows. ``end``: nothing comes any more, with ``session`` (who listens is not
signed in any more, or sees something else now) or ``gone`` (no such line). Comments keep the connection open.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from hub.api.answer import json_bytes
from hub.live.feed import Feed

EVENT_STREAM = "text/event-stream"
RETRY_MS = 3000
CHECK_EVERY_S = 10.0
BEAT_EVERY_S = 15.0
LONGEST_S = 3600.0
"""Then the browser comes again, and is looked at as if it were new."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Listener:
    """One who listens; ``still`` tells whether it may, ``ending`` whether the server wants to end."""

    def __init__(
        self,
        feed: Feed,
        still: Callable[[], Awaitable[bool]],
        ending: Callable[[], bool],
        *,
        seen: str = "",
        check_every_s: float = CHECK_EVERY_S,
        beat_every_s: float = BEAT_EVERY_S,
    ) -> None:
        self._feed = feed
        self._still = still
        self._ending = ending
        self._seen = seen[:100]
        self._check_every_s = check_every_s
        self._beat_every_s = beat_every_s

    async def frames(self) -> AsyncIterator[bytes]:
        """What goes out, until it is over."""
        clock = asyncio.get_running_loop().time
        begin = checked = beaten = clock()
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not self._ending() and clock() - begin < LONGEST_S:
            if clock() - checked >= self._check_every_s:
                checked = clock()
                if not await self._still():
                    yield _end("session")
                    return
            if self._feed.over:
                yield _end("gone")
                return
            latest = self._feed.latest
            if latest is not None and latest.line.version != self._seen:
                self._seen, beaten = latest.line.version, clock()
                yield _frame("now", latest.drawn(("event",), lambda line: json_bytes(line).decode()), self._seen)
            elif clock() - beaten >= self._beat_every_s:
                beaten = clock()
                yield b": here\n\n"
            await self._feed.looked()


class EventStream(StreamingResponse):
    """An answer that tells ``left`` when it is over, however it ends."""

    def __init__(self, frames: AsyncIterator[bytes], left: Callable[[], None]) -> None:
        super().__init__(frames, media_type=EVENT_STREAM, headers=_HEADERS)
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left()


def _frame(event: str, data: str, identity: str = "") -> bytes:
    """``data`` is one line: JSON has no line breaks."""
    named = f"id: {identity}\n" if identity else ""
    return f"{named}event: {event}\ndata: {data}\n\n".encode()


def _end(why: str) -> bytes:
    return _frame("end", json.dumps({"why": why}))
