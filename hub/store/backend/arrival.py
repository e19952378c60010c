"""A database into which a hub is on its way: marked as such, so that nothing else is taken for it or overwritten."""

from sqlalchemy import Column, MetaData, Table, Text, insert, inspect, select

from hub.errors import DataDirectory
from hub.store.backend.schema import make_tables, tables_there
from hub.store.core.database import Reading, Store

# no table of a hub: it is there while one is on its way, and then goes
_arriving = Table("arriving", MetaData(), Column("origin", Text, nullable=False))


def begin_arrival(target: Store, origin: str) -> None:
    """Make the tables, or find those of an earlier try; ``DataDirectory`` when something else is there."""
    with target.shaping() as connection:
        ours = _on_its_way(connection) == origin
        if not ours and (tables_there(connection) or _on_its_way(connection) is not None):
            raise DataDirectory(
                "a hub, or something else, is in this database",
                where=str(target.place),
                advice="give an empty database or schema",
            )
        make_tables(connection)
        if not ours:
            _arriving.create(connection)
            connection.execute(insert(_arriving), [{"origin": origin}])


def end_arrival(target: Store) -> None:
    """The hub is there."""
    with target.shaping() as connection:
        _arriving.drop(connection, checkfirst=True)


def _on_its_way(connection: Reading) -> str | None:
    if not inspect(connection).has_table(_arriving.name):
        return None
    return connection.execute(select(_arriving.c.origin)).scalar_one_or_none()
