"""Events in the order of the log: captured ones and those of our own records, told apart by nothing but their place."""

from collections.abc import Callable, Iterator
from heapq import merge
from itertools import count

import msgspec

from hub.epcis.own import OwnEvent, own_events
from hub.epcis.restrict import may_hold, own_restriction, restriction
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.epcis.own import SOURCES, own_at, own_named, own_within
from hub.store.epcis.queries import (
    LogPlace,
    Restriction,
    StoredEvent,
    Within,
    batches_between,
    events_at,
    events_within,
)
from hub.store.epcis.times import Window, windows
from traceability.epcis.capture import recorded
from traceability.epcis.from_records import PREFIXES
from traceability.epcis.matching import matches
from traceability.epcis.query import EventQuery
from traceability.epcis.stored import stored_event, stored_prefixes
from traceability.event.event import Event

FIRST: LogPlace = (-1, 0, 0)
_FEW, _MANY = 64, 512
_Read = Callable[[Within, int], "tuple[list[Found], LogPlace | None]"]
"""At most so many events within bounds, and the place behind which there may be more there."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the time at which it was recorded; ``own`` when it was made from a record of ours."""

    place: LogPlace
    event: Event
    prefixes: dict[str, str]
    own: bool


class Walk:
    """Iterate over the events that satisfy a query; ``seen`` counts all that were looked at, ``at`` is the last one."""

    def __init__(self, connection: Reading, query: EventQuery, after: LogPlace, until: int) -> None:
        self._connection = connection
        self._query = query
        self._wanted = restriction(query)
        begin, end = batches_between(connection, self._wanted)
        self._after = max(after, (begin, -1, 0))
        self._until = until if end is None else min(until, end)
        self._windows = _Again(windows(connection, self._wanted, self._after[0], self._until))
        self.seen = 0
        self.at = after

    def __iter__(self) -> Iterator[Found | None]:
        """In the order of the log; None for an event that does not satisfy the query."""
        for found in merge(*self._sources(), key=lambda each: each.place):
            if found.place[0] >= self._until:
                return
            self.seen += 1
            self.at = found.place
            yield found if matches(found.event, self._query) else None

    def _sources(self) -> Iterator[Iterator[Found]]:
        yield self._paged(self._captured)
        if self._wanted.event_ids is not None:
            yield iter(self._named(self._wanted.event_ids))
            return
        wanted = own_restriction(self._wanted)
        for source in SOURCES:
            if may_hold(source, self._wanted):
                yield self._paged(self._own(source, wanted))

    def _paged(self, read: _Read) -> Iterator[Found]:
        most = _FEW
        for window in self._windows:
            after: LogPlace | None = max(self._after, (window.begin, -1, 0))
            while after is not None and after[0] < window.end:
                found, last = read(Within(after=after, end=window.end, batches=window.batches), most)
                yield from (each for each in found if each.place > after)
                after, most = last, _MANY

    def _captured(self, within: Within, most: int) -> tuple[list[Found], LogPlace | None]:
        stored = events_within(self._connection, within, self._wanted, most)
        return list(map(_of_stored, stored)), stored[-1].place if len(stored) == most else None

    def _own(self, source: str, wanted: Restriction) -> _Read:
        def read(within: Within, most: int) -> tuple[list[Found], LogPlace | None]:
            rows = own_within(self._connection, source, within, wanted, most)
            last = (rows[-1].batch_id, rows[-1].line, 2**31) if len(rows) == most else None
            return list(map(_of_own, own_events(self._connection, rows))), last

        return read

    def _named(self, names: tuple[str, ...]) -> list[Found]:
        places = own_named(self._connection, names)
        made = own_events(self._connection, own_at(self._connection, {place[:2] for place in places}))
        return [_of_own(each) for each in made if each.place > self._after]


class _Again:
    """Windows, each looked for once, however many sources go through them."""

    def __init__(self, found: Iterator[Window]) -> None:
        self._found = found
        self._known: list[Window] = []

    def __iter__(self) -> Iterator[Window]:
        for number in count():
            if number == len(self._known):
                more = next(self._found, None)
                if more is None:
                    return
                self._known.append(more)
            yield self._known[number]


def found_at(connection: Reading, places: list[LogPlace]) -> list[Found]:
    """The events at places of the log, in the order of ``places``."""
    records = {place[:2] for place in places}
    found = {each.place: each for each in map(_of_stored, events_at(connection, records))}
    rest = records - {place[:2] for place in found}
    found |= {each.place: _of_own(each) for each in own_events(connection, own_at(connection, rest))}
    return [found[place] for place in places if place in found]


def _of_stored(stored: StoredEvent) -> Found:
    return Found(
        place=stored.place,
        event=recorded(stored_event(stored.text), _time(stored.record_time)),
        prefixes=stored_prefixes(stored.text),
        own=False,
    )


def _of_own(own: OwnEvent) -> Found:
    return Found(place=own.place, event=recorded(own.event, _time(own.record_time)), prefixes=PREFIXES, own=True)


def _time(micros: int) -> str:
    return from_micros(micros).isoformat(timespec="microseconds").replace("+00:00", "Z")
