"""The shape of ``agent.toml`` as it is written; paths are relative to the file's own folder.

What a key means is said here; what its value must satisfy beyond its type is checked in ``load``, ``stations`` and
``hub_address``.
"""

from typing import Annotated, Any

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=60_000)]


class AgentTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[agent]``: who signs (``author``, with ``key_file``), and where things are kept.

    ``data`` is the folder of the outbox and the pictures; ``profiles`` a folder of device profiles of the user's own.
    """

    author: Name
    environment: str
    control_plan: Name
    key_file: Name = "agent.key"
    data: Name = "data"
    profiles: Name | None = None


class HubTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[hub]``: where batches go, and the key (base64) by which the hub's receipts are verified."""

    url: str
    public_key: str


class SealingTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[sealing]``: a batch is closed at ``max_records`` or when its oldest record is ``max_age_s`` old."""

    max_records: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    max_age_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 1.0


class DeviceTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[device]]``: one controller; ``settings`` are those of its driver."""

    name: Name
    driver: Name
    profile: Name
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


class StationTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[station]]``: one operation at one work cell, seen through one device from ``base`` on.

    ``measurements`` maps points of the profile to characteristics of the control plan. ``lot_part`` is the GTIN of
    the material whose lot the controller names, ``lot_quantity`` ``lot_uom`` (UCUM) is what one unit takes of it.
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
    camera: CameraTable | None = None


class AgentFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    agent: AgentTable
    hub: HubTable
    sealing: SealingTable = SealingTable()
    device: tuple[DeviceTable, ...]
    station: tuple[StationTable, ...]
