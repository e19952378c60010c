"""The names of our own events, which are their hashes: found out behind the log, so that an event is found by its name.

Nothing depends on the table but looking up: the names are the same whenever they are made.
"""

from hub.epcis.own import own_events
from hub.parts import Hub
from hub.store.batches import log_size
from hub.store.database import Reading
from hub.store.epcis_own_queries import SOURCES, OwnRows, named_to, own_between, put_names

BATCHES_AT_ONCE = 20


def catch_up_names(hub: Hub, rounds: int) -> bool:
    """Name the events of the next ``rounds`` times ``BATCHES_AT_ONCE`` batches; whether all are named now."""
    for _ in range(rounds):
        with hub.store.reading() as connection:
            begin, size = named_to(connection), log_size(connection)
            if begin >= size:
                return True
            end = min(begin + BATCHES_AT_ONCE, size)
            names = [
                (*event.place, event.event.event_id or "")
                for event in own_events(connection, _rows(connection, begin, end))
            ]
        with hub.store.writing() as connection:
            put_names(connection, names, end)
    return False


def _rows(connection: Reading, begin: int, end: int) -> list[OwnRows]:
    return [rows for source in SOURCES for rows in own_between(connection, source, begin, end)]
