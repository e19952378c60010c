"""A hub's store is spread, or gathered, and its settings say so."""

import logging
from pathlib import Path

from hub.errors import DataDirectory, HubError
from hub.store.backend.server import ServerStore
from hub.store.core.database import Store
from hub.store.core.place import server_place, write_place
from hub.store.spread.mover import move_all
from hub.store.spread.nodes import clear_node, nodes_of
from hub.store.spread.spreading import gather, spread_out
from hub.store.spread.store import SpreadStore

_LOG = logging.getLogger(__name__)


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
    move_all(spread)
    return spread


def gathered(store: SpreadStore) -> ServerStore:
    """The store on its own server again; no process may have it open."""
    one = gather(store)
    write_place(one.place)
    for node in nodes_of(store.place):
        try:
            clear_node(node)
        except HubError as error:
            _LOG.warning("what was on this node counts no more, but is there still: %s", error)
    return one
