"""The configuration after every check: nothing below needs to doubt it again."""

from pathlib import Path
from typing import Literal

import msgspec

from edge_agent.acquisition.resolve import Resolved
from edge_agent.interlock.decision import Answer
from edge_agent.log import LogRule
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
    firmware: str | None = None
    identify: Literal["require", "warn", "off"] = "warn"


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


class Interlock(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller is told when something is not known; see ``[station.interlock]``."""

    when_unknown: Answer = Answer.UNKNOWN
    previous_elsewhere: bool = False


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """The code reader that identifies the units of a handshake station, by its device's name.

    ``pull``: it is asked at each cycle. Otherwise the last code it told counts, once, if it is not older than
    ``max_age``; ``timeout`` is how long one is waited for. Both in seconds.
    """

    device: str
    resolved: Resolved
    pull: bool
    timeout: float
    max_age: float


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """One operation at one work cell; ``measurements`` by point name of the profile, ``busy_timeout`` in seconds."""

    name: str
    work_cell: str
    operation: str
    device: str
    resolved: Resolved
    measurements: dict[str, Characteristic]
    lot: Lot | None
    camera: Camera | None
    reader: Reader | None = None
    handshake: str = "four-phase"
    busy_timeout: float = 5.0
    interlock: Interlock | None = None


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agent runs by; paths are absolute.

    ``gtin`` is the part of the control plan, ``plan_id`` the plan's hash, ``hash`` that of the bytes of both files.
    ``page`` is the port of the local page, 0 for none.
    """

    file: Path
    plan_file: Path
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
    page: int
    log: LogRule
    reload_on_change: bool
    devices: tuple[Device, ...]
    stations: tuple[Station, ...]

    def device(self, name: str) -> Device:
        """The device of that name; the loader has checked that there is one."""
        return next(device for device in self.devices if device.name == name)
