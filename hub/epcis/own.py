"""Our own records as events: made from them when they are asked for, and never kept."""

from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.store.core.database import Reading
from hub.store.epcis.own import OwnRows
from hub.store.epcis.own_records import OwnRecord, own_records
from hub.store.epcis.queries import LogPlace
from hub.store.ledger.authors import latest_plant
from traceability.epcis.from_logistics import packing_event, shipment_events
from traceability.epcis.from_records import Site, association_events, result_event
from traceability.event.event import Event
from traceability.record.logistics import PackingRecord, ShipmentRecord
from traceability.record.production import AssociationRecord, UnitResultRecord

UTC_ZONE = "UTC"


class OwnEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of ours; ``record_time`` in microseconds since 1970 UTC."""

    place: LogPlace
    record_time: int
    event: Event


def own_events(connection: Reading, found: list[OwnRows]) -> list[OwnEvent]:
    """The events of rows, in the order of the log."""
    zones = Zones(connection)
    made = []
    for own in own_records(connection, found):
        for number, event in enumerate(_events(own, zones)):
            made.append(OwnEvent(place=(own.batch_id, own.line, number), record_time=own.record_time, event=event))
    return made


class Zones:
    """The time zones of plants, each looked up once."""

    def __init__(self, connection: Reading) -> None:
        self._connection = connection
        self._known: dict[str, str] = {}

    def of(self, plant: str | None) -> str:
        """The name of the zone; UTC where nobody said it."""
        if plant is None:
            return UTC_ZONE
        if plant not in self._known:
            entered = latest_plant(self._connection, plant)
            self._known[plant] = entered[3] if entered is not None else UTC_ZONE
        return self._known[plant]


def site_of(own: OwnRecord, zones: Zones) -> Site:
    """Where a record was made, as events tell it."""
    moment = own.record.event_time.astimezone(_zone(zones.of(own.plant)))
    offset = moment.utcoffset()
    assert offset is not None  # the record's time has a zone
    location = None if own.plant is None else f"urn:zhuoyue:plant:{_quoted(own.plant)}"
    return Site(offset=offset, location=location, read_point=lambda cell: f"urn:zhuoyue:work-cell:{_quoted(cell)}")


def _events(own: OwnRecord, zones: Zones) -> list[Event]:
    site, record = site_of(own, zones), own.record
    if isinstance(record, UnitResultRecord):
        return [result_event(record, own.measured, site)]
    if isinstance(record, AssociationRecord):
        return association_events(record, site)
    if isinstance(record, ShipmentRecord):
        return shipment_events(record, site)
    return [packing_event(record, site)] if isinstance(record, PackingRecord) else []


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(UTC_ZONE)


def _quoted(name: str) -> str:
    return quote(name, safe="-._~")
