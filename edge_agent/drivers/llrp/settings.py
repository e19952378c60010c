"""Where an RFID reader is, and what counts as one sighting of a tag."""

from typing import Annotated, Literal

import msgspec

from edge_agent.drivers.setting_types import Port, Seconds

Antenna = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class LlrpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader that speaks LLRP over TCP.

    A tag that is read again within ``window_s`` after it was last read is the same sighting; with ``per_antenna``
    only at the same antenna. ``antennas`` empty means all. ``power_dbm`` is the reader's own setting when left out.
    ``other_tags`` says what to do with tags that name no unit of a GTIN: "tell" them, or "ignore" them.
    ``keep_alive`` is how often (seconds) reader and agent assure each other that they are there.
    """

    host: str
    port: Port = 5084
    antennas: tuple[Antenna, ...] = ()
    session: Literal[0, 1, 2, 3] = 1
    power_dbm: Annotated[float, msgspec.Meta(ge=0, le=40)] | None = None
    window_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 10.0
    per_antenna: bool = False
    other_tags: Literal["tell", "ignore"] = "tell"
    keep_alive: Seconds = 5.0
    timeout: Seconds = 5.0
