"""The names of our own events, which are their hashes: found out behind the log, so that an event is found by its name.

Nothing depends on the table but looking up: the names are the same whenever they are made.
"""

import time

from hub.epcis.own import own_events
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.epcis.own import SOURCES, OwnRows, named_to, own_between, put_names
from hub.store.ledger.batches import log_size

BATCHES_AT_ONCE = 20
EVENTS_AT_ONCE = 200
"""About so many are named in one step behind the log, which takes less than a tenth of a second."""
EVENTS_A_ROUND = 4_000
_REST_S = 0.001
"""For each event: two or three times what naming it takes, so that others have the processor for most of the time."""


def catch_up_names(hub: Hub, rounds: int) -> bool:
    """Name the events of the next ``rounds`` times ``BATCHES_AT_ONCE`` batches; whether all are named now."""
    return any(_name_some(hub, BATCHES_AT_ONCE) is None for _ in range(rounds))


def name_beside(hub: Hub) -> None:
    """Name the next ``EVENTS_A_ROUND`` events or what there is, step by step, with rests in between."""
    done, batches = 0, 1
    while done < EVENTS_A_ROUND:
        events = _name_some(hub, batches)
        if events is None:
            return
        done += max(events, 1)
        time.sleep(events * _REST_S)
        batches = max(1, min(BATCHES_AT_ONCE, batches * EVENTS_AT_ONCE // max(events, 1)))


def _name_some(hub: Hub, batches: int) -> int | None:
    """Name the events of the next batches: how many these are; None where nothing was left to do."""
    with hub.store.reading() as connection:
        begin, size = named_to(connection), log_size(connection)
        if begin >= size:
            return None
        end = min(begin + batches, size)
        names = [
            (*event.place, event.event.event_id or "")
            for event in own_events(connection, _rows(connection, begin, end))
        ]
    with hub.store.writing() as connection:
        put_names(connection, names, end)
    return len(names)


def _rows(connection: Reading, begin: int, end: int) -> list[OwnRows]:
    return [rows for source in SOURCES for rows in own_between(connection, source, begin, end)]
