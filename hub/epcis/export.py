"""Everything that is known about some items, as one EPCIS document: captured events and those of our own records."""

from collections.abc import Collection, Iterator

from hub.epcis.answer import shared_prefixes
from hub.epcis.walk import FIRST, Found, Walk
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.trace.shipments import packings_of
from traceability.epcis.canonical_link import canonical_link
from traceability.epcis.from_records import is_class
from traceability.epcis.matching import identifiers
from traceability.epcis.query import EventQuery, Predicate
from traceability.epcis.writing import write_document
from traceability.errors import LimitExceeded
from traceability.event.event import ObjectEvent
from traceability.event.timestamp import instant

MOST = 20_000


def document_about(hub: Hub, connection: Reading, items: Collection[str]) -> bytes:
    """One ``EPCISDocument`` with the events about ``items`` (canonical identities), by their times.

    Of the events about a lot, those that tell of other units only are left out, of those about a container all but
    where it went. ``LimitExceeded`` beyond ``MOST`` events.
    """
    names = {canonical_link(item) or item for item in items}
    singles = tuple(sorted(canonical_link(item) or item for item in items if not is_class(item)))
    classes = tuple(sorted(names - set(singles)))
    found = {each.place: each for each in _events(connection, "anyEPC", singles)}
    for each in _events(connection, "anyEPCClass", classes):
        told = set(identifiers(each.event, "anyEPC"))
        if not told or told & names:
            found[each.place] = each
    for each in _events(connection, "anyEPC", tuple(sorted(_containers(connection, items)))):
        if isinstance(each.event, ObjectEvent):  # where the box went; what else lay in it is not told
            found[each.place] = each
    if len(found) > MOST:
        raise LimitExceeded(
            f"more than {MOST} events tell of these {len(names)} items", advice="ask for fewer items, or a lower depth"
        )
    events = sorted(found.values(), key=lambda each: (instant(each.event.event_time), each.place))
    pieces = write_document(
        (each.event for each in events),
        created=hub.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        prefixes=shared_prefixes(events),
    )
    return b"".join(pieces)


def _containers(connection: Reading, items: Collection[str]) -> set[str]:
    """What the items travelled in, and what that travelled in."""
    found: set[str] = set()
    inner = set(items)
    while inner:
        inner = {link.parent for link in packings_of(connection, inner)} - found
        found |= inner
    return found


def _events(connection: Reading, field: str, names: tuple[str, ...]) -> Iterator[Found]:
    if not names:
        return
    predicate = Predicate(parameter=f"MATCH_{field}", op="MATCH", field=field, values=names)
    walk = Walk(connection, EventQuery(predicates=(predicate,)), FIRST, log_size(connection))
    count = 0
    for each in walk:
        if each is not None:
            count += 1
            yield each
        if count > MOST:
            return
