"""One reader for a line while anybody listens: it looks for news, and wakes everybody at once.

Runs in the event loop; the reading itself in a worker thread. A reader begins with its first listener and ends with its
last, so that a line nobody watches costs nothing.
"""

import asyncio
import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from hub.errors import HubError, NotFound, TooBusy
from hub.live.desk import Key, Snapshot

LOOK_EVERY_S = 2.0
MOST_LISTENERS = 200
"""Well below what the server takes in connections, so that pages and agents get through."""
MOST_OF_ONE = 6
"""Listeners of one session or token."""
COME_AGAIN_S = 30
_LOG = logging.getLogger(__name__)
Read = Callable[[], Snapshot]


class Feed:
    """What a reader last read; ``over`` once there is no such line for its listeners any more."""

    def __init__(self, read: Read, look_every_s: float) -> None:
        self.latest: Snapshot | None = None
        self.over = False
        self.listeners = 0
        self._read = read
        self._look_every_s = look_every_s
        self._next = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def looked(self) -> None:
        """Waits until the reader has looked again."""
        await self._next.wait()

    def stop(self) -> None:
        """Nobody listens any more."""
        self._task.cancel()

    async def _run(self) -> None:
        while not self.over:
            try:
                self.latest = await run_in_threadpool(self._read)
            except NotFound:
                self.over = True
            except HubError as error:  # a store that is busy or gone for a while: the last figures stand
                _LOG.warning("a live line was not read, and is tried again: %s", error)
            except Exception:  # the outermost edge of this task: its listeners are told, and come again
                _LOG.exception("the reader of a live line ended")
                self.over = True
                self._wake()
                raise
            self._wake()
            await asyncio.sleep(self._look_every_s)

    def _wake(self) -> None:
        woken, self._next = self._next, asyncio.Event()
        woken.set()


class Feeds:
    """Every line that is listened to, and by whom."""

    def __init__(self, look_every_s: float = LOOK_EVERY_S) -> None:
        self._feeds: dict[Key, Feed] = {}
        self._by_listener: dict[str, int] = {}
        self._look_every_s = look_every_s

    def listen(self, key: Key, listener: str, read: Read) -> Feed:
        """The feed of ``key``, read by ``read`` if it is the first one to listen. ``TooBusy`` beyond the bounds."""
        if self._by_listener.get(listener, 0) >= MOST_OF_ONE:
            raise TooBusy(
                f"{MOST_OF_ONE} live lines are open already",
                own=True,
                after_s=COME_AGAIN_S,
                advice="close a window that shows one",
            )
        if self.listening >= MOST_LISTENERS:
            raise TooBusy("too many live lines are open", own=False, after_s=COME_AGAIN_S, advice="load the page anew")
        feed = self._feeds.get(key)
        if feed is None or feed.over:
            feed = self._feeds[key] = Feed(read, self._look_every_s)
        feed.listeners += 1
        self._by_listener[listener] = self._by_listener.get(listener, 0) + 1
        return feed

    def leave(self, key: Key, listener: str, feed: Feed) -> None:
        """The opposite of ``listen``."""
        feed.listeners -= 1
        if not feed.listeners:
            feed.stop()
            if self._feeds.get(key) is feed:
                del self._feeds[key]
        left = self._by_listener[listener] - 1
        if left:
            self._by_listener[listener] = left
        else:
            del self._by_listener[listener]

    @property
    def listening(self) -> int:
        """How many listen."""
        return sum(self._by_listener.values())
