"""Records of incoming material: what is agreed to be inspected, what came, what was found, what was decided.

Entered for a plant and sealed by the hub. A lot is judged by ``traceability.quality.sampling_plan``; what it was judged
by stands in the record of the inspection, so that anybody can judge it again.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Id, ItemId, Record, Text
from traceability.record.inspection import Positive
from traceability.record.quality import DecimalText

MAX_ITEMS = 5000
MAX_CHARACTERISTICS = 100
OptionalId = Annotated[str, msgspec.Meta(max_length=200)]
OptionalItem = Annotated[str, msgspec.Meta(max_length=400)]


class IncomingCharacteristic(msgspec.Struct, frozen=True, kw_only=True):
    """What is inspected of a lot; with a limit it is measured, without one it is judged item by item.

    ``aql`` in per cent nonconforming, ``level`` I, II, III, S-1 … S-4. ``sample`` and ``k`` are the constants of an
    agreed table in place of the derived ones, for normal inspection; ``sigma`` a process spread that is known.
    """

    name: Id
    aql: DecimalText
    level: Id = "II"
    double: bool = False
    lower: DecimalText | None = None
    upper: DecimalText | None = None
    uom: OptionalId = ""
    sigma: DecimalText | None = None
    sample: Positive | None = None
    k: DecimalText | None = None

    @property
    def measured(self) -> bool:
        """Whether values are taken."""
        return self.lower is not None or self.upper is not None


class IncomingPlanRecord(Record, frozen=True, kw_only=True, tag="incoming-plan"):
    """What a plant inspects of a part from a day on; of a ``supplier``, or ("") of whoever has no plan of its own.

    ``reduce``: the authority agrees to reduced inspection as soon as the rules allow it; ``skip``: to skipped lots.
    """

    plant: Id
    part: ItemId
    supplier: OptionalId = ""
    characteristics: Annotated[tuple[IncomingCharacteristic, ...], msgspec.Meta(max_length=MAX_CHARACTERISTICS)]
    reduce: bool = False
    skip: bool = False
    valid_from: date
    entered_by: Id


class ReceivedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lot with its quantity, or one unit, as it was scanned.

    ``listed``: the supplier's own shipment names it. ``hold`` names its hold, under which it was put when ``held``.
    ``draw`` is a random number that decides, once and for all, whether the lot is inspected where lots are skipped.
    """

    item: ItemId
    part: ItemId
    quantity: Positive = 1
    listed: bool = False
    hold: Id
    held: bool = False
    draw: Count = 0


class GoodsReceiptRecord(Record, frozen=True, kw_only=True, tag="goods-receipt"):
    """Goods of a supplier came to a plant. ``shipment`` is the supplier's record it was compared with, if any.

    ``number`` is what the plant itself calls the receipt, once at a plant; "" where it calls it by its id alone.
    ``missing`` are items of that shipment that did not come.
    """

    plant: Id
    supplier: Id
    number: OptionalId = ""
    shipment: OptionalId = ""
    delivery_note: Text = ""
    received_on: date
    items: Annotated[tuple[ReceivedItem, ...], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]
    missing: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=MAX_ITEMS)] = ()
    entered_by: Id


class LotVerdict(StrEnum):
    """What became of a lot at its inspection."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SKIPPED = "skipped"


class CharacteristicResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one characteristic, by which plan, and what that means.

    ``found`` nonconforming items of ``sample`` (of a double plan: of the samples taken), or the ``values`` measured.
    Where a ``second`` sample was taken, ``first_found`` are those of the first. ``gain`` is what the lot adds to the
    switching score.
    """

    name: Id
    severity: Id
    letter: OptionalId = ""
    sample: Positive
    found: Count = 0
    accept: Count | None = None
    second: bool = False
    first_found: Count | None = None
    values: Annotated[tuple[DecimalText, ...], msgspec.Meta(max_length=10_000)] = ()
    k: DecimalText | None = None
    accepted: bool
    gain: Count = 0


class IncomingInspectionRecord(Record, frozen=True, kw_only=True, tag="incoming-inspection"):
    """One submission of a received lot: its results and verdict.

    ``item`` is the lot, or the part where units of it came one by one and are judged together. ``minutes`` of work it
    took, None: not stated.
    """

    plant: Id
    supplier: Id
    part: ItemId
    receipt: Id
    item: ItemId
    size: Positive
    submission: Positive = 1
    verdict: LotVerdict
    results: Annotated[tuple[CharacteristicResult, ...], msgspec.Meta(max_length=MAX_CHARACTERISTICS)] = ()
    inspected_on: date
    minutes: Positive | None = None
    evidence: Text = ""
    entered_by: Id


class Decision(StrEnum):
    """What a person decides about a lot, or about how further lots are inspected."""

    CONCESSION = "concession"
    """A lot that was rejected, or not inspected, is released nevertheless (特采)."""
    QUARANTINE = "quarantine"
    """A lot that was released is held again."""
    RETURN = "return"
    SCRAP = "scrap"
    REDUCE = "reduce"
    IRREGULAR = "irregular"
    """Production is irregular: reduced inspection ends."""
    RESUME = "resume"
    """The supplier's action is likely to work: discontinued inspection goes on, tightened."""


OF_LOTS = frozenset({Decision.CONCESSION, Decision.QUARANTINE, Decision.RETURN, Decision.SCRAP})


class IncomingDecisionRecord(Record, frozen=True, kw_only=True, tag="incoming-decision"):
    """A decision about a received lot (``receipt`` and ``item``), or about the inspection of a supplier's part."""

    plant: Id
    supplier: Id
    part: ItemId
    decision: Decision
    receipt: OptionalId = ""
    item: OptionalItem = ""
    hold: OptionalId = ""
    """Of a quarantine: what the names of the new holds end with."""
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    decided_on: date
    entered_by: Id


class FoundIn(StrEnum):
    """Where a defect was found that the receipt had let through."""

    PRODUCTION = "production"
    FIELD = "field"


class IncomingEscapeRecord(Record, frozen=True, kw_only=True, tag="incoming-escape"):
    """``quantity`` of ``item`` (a received unit or lot, or what it was built into) turned out defective later."""

    plant: Id
    item: ItemId
    component: OptionalItem = ""
    """Of a built unit: the part at fault, where that is known."""
    found_in: FoundIn
    found_on: date
    quantity: Positive = 1
    defect: Text = ""
    evidence: Text = ""
    entered_by: Id
