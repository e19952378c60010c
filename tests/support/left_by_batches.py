"""All that the batches of agents leave in a hub."""

from typing import Any

from small_hub import projection_of
from sqlalchemy import select

from hub.audit.fsck import fsck
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.tables.every import batch
from hub.store.tables.rollup import ROLLUPS


def left_by(hub: Hub) -> dict[str, list[Any]]:
    """Rows by table; each hub has keys of its own, and so another first batch."""
    with hub.store.reading() as connection:
        found: dict[str, list[Any]] = {
            name: list(map(tuple, connection.execute(select(table).order_by(*table.primary_key.columns))))
            for name, table in ROLLUPS.items()
        }
        placed = select(batch.c.id, batch.c.seq, batch.c.hash).where(batch.c.author != HUB_AUTHOR)
        found["batch"] = list(map(tuple, connection.execute(placed)))
    own = ("author_key",)
    return found | {name: rows for name, rows in projection_of(hub).items() if name not in own}


def everything(hub: Hub) -> dict[str, list[Any]]:
    """The same, once the ledger was verified and projected again."""
    found = left_by(hub)
    fsck(hub)
    return found
