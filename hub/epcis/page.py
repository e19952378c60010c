"""A page of the events that satisfy a query.

Without a wished order they come in the order in which they were recorded, and a page costs what it looks at. With one,
all that satisfy the query are put in order for every page, so such a query must be narrow.
"""

from operator import itemgetter
from typing import Any

import msgspec

from hub.epcis.limits import LIMITS, EpcisLimits
from hub.epcis.problems import EpcisRefused, Kind
from hub.epcis.walk import FIRST, Found, Walk, found_at
from hub.store.core.database import Reading
from hub.store.epcis.queries import LogPlace
from traceability.epcis.matching import order_key
from traceability.epcis.query import EventQuery


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Events, and after which one the next page goes on; None at the end."""

    found: list[Found]
    after: LogPlace | None


class From(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page begins: behind an event, ``given`` having been given before; in a log of ``until`` batches."""

    until: int
    after: LogPlace = FIRST
    given: int = 0


def page_of(connection: Reading, query: EventQuery, begin: From, per_page: int, limits: EpcisLimits = LIMITS) -> Page:
    """The page; ``EpcisRefused`` when more satisfy the query than it allows, or than are put in order."""
    most = per_page
    if query.event_count_limit is not None:
        most = min(most, query.event_count_limit - begin.given)
    if query.max_event_count is not None and begin.given == 0:
        _check_count(connection, query, begin, limits)
    if most <= 0:
        return Page(found=[], after=None)
    plain = query.order_by is None or (query.order_by == "recordTime" and not query.descending)
    page = _in_log_order if plain else _in_wished_order
    made = page(connection, query, begin, most, limits)
    left = None if query.event_count_limit is None else query.event_count_limit - begin.given - len(made.found)
    return made if left is None or left > 0 else msgspec.structs.replace(made, after=None)


def _in_log_order(connection: Reading, query: EventQuery, begin: From, most: int, limits: EpcisLimits) -> Page:
    walk = Walk(connection, query, begin.after, begin.until)
    found: list[Found] = []
    for each in walk:
        if each is not None and len(found) == most:
            return Page(found=found, after=found[-1].place)
        if each is not None:
            found.append(each)
        if walk.seen >= limits.scanned:
            return Page(found=found, after=walk.at)
    return Page(found=found, after=None)


def _in_wished_order(connection: Reading, query: EventQuery, begin: From, most: int, limits: EpcisLimits) -> Page:
    keys: list[tuple[Any, LogPlace]] = []
    walk = Walk(connection, query, FIRST, begin.until)
    for each in walk:
        if each is not None:
            keys.append((order_key(each.event, query), each.place))
        _check_seen(walk, limits)
    keys.sort(key=itemgetter(1))
    keys.sort(key=itemgetter(0), reverse=query.descending)
    places = [place for _, place in keys]
    start = places.index(begin.after) + 1 if begin.after in places else 0
    chosen = places[start : start + most]
    return Page(found=found_at(connection, chosen), after=chosen[-1] if start + most < len(places) else None)


def _check_count(connection: Reading, query: EventQuery, begin: From, limits: EpcisLimits) -> None:
    assert query.max_event_count is not None
    count, walk = 0, Walk(connection, query, FIRST, begin.until)
    for each in walk:
        count += each is not None
        _check_seen(walk, limits)
        if count > query.max_event_count:
            raise EpcisRefused(
                Kind.QUERY_TOO_LARGE,
                413,
                f"more than {query.max_event_count} events satisfy the query",
                where="maxEventCount",
                advice="ask for less, or for pages without maxEventCount",
            )


def _check_seen(walk: Walk, limits: EpcisLimits) -> None:
    if walk.seen > limits.sorted:
        raise EpcisRefused(
            Kind.QUERY_TOO_COMPLEX,
            413,
            f"more than {limits.sorted} events would have to be looked at",
            advice="narrow the query by identifiers or times, or leave orderBy and maxEventCount out",
        )
