"""How one device does: connected since when, how often again, and what was wrong last."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from edge_agent.errors import AgentError


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One device as it stands. ``since`` is when ``connected`` became what it is, None before the first try.

    ``reconnects`` counts connections after the first one. ``last_error`` stays readable after the device is back.
    """

    device: str
    connected: bool = False
    since: datetime | None = None
    reconnects: int = 0
    last_error: str | None = None
    last_error_at: datetime | None = None


class HealthBook:
    """Kept by the device's link; ``clock`` gives the time zone-aware present."""

    def __init__(self, device: str, clock: Callable[[], datetime]) -> None:
        self.now = Health(device=device)
        self._clock = clock
        self._connections = 0

    def connected(self) -> None:
        """A connection was made."""
        reconnects = self._connections
        self._connections += 1
        self.now = msgspec.structs.replace(self.now, connected=True, since=self._clock(), reconnects=reconnects)

    def failed(self, error: AgentError) -> None:
        """There is no connection, and this is why."""
        at = self._clock()
        since = at if self.now.connected or self.now.since is None else self.now.since
        self.now = msgspec.structs.replace(
            self.now, connected=False, since=since, last_error=str(error), last_error_at=at
        )
