"""A hub's store is spread, or gathered, and its settings say so."""

from pathlib import Path

from hub.errors import DataDirectory
from hub.store.database import Store
from hub.store.place import ServerPlace, server_place, write_place
from hub.store.server import ServerStore
from hub.store.spread.mover import STILL_HOURS, move_all
from hub.store.spread.spreading import gather, spread_out
from hub.store.spread.store import SpreadStore


def spread_over(store: Store, data: Path, shards: tuple[str, ...]) -> SpreadStore:
    """Spread the PostgreSQL store of the hub in ``data``, which no process has open; ``DataDirectory`` says why not."""
    if not isinstance(store, ServerStore) or isinstance(store, SpreadStore):
        raise DataDirectory(
            "only a hub on one PostgreSQL server can be spread",
            where=str(store.place),
            advice="of one in a file: zhuoyue-hub migrate --to URL --shard URL; of one that is spread: --gather first",
        )
    place = server_place(store.place.url, data, where="--over", shards=shards)
    spread = spread_out(store, place)
    write_place(place)
    move_all(spread, still_hours=STILL_HOURS)
    return spread


def gathered(store: SpreadStore) -> ServerStore:
    """The store on its own server again; no process may have it open."""
    one = gather(store)
    assert isinstance(one.place, ServerPlace)
    write_place(one.place)
    return one
