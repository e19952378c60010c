"""The configuration after every check: nothing below needs to doubt it again."""

from pathlib import Path

import msgspec

from edge_agent.acquisition.resolve import Resolved
from firmware_profiles.format import Profile
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan
from traceability.unit import Environment
from vision.formats import Format


class Hub(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` has no slash at its end; ``public_key`` is raw, 32 bytes; ``loopback``: the hub is on this machine."""

    url: str
    public_key: bytes
    loopback: bool


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """When a batch is closed; the age is in seconds."""

    max_records: int
    max_age: float


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A controller; ``settings`` has the type its driver asks for, ``poll`` is in seconds."""

    name: str
    driver: str
    settings: msgspec.Struct
    profile: Profile
    poll: float


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """The material whose lot the controller names: its GTIN, and how much of it one unit takes."""

    gtin: str
    quantity: str
    uom: str


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """Where pictures appear and what to read in them; ``timeout`` in seconds; the first position is the unit."""

    folder: Path
    positions: tuple[str, ...]
    formats: tuple[Format, ...]
    timeout: float


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """One operation at one work cell; ``measurements`` by point name of the profile."""

    name: str
    work_cell: str
    operation: str
    device: str
    resolved: Resolved
    measurements: dict[str, Characteristic]
    lot: Lot | None
    camera: Camera | None


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agent runs by; paths are absolute.

    ``gtin`` is the part of the control plan, ``plan_id`` the plan's hash, ``hash`` that of the bytes of both files.
    """

    file: Path
    hash: str
    author: str
    environment: Environment
    key_file: Path
    data: Path
    gtin: str
    plan: ControlPlan
    plan_id: str
    hub: Hub
    sealing: Sealing
    devices: tuple[Device, ...]
    stations: tuple[Station, ...]

    def device(self, name: str) -> Device:
        """The device of that name; the loader has checked that there is one."""
        return next(device for device in self.devices if device.name == name)
