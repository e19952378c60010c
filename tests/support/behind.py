"""The tables in which rows really lie, for tests that change them behind the program's back."""

from sqlalchemy import Executable, MetaData, Table

from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.dialect import is_postgres, to_write
from hub.store.spread.forget import forget_if_spread
from hub.store.spread.layout import moved_rows
from hub.store.spread.plan import by_table
from hub.store.spread.store import SpreadStore


def tables_behind(hub: Hub, table: Table) -> list[Table]:
    """``table`` itself, and of a store that is spread over several servers its fresh rows and its parts."""
    if not isinstance(hub.store, SpreadStore):
        return [table]
    parts = [placed.all_parts() for placed in by_table()[table.name]]
    return [table.to_metadata(MetaData(), schema=hub.store.own, name=name) for name in (table.name, *parts)]


def tampered(hub: Hub, *statements: Executable) -> None:
    """Each of the statements, on all rows of its table; those on nodes come back first and are moved again."""
    with hub.store.writing() as connection:
        if isinstance(hub.store, SpreadStore):
            _bring_home(connection, hub.store.own)
        for statement in statements:
            connection.execute(statement, execution_options=to_write(connection))


def _bring_home(connection: Writing, own: str) -> None:
    for name, (spread, *_) in by_table().items():
        names = ", ".join(f'"{column}"' for column in spread.columns)
        connection.exec_driver_sql(f'INSERT INTO "{own}"."{name}" ({names}) {moved_rows(spread, own)}')
        forget_if_spread(connection, name)


def dropped(hub: Hub, *names: str) -> None:
    """Tables that are not there, as in a store of a program that did not know them."""
    with hub.store.writing() as connection:
        and_views = " CASCADE" if is_postgres(connection.dialect) else ""
        for name in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}"{and_views}')
