"""What suppliers' own shipment records announce, and how what came agrees with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.errors import EntryRefused
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_plant
from hub.store.quality.incoming import ShippedRow, received_as, shipments_to
from hub.store.sharing.queries import owners_of_authors, owners_of_plants
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item, part_of

GOODS = frozenset({ItemKind.LOT, ItemKind.UNIT})


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """A lot or unit that a supplier says it sent; ``quantity`` of a lot, where it says so."""

    item: str
    part: str
    quantity: int | None
    inside: str | None


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment to a plant or its company, as the supplier tells it; ``received`` of its items came already."""

    id: str
    supplier: str
    shipped_at: datetime
    items: tuple[Announced, ...]
    received: int


class Match(StrEnum):
    """How an item that came agrees with the shipment it is compared with."""

    LISTED = "listed"
    QUANTITY = "other-quantity"
    """Listed with another quantity."""
    SURPLUS = "surplus"
    """Not listed, of a part that is."""
    UNKNOWN = "unknown"
    """Not listed, and of no part that is."""


def expected(connection: Reading, plant: str, *, all_of_them: bool = False) -> list[Shipment]:
    """Shipments to a plant, or to its company, of which something is still to come (or ``all_of_them``)."""
    found = _shipments(connection, shipments_to(connection, _names_of(connection, plant)))
    return [one for one in found if all_of_them or one.received < len(one.items)]


def shipment_of(connection: Reading, plant: str, supplier: str, identity: str) -> Shipment:
    """``EntryRefused`` unless that supplier recorded a shipment of that id to the plant or its company."""
    rows = shipments_to(connection, _names_of(connection, plant), identity)
    for one in _shipments(connection, rows):
        if one.supplier == supplier:
            return one
    raise EntryRefused(
        f"{supplier[:80]!r} recorded no shipment {identity[:80]!r} to this plant",
        where="shipment",
        advice="leave it out, or take an id that GET …/incoming/expected lists",
    )


def match(shipment: Shipment, item: str, part: str, quantity: int) -> Match:
    """How one item agrees."""
    for one in shipment.items:
        if one.item == item:
            return Match.LISTED if one.quantity in (None, quantity) else Match.QUANTITY
    return Match.SURPLUS if part in {one.part for one in shipment.items} else Match.UNKNOWN


def missing(shipment: Shipment, came: Collection[str]) -> tuple[str, ...]:
    """What is announced and did not come."""
    return tuple(sorted(one.item for one in shipment.items if one.item not in came))


def inside_of(shipments: Iterable[Shipment], box: str) -> list[Announced]:
    """What is announced to travel in a logistic unit."""
    return [one for shipment in shipments for one in shipment.items if one.inside == box]


def _shipments(connection: Reading, rows: Iterable[ShippedRow]) -> list[Shipment]:
    """By the words of who sent it, or of the hub where it was entered for them: nobody ships in another's name."""
    by_id: defaultdict[tuple[str, str], list[ShippedRow]] = defaultdict(list)
    owners = owners_of_plants(connection)
    authors = owners_of_authors(connection, owners)
    for row in rows:
        party = row.shipment.source_party
        supplier = owners.get(party, party)
        if (authors.get(row.shipment.author) or row.brought_by or supplier) == supplier:
            by_id[row.shipment.record, supplier].append(row)
    came = received_as(connection, {row.shipment.shipped for several in by_id.values() for row in several})
    received = {(one.supplier, one.item) for one in came}
    found = []
    for (identity, supplier), several in by_id.items():
        items = _announced(several)
        found.append(
            Shipment(
                id=identity,
                supplier=supplier,
                shipped_at=min(row.shipment.event_time for row in several),
                items=items,
                received=sum((supplier, one.item) in received for one in items),
            )
        )
    return found


def _announced(rows: Iterable[ShippedRow]) -> tuple[Announced, ...]:
    """Lots and units, each once; boxes are told by what is in them."""
    found: dict[str, Announced] = {}
    for row in rows:
        item = row.shipment.shipped
        try:
            if parse_item(item).kind not in GOODS:
                continue
            part = part_of(item)
        except IdentifierRefused:
            continue  # a name that is nobody's part: it can't be received as goods
        found.setdefault(item, Announced(item=item, part=part, quantity=_whole(row.quantity), inside=row.inside))
    return tuple(found[item] for item in sorted(found))


def _whole(quantity: str | None) -> int | None:
    """A lot that is counted has a whole quantity; 2.5 kg are no items."""
    if quantity is None or float(quantity) != int(float(quantity)):
        return None
    return int(float(quantity)) or None


def _names_of(connection: Reading, plant: str) -> set[str]:
    entry = latest_plant(connection, plant)
    return {plant} if entry is None else {plant, entry[0]}
