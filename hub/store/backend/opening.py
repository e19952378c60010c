"""Stores by their place."""

from sqlalchemy import delete, insert, select

from hub.errors import DataDirectory, HubError
from hub.store.backend.schema import make_tables, tables_there
from hub.store.backend.sqlite_file import create_store, open_store
from hub.store.core.database import Store
from hub.store.core.place import FilePlace, Place
from hub.store.spread.opened import open_any, open_served
from hub.store.spread.spreading import spread_out, take_apart
from hub.store.tables.every import meta, metadata

_UNFINISHED = "unfinished"


def open_at(place: Place) -> Store:
    """The store at a place; ``DataDirectory`` when there is none."""
    return open_store(place.path) if isinstance(place, FilePlace) else open_served(place)


def create_at(place: Place) -> Store:
    """A new store with all its tables; nothing may be there yet, but what was never finished."""
    if isinstance(place, FilePlace):
        return create_store(place.path)
    store = open_any(place)
    try:
        _begin(store)
        return spread_out(store, place) if place.shards else store
    except HubError:
        store.close()
        raise


def _begin(store: Store) -> None:
    with store.shaping() as connection:
        there = tables_there(connection)
        if there:
            known = connection.execute(select(meta.c.key)).scalars().all() if meta.name in there else []
            if _UNFINISHED not in known:
                raise DataDirectory(
                    "a hub is in this database already",
                    where=str(store.place),
                    advice="give an empty database or schema",
                )
            take_apart(connection)
            metadata.drop_all(connection)
        make_tables(connection)
        connection.execute(insert(meta), [{"key": _UNFINISHED, "value": "the hub is being made"}])


def finish(store: Store) -> None:
    """From now on it is a hub's store."""
    with store.writing() as connection:
        connection.execute(delete(meta).where(meta.c.key == _UNFINISHED))
