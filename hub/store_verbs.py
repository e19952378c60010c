"""The verbs about a hub's store: ``migrate`` to PostgreSQL, ``upgrade`` after a new version of the program."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hub.composition import open_hub, unchecked_store
from hub.errors import DataDirectory
from hub.migrate.move import move
from hub.store.schema import upgrade
from hub.store.sqlite_file import FileStore
from hub.upkeep_verbs import told_progress

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]


def add_store_verbs(verbs: "Verbs", add: AddVerb) -> None:
    """``migrate``, ``upgrade``."""
    moving = add(verbs, "migrate", _migrate, "move the hub into a PostgreSQL database, proved equal, while it runs")
    moving.add_argument(
        "--to", required=True, metavar="URL", help="postgresql://USER@HOST/DATABASE, without a password"
    )
    up = add(verbs, "upgrade", _upgrade, "bring the tables to the version of this program, all of it or nothing")
    up.add_argument("--to", metavar="REVISION", help="another revision, also an older one (default: the newest)")


def _migrate(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        if not isinstance(hub.store, FileStore):
            raise DataDirectory("the hub is in PostgreSQL already", where=str(hub.store.place))
        moved = move(hub.store, arguments.data, arguments.to, told_progress("batches"))
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
