"""Where a tightening controller is, and how its results are asked for."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from edge_agent.drivers.setting_types import Port, Seconds


class OpenProtocolSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A controller that speaks Open Protocol over TCP.

    ``time_zone`` (such as "Asia/Shanghai") is where the controller's clock is, which it does not say itself.
    ``revision`` of the results is the highest to ask for; a controller that does not know it is asked for a lower one.
    ``fill_limit`` is how many results that were missed are fetched at most; older ones are recorded as lost.
    ``keep_alive`` and ``timeout`` are in seconds: how long the connection may be idle, and how long an answer may take.
    """

    host: str
    port: Port = 4545
    time_zone: str
    revision: Annotated[int, msgspec.Meta(ge=1, le=6)] = 2
    fill_limit: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 1000
    keep_alive: Annotated[float, msgspec.Meta(gt=0, le=14)] = 10.0
    timeout: Seconds = 5.0

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, OSError, KeyError):
            message = f"time_zone: {self.time_zone!r} is not known here; expected a name such as 'Asia/Shanghai'"
            raise ValueError(message) from None
