"""A PostgreSQL store becomes one that is spread over nodes, and one server's again."""

import time

from sqlalchemy import text as sql

from hub.errors import DataDirectory
from hub.store.backend.server import APPLICATION, ServerStore
from hub.store.core.database import Writing
from hub.store.core.place import ServerPlace
from hub.store.spread.layout import drop_views, is_spread, lay_out, moved_rows
from hub.store.spread.nodes import nodes_of
from hub.store.spread.plan import MARK, MARK_OF, SPREAD, by_table
from hub.store.spread.store import SpreadStore

_TRIES, _PAUSE_S = 50, 0.1


def spread_out(store: ServerStore, place: ServerPlace) -> SpreadStore:
    """Spread a store that nobody else has open over the shards of ``place``; it is closed and opened anew.

    Its rows are moved later.
    """
    nodes = nodes_of(place)
    store.close()
    with store.shaping() as connection:
        _alone(connection, place)
        own = connection.dialect.default_schema_name or "public"
        lay_out(connection, own, nodes)
    store.close()
    return SpreadStore(place, own)


def gather(store: SpreadStore) -> ServerStore:
    """Every row back to the store's own server, and the store no longer spread; nobody else may have it open."""
    store.close()
    with store.shaping() as connection:
        _alone(connection, store.place)
        for name, (spread, *_) in by_table().items():
            names = ", ".join(f'"{column}"' for column in spread.columns)
            connection.exec_driver_sql(f'INSERT INTO "{store.own}"."{name}" ({names}) {moved_rows(spread, store.own)}')
        take_apart(connection)
    store.close()
    return ServerStore(ServerPlace(store.place.url, store.place.folder))


def _alone(connection: Writing, place: ServerPlace) -> None:
    """``DataDirectory`` when another process has the store open: it would go on asking as before."""
    others = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND application_name = :hub"
    )
    for _ in range(_TRIES):  # connections that were just given back are there for a moment
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        if not connection.execute(others, {"hub": APPLICATION}).scalar_one():
            return
        time.sleep(_PAUSE_S)
    raise DataDirectory(
        "other processes have the store open", where=str(place), advice="stop the hub's processes, then run it again"
    )


def take_apart(connection: Writing) -> None:
    """Take away all that makes a store a spread one, and what it had on nodes with it; nothing for one that is none."""
    own = connection.dialect.default_schema_name or "public"
    if not is_spread(connection):
        return
    drop_views(connection, own)
    for spread in SPREAD:
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{own}"."{spread.all_parts()}"')
    servers = sql("SELECT srvname FROM pg_foreign_server WHERE srvname ~ :pattern")
    for server in connection.execute(servers, {"pattern": f"^{own}_node_[0-9]+$"}).scalars().all():
        connection.exec_driver_sql(f'DROP SERVER "{server}" CASCADE')
    for name in (MARK, MARK_OF):
        connection.exec_driver_sql(f'DROP TABLE "{own}"."{name}"')
