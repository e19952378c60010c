"""Records born on the line."""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.measurement import Status
from traceability.record.base import (
    Count,
    Decimals,
    Hash,
    Id,
    Instant,
    Integer,
    ItemId,
    Record,
    Sequence,
    Text,
)
from traceability.unit import Flag, Purpose, Verdict

MOST_TOOLS = 32
"""Tools, nests, cavities and programs that one result may name."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the machine was set to do (recipe, job, parameter set), with its version where it has one."""

    id: Id
    version: Id | None = None


class UnitResultRecord(Record, frozen=True, kw_only=True, tag="unit-result"):
    """The verdict of one pass of one unit through one operation.

    ``unit`` is None only when the unit could not be identified (flag no-read). ``attempt`` counts this author's
    results of the unit at the operation from 1. ``cycle`` is the device's own counter, ``source_time`` its own clock,
    ``device_offset_ms`` the author's clock minus the device's where it was measured, ``plan`` the id of the control
    plan in force. ``recipe`` and ``tools`` (tools, nests, cavities, programs used) are named as the plant
    names them; ``operator`` is a pseudonymous id. A shift is not recorded: it follows from the time.
    """

    unit: ItemId | None
    part: ItemId
    operation: Id
    work_cell: Id
    verdict: Verdict
    attempt: Sequence
    flags: tuple[Flag, ...] = ()
    purpose: Purpose = Purpose.FIRST
    cycle: Count | None = None
    source_time: Instant | None = None
    device_offset_ms: Integer | None = None
    defect: Text | None = None
    plan: Hash | None = None
    recipe: Recipe | None = None
    tools: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_TOOLS)] = ()
    operator: Id | None = None


class MeasuredValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value: ``value`` x 10**-``decimals`` ``uom``; None with status Bad when nothing trustworthy was read.

    ``raw`` is the device's own value as decimal text, present only when keeping the resolution rounded it.
    """

    characteristic: Id
    value: Integer | None
    decimals: Decimals
    uom: Annotated[str, msgspec.Meta(max_length=20)]
    status: Status = Status.GOOD
    raw: Annotated[str, msgspec.Meta(max_length=60)] | None = None


class MeasurementsRecord(Record, frozen=True, kw_only=True, tag="measurements"):
    """What was measured in one result (also on a unit that was not identified); limits are those of plan ``plan``."""

    unit: ItemId | None
    operation: Id
    values: tuple[MeasuredValue, ...]
    plan: Hash | None = None


Thousandths = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class MarkQuality(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How well a code was marked, in thousandths: relative estimates of one camera and light, no calibrated grades.

    The names are those of ISO/IEC 15415 and 15416; see ``zhuoyue-vision decode --grade``. More is better.
    """

    contrast: Thousandths | None = None
    modulation: Thousandths | None = None
    fixed_pattern: Thousandths | None = None
    axial: Thousandths | None = None
    quiet_zone: Thousandths | None = None
    unused_correction: Thousandths | None = None
    defects: Thousandths | None = None


class ReadSymbol(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code as it was read: exact bytes (base64) and AIM symbology identifier."""

    symbology: Annotated[str, msgspec.Meta(max_length=20)]
    bytes_base64: Annotated[str, msgspec.Meta(max_length=8000)]
    item: ItemId | None = None
    quality: MarkQuality | None = None


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture by the hash of its file, and what was read in it.

    ``rivals`` are readings that were not believed: they contradict each other, or are not what is expected there.
    ``program`` names the readers and what was asked of them, as the plant keeps it beside the picture.
    """

    sha256: Hash
    size: Count
    position: Id
    symbols: tuple[ReadSymbol, ...] = ()
    reason: Text | None = None
    rivals: Annotated[tuple[ReadSymbol, ...], msgspec.Meta(max_length=16)] = ()
    program: Id | None = None


class PicturesRecord(Record, frozen=True, kw_only=True, tag="pictures"):
    """The pictures on which one result rests; the files stay at the plant."""

    unit: ItemId | None
    operation: Id
    pictures: tuple[Picture, ...]


class CodesRecord(Record, frozen=True, kw_only=True, tag="codes"):
    """What the code reader ``reader`` read for one result; ``reason`` says why that names no one item, if it does not.

    No symbols: nothing was read.
    """

    unit: ItemId | None
    operation: Id
    reader: Id
    symbols: tuple[ReadSymbol, ...] = ()
    reason: Text | None = None


class Component(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went in: a unit (then the link is certain) or a lot with a quantity (then it is potential)."""

    item: ItemId
    position: Id | None = None
    quantity: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")] | None = None
    uom: Annotated[str, msgspec.Meta(max_length=20)] | None = None


class AssociationRecord(Record, frozen=True, kw_only=True, tag="association"):
    """Components joined to (ADD) or taken out of (DELETE) a unit; an EPCIS AssociationEvent in our words."""

    parent: ItemId
    operation: Id
    components: tuple[Component, ...]
    action: Annotated[str, msgspec.Meta(pattern="^(ADD|DELETE)$")] = "ADD"


class FirstPassClaim(Record, frozen=True, kw_only=True, tag="first-pass-claim"):
    """What the author reports about its own records of this chain up to record ``through``, one operation each."""

    part: ItemId
    operation: Id
    through: Count
    submitted: Count
    first_ok: Count
    attempts: Count
    invalid: Count = 0


class DataLossRecord(Record, frozen=True, kw_only=True, tag="data-loss"):
    """What could not be kept: ``count`` items of ``stream``, ``first`` to ``last`` where numbered. Never silent."""

    stream: Id
    count: Count
    reason: Text
    first: Integer | None = None
    last: Integer | None = None


class ChainStartRecord(Record, frozen=True, kw_only=True, tag="chain-start"):
    """Opens every chain: why, which receipt was the last one known, what is declared lost."""

    reason: Text
    cites: Hash | None = None
    lost: Text | None = None


class HoldScope(StrEnum):
    """What a hold stops."""

    UNIT = "unit"
    LOT = "lot"
    STATION = "station"


class HoldState(StrEnum):
    """What became of a hold."""

    PLACED = "placed"
    RELEASED = "released"


class HoldRecord(Record, frozen=True, kw_only=True, tag="hold"):
    """A hold was placed or released; the records of one hold share its id.

    ``target`` is the canonical identity of a unit or lot, or the station's name at this author; ``by`` is a
    pseudonymous id.
    """

    scope: HoldScope
    target: ItemId
    state: HoldState
    by: Id
    reason: Text


class InterlockRefusalRecord(Record, frozen=True, kw_only=True, tag="interlock-refusal"):
    """A controller asked whether a unit may be processed at a work cell, and was told that it may not.

    ``serial`` is what it asked about, as it was read; ``unit`` is None when that names no unit. ``code`` is the reason
    as the controller found it, ``reason`` the same in words.
    """

    unit: ItemId | None
    serial: Text
    operation: Id
    work_cell: Id
    code: Count
    reason: Text
