"""Units, lots and their links as aspects, as far as whoever asks may see them."""

from datetime import datetime
from typing import TypeVar

import msgspec

from hub.catenax.names import Brought, Names, brought_about, numbers_told
from hub.errors import NotFound
from hub.store.core.database import Reading
from hub.trace.catalogue import in_time_order, part_of_item, read_catalogue
from hub.trace.known import Known, standing
from traceability.catenax.aspects import Batch, SerialPart, SingleLevelBomAsBuilt, SingleLevelUsageAsBuilt
from traceability.catenax.mapping import PartFacts, batch, bom_as_built, serial_part, usage_as_built
from traceability.errors import LimitExceeded
from traceability.genealogy import Direction, Link, TraceLimits, trace
from traceability.identifier.item import ItemKind, parse_item
from traceability.unit import is_submission

MOST_LINKS = 10_000
Own = TypeVar("Own", SerialPart, Batch)
_ADVICE = "check the identity; a unit needs a result, a lot a shipment or what it was made of"


def serial_part_of(connection: Reading, known: Known, names: Names, name: str) -> SerialPart:
    """The aspect of a unit."""
    item, brought = _told(connection, known, names, name)
    made = _finished(known, item)
    if made is None:
        return _brought(item, brought, SerialPart, names)
    return serial_part(item, _facts(connection, item, made, names), names.id_of)


def batch_of(connection: Reading, known: Known, names: Names, name: str) -> Batch:
    """The aspect of a lot."""
    item, brought = _told(connection, known, names, name)
    if any(isinstance(aspect, Batch) for aspect in brought):
        return _brought(item, brought, Batch, names)
    made = _lot_made(known, item)
    if made is None or parse_item(item).kind is not ItemKind.LOT:
        raise NotFound(f"no record says when the lot {name[:200]} was made", advice=_ADVICE)
    return batch(item, _facts(connection, item, made, names), names.id_of)


def bom_of(connection: Reading, known: Known, names: Names, name: str) -> SingleLevelBomAsBuilt:
    """What went into an item."""
    item, brought = _told(connection, known, names, name)
    links = _links(known, item, Direction.BACK)
    _check_known(item, known, links, brought, name)
    return bom_as_built(item, links, names.id_of, names.partner_of)


def usage_of(connection: Reading, known: Known, names: Names, name: str) -> SingleLevelUsageAsBuilt:
    """Where an item went."""
    item, brought = _told(connection, known, names, name)
    links = _links(known, item, Direction.FORWARD)
    above = brought_about(connection, known, {link.parent for link in links})
    names.learn(numbers_told([*above, *brought], known))
    _check_known(item, known, links, brought, name)
    own = {number for aspect in brought if isinstance(aspect, SingleLevelUsageAsBuilt) for number in aspect.customers}
    return usage_as_built(item, links, {*names.customers(item), *own}, names.id_of, names.partner_of)


def _told(connection: Reading, known: Known, names: Names, name: str) -> tuple[str, list[Brought]]:
    item = known.item(name)
    brought = brought_about(connection, known, [item])
    names.learn(numbers_told(brought, known))
    return item, brought


def _brought(item: str, brought: list[Brought], kind: type[Own], names: Names) -> Own:
    """The latest aspect that a partner brought, under the id that the item has here."""
    found = [aspect for aspect in brought if isinstance(aspect, kind)]
    if not found:
        raise NotFound(f"no record says when {item[:200]} was made", advice=_ADVICE)
    return msgspec.structs.replace(found[-1], catena_x_id=names.id_of(item))


def _facts(connection: Reading, item: str, made: datetime, names: Names) -> PartFacts:
    catalogue = read_catalogue(connection, [item])
    part = catalogue.part(part_of_item(parse_item(item)))
    return PartFacts(manufacturer=names.partner_of(item), made=made, name=part.name or part.id)


def _finished(known: Known, item: str) -> datetime | None:
    """When a unit passed through its last operation: the last result that counts."""
    rows = in_time_order(standing(known.results([item]).get(item, [])))
    submitted = [row.event_time for row in rows if is_submission(row.verdict, row.flags)]
    return submitted[-1] if submitted else None


def _lot_made(known: Known, item: str) -> datetime | None:
    """When material last went into a lot, else when it was first ready to be sent."""
    links = _links(known, item, Direction.BACK)
    shipped = [each.row.event_time for each in known.shipments([item]).get(item, [])]
    return max((link.event_time for link in links), default=None) or min(shipped, default=None)


def _links(known: Known, item: str, direction: Direction) -> list[Link]:
    limits = TraceLimits(depth=1, items=MOST_LINKS + 1)
    found = trace(item, known, direction, limits, as_of=known.moment.as_of)
    if len(found.depth_of) > MOST_LINKS:
        raise LimitExceeded(f"{item} has more than {MOST_LINKS} links", advice="ask for the trace, which has pages")
    near = (link for link in found.links if item in (link.parent, link.child))
    return [link for link in near if (link.parent == item) is (direction is Direction.BACK)]


def _check_known(item: str, known: Known, links: list[Link], brought: list[Brought], name: str) -> None:
    if not links and not brought and not known.results([item]).get(item):
        raise NotFound(f"no record names {name[:200]}", advice="check the identity")
