"""The tables in which rows really lie, for tests that change them behind the program's back."""

from sqlalchemy import MetaData, Table

from hub.parts import Hub
from hub.store.spread.plan import by_table
from hub.store.spread.store import SpreadStore


def tables_behind(hub: Hub, table: Table) -> list[Table]:
    """``table`` itself, and of a store that is spread over several servers its fresh rows and its parts."""
    if not isinstance(hub.store, SpreadStore):
        return [table]
    parts = [placed.all_parts() for placed in by_table()[table.name]]
    return [table.to_metadata(MetaData(), schema=hub.store.own, name=name) for name in (table.name, *parts)]
