"""Failures that go back to a supplier: findings after the receipt, and claims that name a component.

A failure counts for a supplier where just one supplier can have brought what failed: whichever of its deliveries it
was. Where several fit, or none, nobody is blamed, and the failure stays with the plant. All of it is read for those who
see the plant whole; whoever sees a part of the receipts would take for certain what is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

import msgspec

from hub.incoming.escapes import Escape, escapes
from hub.scorecard.computed_losses import part_or_none
from hub.store.core.database import Reading
from hub.store.quality.field import Failure, field_failures
from hub.store.sharing.views import looks_as
from traceability.quality.cost.allocate import Place, Quantity
from traceability.quality.cost.category import Driver
from traceability.quality.window import Window
from traceability.record.incoming import FoundIn

_DRIVERS = {FoundIn.PRODUCTION: Driver.ESCAPES, FoundIn.FIELD: Driver.FIELD_FAILURES}


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """Of the failures in a period that a driver counts: how many go back to one supplier, to several or to none."""

    driver: Driver
    certain: int = 0
    possible: int = 0
    untraced: int = 0


class Blamed(msgspec.Struct, frozen=True):
    """Whose an item is that failed, and since when that is known."""

    supplier: str
    since: date


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of failures at a plant, by the id of the finding or claim, and by the item."""

    found: tuple[Escape, ...] = ()
    claims: tuple[Failure, ...] = ()
    claimed: Mapping[str, str] = {}
    """Claims from the field, by their id: the supplier."""
    items: Mapping[str, Blamed] = {}
    """Units and lots found defective before delivery, and the received things that were at fault."""

    def of_claim(self, claim: str, unit: str) -> str:
        """The supplier that a claim goes back to; empty where that is not certain."""
        return self.claimed.get(claim) or self.claimed.get(_ITEM + unit, "")

    def of_item(self, item: str, day: date) -> str:
        """The supplier by whom an item is at fault, as it was known on a day."""
        blamed = self.items.get(item)
        return blamed.supplier if blamed is not None and blamed.since <= day else ""


_ITEM = "item "
"""Stands before the item where a finding of the field was entered, and no claim."""


def failures(connection: Reading, plant: str) -> Failures:
    """Everything that was found at the plant; nothing for who sees only a part of it."""
    ground, claims = looks_as(connection), tuple(field_failures(connection, [plant]))
    if ground is not None and plant not in ground.own_plants():
        return Failures(claims=claims)
    found = tuple(escapes(connection, plant))
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    known = {one.id for one in claims}
    for one in found:
        if one.found_in is FoundIn.FIELD:
            claimed[one.source if one.source in known else _ITEM + one.item].add(supplier_of(one))
    return Failures(
        found=found,
        claims=claims,
        claimed={name: several.pop() for name, several in claimed.items() if len(several) == 1},
        items=_items(one for one in found if one.found_in is FoundIn.PRODUCTION),
    )


def supplier_of(one: Escape) -> str:
    """The only supplier that can have brought what failed; else empty."""
    suppliers = {each.supplier for each in one.receipts}
    return suppliers.pop() if len(suppliers) == 1 else ""


def _items(found: Iterable[Escape]) -> dict[str, Blamed]:
    """Of an item with several findings only where all of them go back to the same supplier."""
    of_item: defaultdict[str, list[Blamed]] = defaultdict(list)
    for one in found:
        blamed = Blamed(supplier_of(one), one.found_on)
        for item in {one.item, *(each.item for each in one.receipts)} if blamed.supplier else {one.item}:
            of_item[item].append(blamed)
    return {
        item: Blamed(several[0].supplier, min(one.since for one in several))
        for item, several in of_item.items()
        if several[0].supplier and len({one.supplier for one in several}) == 1
    }


def escaped(known: Failures, window: Window) -> Iterator[Quantity]:
    """Findings of the period as quantities; those from the field where no claim counts the same failure."""
    claims = {one.id for one in known.claims} | {_ITEM + one.unit for one in known.claims}
    for one in known.found:
        claimed = one.found_in is FoundIn.FIELD and claims & {one.source, _ITEM + one.item}
        if not claimed and window.holds(one.found_on):
            place = Place(_part(one), "", supplier_of(one), one.defect[:200])
            yield Quantity(driver=_DRIVERS[one.found_in], day=one.found_on, amount=Fraction(one.quantity), place=place)


def claimed(known: Failures, window: Window) -> Iterator[Quantity]:
    """Units that failed in the field, claim by claim."""
    for one in known.claims:
        if window.holds(one.failed_on):
            place = Place(part_or_none(one.unit), "", known.of_claim(one.id, one.unit), one.mode[:200])
            yield Quantity(driver=Driver.FIELD_FAILURES, day=one.failed_on, amount=Fraction(1), place=place)


def traced(known: Failures, window: Window, counted: Iterable[Quantity]) -> tuple[Traced, ...]:
    """What of the failures in the period is traced; those from the field that name no component are untraced."""
    every: defaultdict[Driver, int] = defaultdict(int)
    certain: defaultdict[Driver, int] = defaultdict(int)
    for one in counted:
        if one.driver in _DRIVERS.values():
            every[one.driver] += int(one.amount)
            certain[one.driver] += int(one.amount) if one.place.supplier else 0
    possible: defaultdict[Driver, int] = defaultdict(int)
    for finding in known.found:
        if window.holds(finding.found_on) and finding.receipts and not supplier_of(finding):
            possible[_DRIVERS[finding.found_in]] += finding.quantity
    found = []
    for driver, n in sorted(every.items()):
        several = min(possible[driver], n - certain[driver])
        found.append(
            Traced(driver=driver, certain=certain[driver], possible=several, untraced=n - certain[driver] - several)
        )
    return tuple(found)


def _part(one: Escape) -> str:
    """The part that was received, else that of what failed."""
    parts = {each.part for each in one.receipts}
    if one.found_in is FoundIn.PRODUCTION and len(parts) == 1:
        return parts.pop()
    return part_or_none(one.item)
