"""The verbs about a hub's store: ``migrate`` to PostgreSQL, its ``shards``, ``upgrade`` after a new version."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from hub.composition import open_hub, unchecked_store
from hub.errors import DataDirectory
from hub.migrate.move import move
from hub.store.backend.schema import upgrade
from hub.store.backend.sqlite_file import FileStore
from hub.store.spread.mover import move_all
from hub.store.spread.settle import gathered, spread_over
from hub.store.spread.status import point_at_nodes, spread_state
from hub.store.spread.store import SpreadStore
from hub.upkeep_verbs import told_progress

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]


def add_store_verbs(verbs: "Verbs", add: AddVerb) -> None:
    """``migrate``, ``shards``, ``upgrade``."""
    moving = add(verbs, "migrate", _migrate, "move the hub into a PostgreSQL database, proved equal, while it runs")
    moving.add_argument(
        "--to", required=True, metavar="URL", help="postgresql://USER@HOST/DATABASE, without a password"
    )
    add_shard_option(moving)
    spread = add(verbs, "shards", _shards, "the servers over which the store is spread: what is where, who is away")
    chosen = spread.add_mutually_exclusive_group()
    chosen.add_argument("--over", action="append", metavar="URL", help="spread a PostgreSQL store over these databases")
    chosen.add_argument("--move", action="store_true", help="move what is fresh to the nodes now")
    chosen.add_argument("--point", action="store_true", help="look for the nodes where hub.toml says they are now")
    chosen.add_argument("--gather", action="store_true", help="bring every row back: the store is on one server again")
    up = add(verbs, "upgrade", _upgrade, "bring the tables to the version of this program, all of it or nothing")
    up.add_argument("--to", metavar="REVISION", help="another revision, also an older one (default: the newest)")


def add_shard_option(verb: argparse.ArgumentParser) -> None:
    """``--shard``, any number of times."""
    verb.add_argument(
        "--shard",
        action="append",
        default=[],
        metavar="URL",
        help="an empty PostgreSQL database on another server, over which the largest tables are spread; again for more",
    )


def _shards(arguments: argparse.Namespace) -> Fields:
    # what is gathered may be of another version, which is to be upgraded only then
    store = unchecked_store(arguments.data) if arguments.gather else open_hub(arguments.data).store
    try:
        if arguments.over:
            store = spread_over(store, arguments.data, tuple(arguments.over))
        if not isinstance(store, SpreadStore):
            raise DataDirectory("the store is not spread", where=str(store.place), advice="give --over URL, or nothing")
        if arguments.gather:
            store = gathered(store)
            return {"store": str(store.place), "next": "start the hub's processes again"}
        if arguments.point:
            point_at_nodes(store)
        moved = move_all(store) if arguments.move else 0
        state = spread_state(store)
    finally:
        store.close()
    return {
        "moved": moved,
        "moves": state.moves,
        "fresh_rows": state.fresh,
        "nodes": [msgspec.structs.asdict(node) for node in state.nodes],
    }


def _migrate(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        if not isinstance(hub.store, FileStore):
            raise DataDirectory("the hub is in PostgreSQL already", where=str(hub.store.place))
        shards = tuple(arguments.shard)
        moved = move(hub.store, arguments.data, arguments.to, told_progress("batches"), shards)
    finally:
        hub.store.close()
    return {
        "store": arguments.to,
        "batches": moved.batches,
        "root": moved.root,
        "rows": sum(same.rows for same in moved.tables.values()),
        "tables_proved_equal": len(moved.tables),
        "next": "start the hub's processes again; keep hub.db until the first backup",
    }


def _upgrade(arguments: argparse.Namespace) -> Fields:
    store = unchecked_store(arguments.data)
    try:
        done = upgrade(store, arguments.to)
    finally:
        store.close()
    return {"before": done.before, "after": done.after, "steps": list(done.steps)}
