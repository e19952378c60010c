"""The configuration after every check: nothing below needs to doubt it again."""

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from edge_agent.acquisition.resolve import Resolved
from edge_agent.interlock.decision import Answer
from edge_agent.log import LogRule
from edge_agent.outbox.quota import Quota
from edge_agent.plans import Plans
from edge_agent.secret import Secret
from firmware_profiles.format import Point, Profile
from traceability.downlink import FileInForce
from traceability.identifier.symbol import SymbolRules
from traceability.measurement import Characteristic
from traceability.picture import SendPolicy
from traceability.unit import Environment
from vision.expectation import Expectation
from vision.formats import Format


class Hub(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` has no slash at its end; ``public_key`` is raw, 32 bytes; ``loopback``: the hub is on this machine.

    ``ca_file`` holds the only certificates trusted, ``bytes_per_s`` bounds what is sent (None: nothing does),
    ``in_flight`` is how many batches may be under way at once. ``tls_pins``: what the hub's
    certificate may have.
    """

    url: str
    public_key: bytes
    loopback: bool
    proxy: str | None = None
    ca_file: Path | None = None
    bytes_per_s: float | None = None
    in_flight: int = 4
    tls_pins: tuple[str, ...] = ()


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """When a batch is closed: records, the age of the oldest in seconds, bytes of their lines."""

    max_records: int
    max_age: float
    max_bytes: int = 4 * 1024 * 1024


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
    """The material whose lot the controller names: its part's identity, and how much of it one unit takes."""

    part: str
    quantity: str
    uom: str


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """Where pictures appear and what to read in them; ``timeout`` in seconds; the first position is the unit.

    By position: ``files`` are patterns of dropped files' names in ``folder``, not older than ``max_age`` seconds;
    ``live`` are cameras' addresses, which may hold a password; ``measurements`` are the estimates of marking quality
    that are measured, by their names. With neither files nor addresses the files in ``folder`` name their cycle.
    Positions ``unread`` show no code; they are inspected only.
    """

    folder: Path | None
    positions: tuple[str, ...]
    formats: tuple[Format, ...]
    timeout: float
    files: dict[str, str] = {}
    live: dict[str, Secret] = {}
    max_age: float = 60.0
    charsets: tuple[str, ...] = ("utf-8", "gb18030")
    expectations: tuple[Expectation, ...] = ()
    libdmtx: bool = False
    grade: bool = True
    measurements: dict[str, dict[str, Characteristic]] = {}
    unread: frozenset[str] = frozenset()


class PictureLane(msgspec.Struct, frozen=True, kw_only=True):
    """Which files of pictures follow their records to the hub, how many bytes a day at most, and when.

    ``hours``: from and to, by this machine's clock; from = to: at any time. They stay here all the same.
    """

    policy: SendPolicy = SendPolicy.FAILED
    bytes_a_day: int = 1024 * 1024 * 1024
    hours: tuple[time, time] = (time.min, time.min)


class PictureRule(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes of pictures are kept, and how many days at most, of results that are OK and of all others; and
    what of them is sent."""

    ok_bytes: int = 2048 * 1024 * 1024
    ok_days: float = 30.0
    other_bytes: int = 8192 * 1024 * 1024
    other_days: float = 365.0
    lane: PictureLane = PictureLane()


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """A taught program that judges the picture of a position; ``digest`` is the hash of its file, which names it.

    ``measurements`` by step of the program, ``timeout`` in seconds.
    """

    position: str
    program: Path
    digest: str
    name: str
    version: str
    measurements: dict[str, Characteristic]
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
    """One operation at one work cell; ``measurements`` by point name of the profile, ``busy_timeout`` in seconds.

    ``symbols`` says what codes name here, ``reports`` which roles of what a result was made with are polled, ``tools``
    what every result of the station was made with.
    """

    name: str
    work_cell: str
    operation: str
    device: str
    resolved: Resolved
    measurements: dict[str, Characteristic]
    lot: Lot | None
    camera: Camera | None
    inspections: tuple[Inspection, ...] = ()
    reader: Reader | None = None
    handshake: str = "four-phase"
    busy_timeout: float = 5.0
    interlock: Interlock | None = None
    symbols: SymbolRules = SymbolRules()
    reports: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """What is sampled of a device every ``every`` seconds and becomes a record every ``record_every`` seconds."""

    device: str
    points: tuple[Point, ...]
    every: float
    record_every: float
    deadband: Decimal | None = None


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agent runs by; paths are absolute.

    ``plans`` are the versions of the control plan, of which ``plan_file`` is the first file, ``hash`` is that of the
    bytes of all these files. ``profiles`` is the folder of device profiles of the user's own.
    ``page`` is the port of the local page, 0 for none; ``files`` are those this was read from, by their hashes.
    """

    file: Path
    plan_file: Path
    hash: str
    author: str
    environment: Environment
    key_file: Path
    data: Path
    plans: Plans
    hub: Hub
    sealing: Sealing
    page: int
    log: LogRule
    reload_on_change: bool
    devices: tuple[Device, ...]
    stations: tuple[Station, ...]
    plant: str = ""
    plant_key: bytes | None = None
    key_passphrase: Secret | None = None
    quota: Quota = Quota()
    telemetry: tuple[Sampling, ...] = ()
    profiles: Path | None = None
    pictures: PictureRule = PictureRule()
    files: tuple[FileInForce, ...] = ()

    def device(self, name: str) -> Device:
        """The device of that name; the loader has checked that there is one."""
        return next(device for device in self.devices if device.name == name)


def passphrase_of(config: AgentConfig) -> bytes | None:
    """What the private key is encrypted by, where it is."""
    return None if config.key_passphrase is None else config.key_passphrase.reveal().encode()
