"""The shape of ``agent.toml`` as it is written; paths are relative to the file's own folder.

What a key means is said here; what its value must satisfy beyond its type is checked in ``load``, ``stations`` and
``hub_address``.
"""

from typing import Annotated, Any, Literal

import msgspec

from edge_agent.config.inspection_table import InspectionTable
from edge_agent.config.picture_tables import CameraTable, PicturesTable

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=60_000)]
Megabytes = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
LEAST_FOR_RESULTS = 64
"""Megabytes of the outbox that nothing else may take."""


class AgentTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[agent]``: who signs (``author``, with ``key_file``), and where things are kept.

    ``data`` is the folder of the outbox and the pictures; ``profiles`` a folder of device profiles of the user's own.
    ``reload_on_change``: take over a changed file by itself, not only when asked to. ``key_passphrase`` says where the
    key file's passphrase is (``secret:file:PATH`` or ``secret:env:NAME``), when it has one.
    """

    author: Name
    environment: str
    control_plan: Name
    key_file: Name = "agent.key"
    data: Name = "data"
    profiles: Name | None = None
    reload_on_change: bool = False
    key_passphrase: str | None = None


class HubTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[hub]``: where batches go, and the key (base64) by which the hub's receipts are verified.

    ``proxy`` is an HTTP proxy (without it the environment's HTTPS_PROXY and NO_PROXY count); ``ca_file`` holds the
    certificates (PEM) that alone are trusted to have signed the hub's, instead of the public ones. ``max_kbit_s``
    bounds what is sent, in kilobits per second; ``in_flight`` is how many batches may be under way at once.
    ``tls_pin`` is that of the hub's certificate, or several: the one it has and the one it will have next.
    """

    url: str
    public_key: str
    proxy: str | None = None
    ca_file: Name | None = None
    max_kbit_s: Annotated[int, msgspec.Meta(ge=16, le=10_000_000)] | None = None
    in_flight: Annotated[int, msgspec.Meta(ge=1, le=8)] = 4
    tls_pin: str | tuple[str, ...] | None = None


class PlantTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[plant]``: the key (base64) by which this plant signs configurations that come down through the hub."""

    id: Name
    public_key: str


class SealingTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[sealing]``: a batch is closed at ``max_records``, ``max_bytes`` or when its oldest record is ``max_age_s``.

    While the hub is away the age does not count: batches grow to the other two, so that there are fewer to send later.
    """

    max_records: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500
    max_bytes: Annotated[int, msgspec.Meta(ge=1000, le=8 * 1024 * 1024)] = 4 * 1024 * 1024
    max_age_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 1.0


class OutboxTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[outbox]``: sizes in megabytes.

    ``max_mb`` bounds the whole file. While the hub is away, at most so much of each class waits in it:
    ``measurements_mb``, ``details_mb`` (records of pictures, codes, refusals), ``telemetry_mb``; the oldest of a class
    goes first, and is declared lost. ``keep_days`` is how long a batch stays after its receipt, ``remember_units`` for
    how many passes of units (the newest) the interlock knows the last verdict; attempts are numbered on beyond that.
    """

    max_mb: Annotated[int, msgspec.Meta(ge=LEAST_FOR_RESULTS, le=10_000_000)] = 4096
    measurements_mb: Megabytes = 1024
    details_mb: Megabytes = 512
    telemetry_mb: Megabytes = 256
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30
    remember_units: Annotated[int, msgspec.Meta(ge=1000, le=1_000_000_000)] = 1_000_000


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


class PatternTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[symbols.pattern]]``: ``pattern`` matches the whole text of a code in one of ``symbologies`` (all when empty).

    Its groups ``(?P<gtin>…)``, ``(?P<part>…)``, ``(?P<lot>…)`` and ``(?P<serial>…)`` say what stands where. With
    ``gtin``, here or as a group, it names a GS1 item, else one of ``organisation``; ``part`` is for codes without one.
    """

    name: Name
    pattern: Name
    symbologies: tuple[str, ...] = ()
    organisation: str = ""
    part: str = ""
    gtin: str = ""


class SymbolsTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[symbols]``, or ``[station.symbols]`` instead of it for one station: what codes name, beyond GS1.

    ``plain_data_identifiers``: a code may be one field with an ASC MH10 data identifier, outside any envelope.
    ``organisation`` gave the numbers of a label that does not say so; ``suppliers`` are codes of suppliers (V, 1V) and
    their organisations. ``customer_numbers``: P and T are the supplier's own. ``serial_is_package``: S numbers the
    package. ``aliases`` are names of other systems and the identities they stand for.
    """

    pattern: tuple[PatternTable, ...] = ()
    plain_data_identifiers: bool = False
    organisation: str = ""
    suppliers: dict[str, str] = {}
    customer_numbers: bool = False
    serial_is_package: bool = False
    aliases: dict[str, str] = {}


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

    ``measurements`` maps points of the profile to characteristics of the control plan. ``lot_part`` is the part (GTIN
    or private identity) of the material whose lot the controller names, ``lot_quantity`` ``lot_uom`` (UCUM) is what one
    unit takes of it. ``busy_timeout_s`` is how long the controller waits for a disk that does not take its cycle before
    it is told. ``tools`` are what every result here was made with; ``reports`` names what else of that a polled device
    says: recipe, recipe_version, tool, nest, cavity, program, operator (a pseudonymous id, never a name). Of a device
    that tells its results whatever its profile maps is taken.
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
    inspection: tuple[InspectionTable, ...] = ()
    reader: ReaderTable | None = None
    interlock: InterlockTable | None = None
    symbols: SymbolsTable | None = None
    tools: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()
    reports: tuple[str, ...] = ()


class TelemetryTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[telemetry]]``: every ``every_s`` the ``points`` of a device's profile are read, from ``base`` on.

    With ``deadband`` a value is kept only when it is that far from the last one kept. Every ``record_s`` what was kept
    becomes one record.
    """

    device: Name
    points: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100)]
    every_s: Annotated[float, msgspec.Meta(ge=0.05, le=3600)] = 1.0
    record_s: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60.0
    base: int | str = 0
    deadband: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,12})?$")] | None = None


class AgentFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    agent: AgentTable
    hub: HubTable
    plant: PlantTable | None = None
    sealing: SealingTable = SealingTable()
    outbox: OutboxTable = OutboxTable()
    pictures: PicturesTable = PicturesTable()
    page: PageTable = PageTable()
    symbols: SymbolsTable = SymbolsTable()
    log: LogTable = LogTable()
    device: tuple[DeviceTable, ...]
    station: tuple[StationTable, ...]
    telemetry: tuple[TelemetryTable, ...] = ()
