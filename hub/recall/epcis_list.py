"""What is known of the affected items, as one EPCIS document that is written while it is read.

Results and assembly belong to one item each; a shipment, a packing or a captured event may name many of them, so their
places are remembered and each comes once. Records that were declared wrong stay out, and what came after the recall was
asked too.
"""

from collections.abc import Collection, Iterator
from itertools import islice

from hub.epcis.own import own_events
from hub.parts import Hub
from hub.recall.answer import recalled_items
from hub.recall.desk import RecallDesk
from hub.recall.question import Question
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.epcis.own import own_at
from hub.store.trace.recall_events import LogLine, Until, captured_naming, goods_records_naming, records_about
from hub.store.trace.recalls import RecallRow
from hub.trace.known import Known, Moment
from traceability.epcis.from_records import PREFIXES
from traceability.epcis.stored import stored_event
from traceability.epcis.writing import write_document
from traceability.event.event import Event

AT_ONCE = 500
_PLACES_AT_ONCE = 2_000


def epcis_document(hub: Hub, desk: RecallDesk, row: RecallRow, position: int = 0) -> Iterator[bytes]:
    """The document in pieces, of the items from ``position`` on; waits for those that are not reached yet."""
    return write_document(
        _events(hub, desk, row, position), created=hub.clock().isoformat(timespec="milliseconds"), prefixes=PREFIXES
    )


def _events(hub: Hub, desk: RecallDesk, row: RecallRow, position: int) -> Iterator[Event]:
    question = Question.model_validate(row.question)
    until = Until(row.log_size, None if question.as_of is None else to_micros(question.as_of))
    told: set[LogLine] = set()
    items = recalled_items(hub, desk, row.id, position)
    while some := list(islice(items, AT_ONCE)):
        with hub.store.reading() as connection:
            known = Known(connection, Moment(as_of=question.as_of, log_size=row.log_size))
            yield from _events_of(connection, known.naming.spellings_of(some), until, told)


def _events_of(connection: Reading, names: Collection[str], until: Until, told: set[LogLine]) -> list[Event]:
    goods, captured = goods_records_naming(connection, names, until), captured_naming(connection, names, until)
    places = sorted(records_about(connection, names, until) | (goods - told))
    found: list[Event] = []
    for begin in range(0, len(places), _PLACES_AT_ONCE):
        own = own_at(connection, places[begin : begin + _PLACES_AT_ONCE])
        found += [each.event for each in own_events(connection, own)]
    found += [stored_event(text) for place, text in sorted(captured.items()) if place not in told]
    told |= goods
    told |= captured.keys()
    return found
