"""A store on PostgreSQL, spread or not: its database says which."""

from hub.errors import DataDirectory, HubError
from hub.store.backend.server import ServerStore, open_server
from hub.store.core.place import ServerPlace
from hub.store.spread.layout import is_spread
from hub.store.spread.store import SpreadStore


def open_served(place: ServerPlace) -> ServerStore:
    """The store at ``place``; ``DataDirectory`` when the server does not fit, or is not spread as is said."""
    store = open_any(place)
    if place.shards and not isinstance(store, SpreadStore):
        store.close()
        raise DataDirectory(
            "shards are named, but the store in this database is not spread",
            where=str(place),
            advice="take 'shards' out of hub.toml, or name the database of the hub that was spread",
        )
    return store


def open_any(place: ServerPlace) -> ServerStore:
    """The same, whatever is said."""
    store = open_server(place)
    try:
        with store.reading() as connection:
            spread, own = is_spread(connection), connection.dialect.default_schema_name or "public"
    except HubError:
        store.close()
        raise
    if not spread:
        return store
    store.close()
    return SpreadStore(place, own)
