"""Our records of shipping, receiving and packing as EPCIS events."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from traceability.epcis.cbv import BIZ_STEP, DISPOSITION, PARTY_TYPE, is_uri
from traceability.epcis.from_records import Site, amount_of, full_name, is_class, named, place_at, when
from traceability.event.event import AggregationEvent, Event, ObjectEvent, Party, Quantity
from traceability.record.logistics import Endpoint, PackingRecord, ShipmentRecord, ShipmentStep, ShippedItem

_ID = re.compile(r"[^A-Za-z0-9._~-]")


def shipment_events(record: ShipmentRecord, site: Site) -> list[Event]:
    """Goods leave or arrive, with source and destination; what travels in a logistic unit is told beside it."""
    shipping = record.step is ShipmentStep.SHIP
    step = BIZ_STEP.base + ("shipping" if shipping else "receiving")
    outer = [each for each in record.items if each.inside is None] or list(record.items)
    here = record.source if shipping else record.destination
    event = ObjectEvent(
        **when(record.event_time, site),
        action="OBSERVE",
        epcs=_singles(outer),
        quantities=_classes(outer) or None,
        biz_step=step,
        disposition=DISPOSITION.base + ("in_transit" if shipping else "in_progress"),
        read_point=place_at(_uri(here.site, "site") if here.site else None),
        sources=_parties(record.source),
        destinations=_parties(record.destination),
        extensions={full_name("shipment"): record.id},
    )
    return [named(event), *_contents(record, outer, step, site)]


def packing_event(record: PackingRecord, site: Site) -> AggregationEvent:
    """Items were put into a logistic unit, or taken out of it."""
    adding = record.action == "ADD"
    event = AggregationEvent(
        **when(record.event_time, site),
        action=record.action,
        parent=record.container,
        children=_singles(record.items) or None,
        child_quantities=_classes(record.items) or None,
        biz_step=BIZ_STEP.base + ("packing" if adding else "unpacking"),
        biz_location=place_at(site.location),
        extensions={full_name("record"): record.id},
    )
    return named(event)


def _contents(record: ShipmentRecord, outer: list[ShippedItem], step: str, site: Site) -> Iterable[Event]:
    inside: dict[str, list[ShippedItem]] = {}
    for each in record.items:
        if each.inside is not None and each not in outer:
            inside.setdefault(each.inside, []).append(each)
    for container, items in sorted(inside.items()):
        event = AggregationEvent(
            **when(record.event_time, site),
            action="OBSERVE",
            parent=container,
            children=_singles(items) or None,
            child_quantities=_classes(items) or None,
            biz_step=step,
            extensions={full_name("shipment"): record.id},
        )
        yield named(event)


def _singles(items: Iterable[ShippedItem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.item for each in items if not is_class(each.item)))


def _classes(items: Iterable[ShippedItem]) -> tuple[Quantity, ...]:
    return tuple(amount_of(each.item, each.quantity, each.uom) for each in items if is_class(each.item))


def _parties(end: Endpoint) -> tuple[Party, ...]:
    owning = Party(type=PARTY_TYPE.base + "owning_party", id=_uri(end.party, "party"))
    if end.site is None:
        return (owning,)
    return owning, Party(type=PARTY_TYPE.base + "location", id=_uri(end.site, "site"))


def _uri(name: str, what: str) -> str:
    """GS1 identities as they are; ids of the hub's master data as URNs."""
    return name if is_uri(name) else f"urn:zhuoyue:{what}:{_ID.sub(lambda found: quote(found[0]), name)}"
