"""The shape of ``agent.toml`` as it is written; paths are relative to the file's own folder.

What a key means is said here; what its value must satisfy beyond its type is checked in ``load``, ``stations`` and
``hub_address``.
"""

from typing import Annotated, Any, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=60_000)]


class AgentTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[agent]``: who signs (``author``, with ``key_file``), and where things are kept.

    ``data`` is the folder of the outbox and the pictures; ``profiles`` a folder of device profiles of the user's own.
    ``reload_on_change``: take over a changed file by itself, not only when asked to.
    """

    author: Name
    environment: str
    control_plan: Name
    key_file: Name = "agent.key"
    data: Name = "data"
    profiles: Name | None = None
    reload_on_change: bool = False


class HubTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[hub]``: where batches go, and the key (base64) by which the hub's receipts are verified."""

    url: str
    public_key: str


class SealingTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[sealing]``: a batch is closed at ``max_records`` or when its oldest record is ``max_age_s`` old."""

    max_records: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    max_age_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 1.0


class PageTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[page]``: the page on this machine only; ``port`` 0 switches it off."""

    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8470


class LogTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[log]``: log lines go to standard error and, with ``file``, there too.

    A file that reached ``max_bytes`` is put aside as ``file.1``; ``keep`` such files stay.
    """

    file: Name | None = None
    max_bytes: Annotated[int, msgspec.Meta(ge=10_000, le=1_000_000_000)] = 10_000_000
    keep: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    format: Literal["text", "json"] = "text"


class DeviceTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[device]]``: one controller; ``settings`` are those of its driver.

    ``firmware`` is its version, where the profile reads versions differently. ``identify`` is what to do when the
    device says that it is not what the profile is for: refuse to serve it, warn, or don't ask.
    """

    name: Name
    driver: Name
    profile: Name
    firmware: Name | None = None
    identify: Literal["require", "warn", "off"] = "warn"
    poll_ms: Milliseconds = 50
    settings: dict[str, Any] = {}


class CameraTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[station.camera]``: a folder of pictures ``{station}-{cycle:08d}-{position}.png``, one for each position.

    The first position shows the unit itself, the others its components.
    """

    folder: Name
    positions: tuple[str, ...]
    formats: tuple[str, ...] = ("qr", "datamatrix")
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 2.0


class InterlockTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[station.interlock]``: the controller may ask whether a unit may be processed here.

    ``when_unknown`` is what it is told when something needed for the decision is not known: permit (fail-open), refuse
    (fail-safe), or tell (3, the controller decides). ``previous_elsewhere``: stations of other agents also perform the
    operation before, so that a unit without a result there is unknown, not refused.
    """

    when_unknown: str = "tell"
    previous_elsewhere: bool = False


class ReaderTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[station.reader]``: the code reader that identifies the units of a station with a handshake.

    A reader with a trigger is asked at each cycle and given ``timeout_s``. One that speaks by itself has spoken in the
    ``max_age_s`` before the cycle, or does so within ``timeout_s``; each of its readings counts for one cycle.
    """

    device: Name
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 2.0
    max_age_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 60.0


class StationTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[station]]``: one operation at one work cell, seen through one device from ``base`` on.

    ``measurements`` maps points of the profile to characteristics of the control plan. ``lot_part`` is the GTIN of
    the material whose lot the controller names, ``lot_quantity`` ``lot_uom`` (UCUM) is what one unit takes of it.
    ``busy_timeout_s`` is how long the controller waits for a disk that does not take its cycle before it is told.
    """

    name: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_.-]{1,60}$")]
    work_cell: Name
    operation: Name
    device: Name
    base: int | str = 0
    lot_part: str | None = None
    lot_quantity: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")] = "1"
    lot_uom: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "{piece}"
    measurements: dict[str, str] = {}
    busy_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 5.0
    camera: CameraTable | None = None
    reader: ReaderTable | None = None
    interlock: InterlockTable | None = None


class AgentFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    agent: AgentTable
    hub: HubTable
    sealing: SealingTable = SealingTable()
    page: PageTable = PageTable()
    log: LogTable = LogTable()
    device: tuple[DeviceTable, ...]
    station: tuple[StationTable, ...]
