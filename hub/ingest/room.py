"""Memory set aside for bodies of batches: in all, and for each author. No waiting here: it fits, or ``TooBusy``."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import TooBusy
from hub.ingest.capacity import Capacity


class Body:
    """What one request holds of the room; grows while its body is read."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self.size = 0

    def grow(self, size: int) -> None:
        """Set ``size`` more bytes aside before they are kept; ``TooBusy`` when there is no room for them."""
        self._room.reserve(size)
        self.size += size


class Room:
    """Counts; used from one event loop only."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._taken = 0
        self._requests: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Bytes set aside now."""
        return self._taken

    @contextmanager
    def body(self) -> Iterator[Body]:
        """Room for one request's body, given back at the end."""
        body = Body(self)
        try:
            yield body
        finally:
            self._taken -= body.size

    @contextmanager
    def share(self, author: str, size: int) -> Iterator[None]:
        """Count a request with ``size`` bytes among those of ``author``; ``TooBusy`` when its share is used up."""
        most = self._capacity
        # A first batch always fits, whatever its size: a share that is too small must slow down, never shut out.
        full = self._requests[author] >= most.per_author or self._bytes[author] + size > most.author_bodies
        if full and self._requests[author]:
            raise TooBusy(
                f"{self._requests[author]} batches of {author} with {self._bytes[author]} bytes are under way already",
                own=True,
                after_s=most.retry_after_s,
                advice="have fewer batches under way at once ([hub] in_flight of the agent)",
            )
        self._requests[author] += 1
        self._bytes[author] += size
        try:
            yield
        finally:
            self._requests[author] -= 1
            self._bytes[author] -= size
            if not self._requests[author]:
                del self._requests[author], self._bytes[author]

    def reserve(self, size: int) -> None:
        """Set ``size`` bytes aside; ``TooBusy`` when all room is taken."""
        if self._taken + size > self._capacity.bodies:
            raise TooBusy(
                f"{self._taken} bytes of batches wait to be stored, there is no room for {size} more",
                own=False,
                after_s=self._capacity.retry_after_s,
                advice="send the same batch again after Retry-After",
            )
        self._taken += size
