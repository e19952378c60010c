"""Defects found after the receipt had let something through: traced back to the receipt, counted for the supplier.

What failed is either the received thing itself, or something it was built into: then its components are followed down.
A finding is *certain* when just one receipt fits, *possible* for each of several: nobody is blamed by a guess.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from operator import itemgetter

import msgspec

from hub.notify.components import components_of_each
from hub.store.core.database import Reading
from hub.store.quality.field import field_failures
from hub.store.quality.incoming import ReceivedAs, incoming_of, received_as
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.incoming import FoundIn, IncomingEscapeRecord

_FIRST = itemgetter(0)


class Blame(StrEnum):
    """How far a finding is traced."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    UNTRACED = "untraced"


class Escape(msgspec.Struct, frozen=True, kw_only=True):
    """A finding and the receipts that can have brought what failed; ``source`` is the escape, or the field claim."""

    source: str
    plant: str
    item: str
    component: str = ""
    """What of the item is at fault, where that is known."""
    found_in: FoundIn
    found_on: date
    quantity: int
    defect: str
    blame: Blame
    receipts: tuple[ReceivedAs, ...]


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    plant: str
    item: str
    component: str
    found_in: FoundIn
    found_on: date
    quantity: int
    defect: str


def escapes(connection: Reading, plant: str) -> list[Escape]:
    """Every finding at a plant, entered as an escape or as a claim from the field that names a component."""
    findings = _findings(connection, plant)
    fitting = _Fitting(connection, plant, findings)
    return [_traced(one, fitting.receipts(one)) for one in findings]


def escaped_lots(connection: Reading, plant: str) -> frozenset[tuple[str, str]]:
    """Received lots (receipt and item) that something certain escaped from."""
    found = set()
    for one in escapes(connection, plant):
        if one.blame is Blame.CERTAIN:
            found |= {(each.receipt, name) for each in one.receipts for name in (each.item, each.part)}
    return frozenset(found)


def count_by_supply(found: Iterable[Escape]) -> dict[tuple[str, str], tuple[int, int]]:
    """For each supplier and part: units that certainly escaped, and those that possibly did."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        for supply in {(each.supplier, each.part) for each in one.receipts}:
            counts[supply][one.blame is not Blame.CERTAIN] += one.quantity
    return {supply: (certain, possible) for supply, (certain, possible) in counts.items()}


def _findings(connection: Reading, plant: str) -> list[_Finding]:
    entered = [
        _Finding(
            source=one.id,
            plant=plant,
            item=one.item,
            component=one.component,
            found_in=one.found_in,
            found_on=one.found_on,
            quantity=one.quantity,
            defect=one.defect,
        )
        for one in incoming_of(connection, IncomingEscapeRecord, plant=plant)
    ]
    claimed = [
        _Finding(
            source=one.id,
            plant=plant,
            item=one.unit,
            component=one.component,
            found_in=FoundIn.FIELD,
            found_on=one.failed_on,
            quantity=1,
            defect=one.mode,
        )
        for one in field_failures(connection, [plant])
        if one.component
    ]
    known = {one.item for one in entered}
    return entered + [one for one in claimed if one.item not in known]


def _traced(one: _Finding, receipts: list[ReceivedAs]) -> Escape:
    lots = {(each.receipt, each.item if _is_lot(each.item) else each.part) for each in receipts}
    blame = Blame.UNTRACED if not receipts else Blame.CERTAIN if len(lots) == 1 else Blame.POSSIBLE
    return Escape(
        source=one.source,
        plant=one.plant,
        item=one.item,
        component=one.component,
        found_in=one.found_in,
        found_on=one.found_on,
        quantity=one.quantity,
        defect=one.defect,
        blame=blame,
        receipts=tuple(receipts),
    )


class _Fitting:
    """The receipts at a plant that fit findings; what they have in common is read once for all of them."""

    def __init__(self, connection: Reading, plant: str, findings: Iterable[_Finding]) -> None:
        every = list(findings)
        self._received: defaultdict[str, list[tuple[int, ReceivedAs]]] = defaultdict(list)
        self._take(connection, plant, {name for one in every for name in (one.component, one.item)} - {""})
        indirect = {one.item for one in every if not self._direct(one)}
        self._inside = components_of_each(connection, indirect)
        self._take(connection, plant, {name for inside in self._inside.values() for name in inside})

    def receipts(self, one: _Finding) -> list[ReceivedAs]:
        """Of what failed itself, else of what is in it; of the part or item at fault, where one is named."""
        found = self._direct(one)
        if not found:
            found = self._of(self._inside[one.item])
        return [each for each in found if one.component in ("", each.part, each.item)]

    def _direct(self, one: _Finding) -> list[ReceivedAs]:
        return self._of({one.component, one.item} - {""})

    def _of(self, names: Iterable[str]) -> list[ReceivedAs]:
        """In the order of the log."""
        return [each for _, each in sorted((pair for name in names for pair in self._received[name]), key=_FIRST)]

    def _take(self, connection: Reading, plant: str, names: Collection[str]) -> None:
        begin = sum(map(len, self._received.values()))
        for number, each in enumerate(received_as(connection, sorted(set(names) - self._received.keys())), begin):
            if each.plant == plant:
                self._received[each.item].append((number, each))


def _is_lot(item: str) -> bool:
    try:
        return parse_item(item).kind is ItemKind.LOT
    except IdentifierRefused:
        return False
