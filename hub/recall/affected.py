"""Affected items with what a person needs to find them: part, maker, customer."""

from collections.abc import Iterable, Sequence

import msgspec

from hub.named import Named, unnamed
from hub.page_paths import item_path
from hub.recall.reach import CERTAIN, LOOSE, SEED
from hub.recall.views import Affected, ShippedTo
from hub.store.core.database import Reading
from hub.store.master.queries import Master
from hub.trace.catalogue import Catalogue, item_label, part_of_item, read_catalogue
from hub.trace.known import Known
from hub.trace.shipments import Shipped
from traceability.identifier.item import ItemKind, parse_item


class Found(msgspec.Struct, frozen=True):
    """An item as it was reached."""

    item: str
    depth: int
    mark: int


def affected(connection: Reading, known: Known, found: Sequence[Found]) -> list[Affected]:
    """``found`` in its order, looked up all at once."""
    items = {each.item for each in found}
    catalogue = read_catalogue(connection, items)
    makers, shipments = known.makers(items), known.shipments(items)
    return [_affected(each, catalogue, makers, shipments.get(each.item, ())) for each in found]


def _affected(
    found: Found, catalogue: Catalogue, makers: dict[str, str | None], shipments: Iterable[Shipped]
) -> Affected:
    parsed = parse_item(found.item)
    part = part_of_item(parsed)
    unit = parsed.kind is ItemKind.UNIT
    plant = makers.get(found.item) or catalogue.maker(part, ())
    return Affected(
        item=found.item,
        kind=parsed.kind,
        label=item_label(parsed),
        part=catalogue.part(part),
        depth=found.depth,
        certain=bool(found.mark & CERTAIN),
        seed=bool(found.mark & SEED),
        finished=unit and bool(found.mark & LOOSE),
        plant=catalogue.master.plant_named(plant),
        organisation=catalogue.master.organisation_of(plant),
        shipped=tuple(shipped_to(each, catalogue.master) for each in shipments),
        missing=unit and found.item not in makers,
        url=item_path(found.item),
    )


def shipped_to(shipped: Shipped, master: Master) -> ShippedTo:
    """One end's word, with the names that the hub has for the companies."""
    row = shipped.row
    return ShippedTo(
        party=party_named(master, row.party, row.name),
        site=None if row.site is None else party_named(master, row.site),
        step=row.step,
        event_time=row.event_time,
        shipment=row.record,
        inside=shipped.inside,
    )


def party_named(master: Master, identity: str, name: str = "") -> Named:
    """An organisation or plant of the hub, or what the shipment itself calls it."""
    if identity in master.organisations:
        return master.organisations[identity]
    if identity in master.plants:
        return master.plants[identity].named
    return Named(identity, name) if name else unnamed(identity)
