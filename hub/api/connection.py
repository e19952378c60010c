"""Connections that are bounded in time on both sides of a request, as ``body`` bounds the request itself.

A request's line and headers have ``HEAD_S`` seconds from the connection's beginning, or from their first byte on a
connection that is kept; whoever opens connections and says nothing, or a letter now and then, holds none for long. An
answer that nobody reads is given up after ``READER_S`` seconds in which not even the send buffer became half empty.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 15.0
READER_S = 60.0


class TimedConnection(H11Protocol):
    """HTTP/1.1 on one connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = _Limit(self.loop)
        self._reader = _Limit(self.loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base
        """The first request is awaited."""
        super().connection_made(transport)
        self._head.begin(HEAD_S, transport.close)

    def data_received(self, data: bytes) -> None:
        """A part of a head, which is awaited whole, or of a body, which is not this module's business."""
        super().data_received(data)
        cycle: Any = self.cycle  # None before the first request
        if cycle is not None and not cycle.response_complete:
            self._head.end()
        else:
            self._head.begin(HEAD_S, self.transport.close)

    def pause_writing(self) -> None:
        """The other side does not read as fast as it is written."""
        super().pause_writing()
        self._reader.begin(READER_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It has read enough."""
        super().resume_writing()
        self._reader.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._head.end()
        self._reader.end()
        super().connection_lost(exc)


class _Limit:
    """Something happens when the time is over."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, seconds: float, then: Callable[[], object]) -> None:
        """Count from now, unless it is counted already."""
        if self._timer is None:
            self._timer = self._loop.call_later(seconds, then)

    def end(self) -> None:
        """It came in time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
