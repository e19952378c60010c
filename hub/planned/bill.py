"""Components built in against the bill of material that held on their day. Pure.

Each component is judged by the bill of the day on which it was built in. What is missing and how much there should be
is judged by the bill of the day of the last one; where the bill changed while the unit was being built, these two are
only possible. A unit counts as one piece, a lot with the quantity that was stated; quantities whose units of measure do
not convert, or that nobody stated, are not compared.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

import msgspec

from hub.planned.finding import MOST_ITEMS, Finding, FindingKind
from hub.tabular.words import NOTHING, Words
from traceability.uom.convert import converted

_EXACT = Decimal("0.000000001")
_LOT = Words("a lot only may have gone into this very unit", "批次物料仅可能装入该件")
_DISPUTED = Words("records contradict each other", "记录相互矛盾")
_WITHHELD = Words("records of this unit are withheld", "该件有未公开的记录")
_UNFINISHED = Words("not finished as far as the records tell", "根据记录尚未完工")
_CHANGED = Words("the bill of material changed while it was being built", "装配期间物料清单有变更")
_NOTHING_TOLD = Words("nobody recorded what went into it", "没有装入物料的记录")


class PlannedPart(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a component goes into one; None where its lines are in units of measure that do not add up."""

    quantity: Fraction | None
    uom: str


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a bill of material: the day it begins, its last one, and its components."""

    since: date
    until: date | None
    parts: Mapping[str, PlannedPart]


class BuiltIn(msgspec.Struct, frozen=True, kw_only=True):
    """One component as a link says it; ``quantity`` None: not stated."""

    part: str
    item: str
    certain: bool
    disputed: bool
    quantity: Fraction | None
    uom: str
    at: datetime
    operation: str


class Bills(Protocol):
    """The versions of the bill of one part, by the days of a plant's clock."""

    def day_of(self, at: datetime) -> date:
        """By the plant's clock."""

    def on(self, day: date) -> Bill | None:
        """The one that holds on a day."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as built. ``last``: when anything was recorded of it last; ``withheld``: not everything can be seen."""

    unit: str
    parts: tuple[BuiltIn, ...]
    last: datetime
    finished: bool
    withheld: bool

    @property
    def judged_at(self) -> datetime:
        """When the last component was built in."""
        return max((one.at for one in self.parts), default=self.last)


def compare(built: Built, bills: Bills) -> list[Finding]:
    """Everything that differs; nothing where no bill held."""
    found = list(_not_planned(built, bills))
    day = bills.day_of(built.judged_at)
    bill = bills.on(day)
    if bill is None:
        return found
    begun = bills.on(bills.day_of(min((one.at for one in built.parts), default=built.last)))
    changed = begun is None or begun.since != bill.since
    by_part: defaultdict[str, list[BuiltIn]] = defaultdict(list)
    for one in built.parts:
        by_part[one.part].append(one)
    for part, planned in bill.parts.items():
        several = by_part.get(part, [])
        told = _short(built, bill, day, part, planned, changed=changed) if not several else None
        told = told or (_quantity(built, bill, day, several, planned, changed=changed) if several else None)
        if told is not None:
            found.append(told)
    return found


def _not_planned(built: Built, bills: Bills) -> Iterator[Finding]:
    by_part: dict[tuple[str, date], list[BuiltIn]] = {}
    for one in built.parts:
        by_part.setdefault((one.part, bills.day_of(one.at)), []).append(one)
    for (part, day), several in sorted(by_part.items()):
        bill = bills.on(day)
        if bill is None or part in bill.parts:
            continue
        doubt = _doubt_of_links(several)
        yield _finding(FindingKind.NOT_PLANNED, built, bill, day, part, several, doubt)


def _short(built: Built, bill: Bill, day: date, part: str, planned: PlannedPart, *, changed: bool) -> Finding | None:
    """A component of which there is no record at all."""
    if planned.quantity == 0:
        return None
    doubt = _doubt_of_absence(built, changed=changed)
    told = _finding(FindingKind.MISSING, built, bill, day, part, (), doubt)
    return msgspec.structs.replace(told, planned=_decimal(planned.quantity), built=Decimal(0), uom=planned.uom)


def _quantity(
    built: Built, bill: Bill, day: date, several: Sequence[BuiltIn], planned: PlannedPart, *, changed: bool
) -> Finding | None:
    """A component of which too much or too little was built in, as far as that is stated."""
    total = _total(several, planned.uom)
    if planned.quantity is None or total is None or total == planned.quantity:
        return None
    doubt = _doubt_of_links(several)
    if doubt is NOTHING and total < planned.quantity:
        doubt = _doubt_of_absence(built, changed=changed)
    elif doubt is NOTHING and changed:
        doubt = _CHANGED
    told = _finding(FindingKind.QUANTITY, built, bill, day, several[0].part, several, doubt)
    return msgspec.structs.replace(told, planned=_decimal(planned.quantity), built=_decimal(total), uom=planned.uom)


def _total(several: Sequence[BuiltIn], uom: str) -> Fraction | None:
    """Together in ``uom``; the same unit counts once. None where it can't be told."""
    units = {one.item for one in several if one.certain}
    total = converted(len(units), "1", uom or "1") if units else Fraction(0)
    for one in several:
        if one.certain or total is None:
            continue
        part = None if one.quantity is None else converted(one.quantity, one.uom or "1", uom or "1")
        total = None if part is None else total + part
    return total


def _doubt_of_links(several: Sequence[BuiltIn]) -> Words:
    if any(one.disputed for one in several):
        return _DISPUTED
    return NOTHING if all(one.certain for one in several) else _LOT


def _doubt_of_absence(built: Built, *, changed: bool) -> Words:
    if built.withheld:
        return _WITHHELD
    if not built.parts:
        return _NOTHING_TOLD
    if any(one.disputed for one in built.parts):
        return _DISPUTED
    if not built.finished:
        return _UNFINISHED
    return _CHANGED if changed else NOTHING


def _finding(  # noqa: PLR0917 - what is told of each
    kind: FindingKind, built: Built, bill: Bill, day: date, part: str, several: Sequence[BuiltIn], doubt: Words
) -> Finding:
    return Finding(
        kind=kind,
        unit=built.unit,
        subject=part,
        certain=doubt is NOTHING,
        why=doubt.en,
        why_zh=doubt.zh,
        day=day,
        at=max((one.at for one in several), default=None),
        operation=several[-1].operation if several else "",
        items=tuple(sorted({one.item for one in several}))[:MOST_ITEMS],
        since=bill.since,
        until=bill.until,
    )


def _decimal(value: Fraction | None) -> Decimal | None:
    """Without the zeros that say nothing."""
    if value is None:
        return None
    told = (Decimal(value.numerator) / value.denominator).quantize(_EXACT).normalize()
    return told.quantize(Decimal(1)) if told == told.to_integral_value() else told
