"""Everything that is known about some items as one list of events, ready to be written as one document."""

from collections.abc import Iterable

from traceability.epcis.from_logistics import packing_event, shipment_events
from traceability.epcis.from_records import Site, association_events, result_event
from traceability.epcis.writing import decode_event
from traceability.event.event import Event
from traceability.event.timestamp import instant
from traceability.record.base import Record
from traceability.record.epcis import EventRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord
from traceability.record.production import AssociationRecord, MeasurementsRecord, UnitResultRecord


def events_of_records(records: Iterable[tuple[Record, Site]]) -> list[Event]:
    """The events of records of any kind, each with the site where it was made; kinds without an event are passed over.

    A result and its measurements (records that share an id) become one event. Events come in the order of their times,
    each once, whatever the order of the records was.
    """
    known = list(records)
    measured = {record.id: record for record, _ in known if isinstance(record, MeasurementsRecord)}
    found: dict[tuple[str, bool], Event] = {}
    for record, site in known:
        for event in _events(record, site, measured):
            found[event.event_id or "", event.error_declaration is not None] = event
    return sorted(found.values(), key=lambda event: (instant(event.event_time), event.event_id or ""))


def _events(record: Record, site: Site, measured: dict[str, MeasurementsRecord]) -> list[Event]:
    if isinstance(record, UnitResultRecord):
        return [result_event(record, measured.get(record.id), site)]
    if isinstance(record, AssociationRecord):
        return association_events(record, site)
    if isinstance(record, ShipmentRecord):
        return shipment_events(record, site)
    if isinstance(record, PackingRecord):
        return [packing_event(record, site)]
    if isinstance(record, EventRecord):
        return [decode_event("".join(record.event).encode())]
    return []
