"""Which tables are spread over several servers, by which column, and what their parts are called.

A spread table is three things. Where the others stand, the **fresh** table takes every new row, in the transaction that
takes the batch; it is the table as it always was. The **parts** on the nodes hold what has been moved there; each of
their rows says by which move it came. A **view** of the same name, in a schema that is looked up first, is both
together: fresh rows, and of the parts those whose move has ended well.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, Table

from hub.store.tables.measured import measured, value_column
from hub.store.tables.production import link, link_by_child, unit_result
from hub.store.tables.rollup import rollup

MOVED, ENDED = "moved", "ended"
"""In every part: by which move a row came, and which one replaced it."""
MARK, MARK_OF = "spread_mark", "spread_mark_of"
"""``spread_mark`` has one row: the store's name, the last move that ended well, the last one begun, and when a move
ended or rows were forgotten. ``spread_mark_of`` says of each table up to which move its parts count no more."""


class Spread(msgspec.Struct, frozen=True):
    """``table``, laid out by the hash of the column ``key`` under ``name``."""

    table: Table
    key: str
    name: str
    replaced: bool = False
    """Whether a row may come again with the same key, in place of the one that was moved."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table itself."""
        return tuple(column.name for column in self.table.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of its primary key."""
        return tuple(column.name for column in self.table.primary_key.columns)

    def all_parts(self) -> str:
        """The name of what holds every part."""
        return f"{self.name}_parts"

    def part(self, number: int) -> str:
        """The name of one part, on its node too."""
        return f"{self.name}_part_{number}"


# A stream's roll-ups lie together; it belongs to one plant, and a large plant does not fill one node.
SPREAD: tuple[Spread, ...] = (
    Spread(unit_result, "unit", unit_result.name),
    Spread(link, "parent", link.name),
    Spread(link, "child", link_by_child.name),
    Spread(measured, "unit", measured.name),
    Spread(value_column, "batch_id", value_column.name),
    Spread(rollup, "stream", rollup.name, replaced=True),
)
SPREAD_TABLES: dict[str, Table] = {each.table.name: each.table for each in SPREAD}


def by_table(spread: Iterable[Spread] = SPREAD) -> dict[str, tuple[Spread, ...]]:
    """Every way in which a table is laid out, by the table's name."""
    found: dict[str, tuple[Spread, ...]] = {}
    for each in spread:
        found[each.table.name] = (*found.get(each.table.name, ()), each)
    return found


def part_columns(spread: Spread) -> list[Column[object]]:
    """Copies of the columns of a part."""
    own = [Column(column.name, column.type, nullable=column.nullable) for column in spread.table.columns]
    return [*own, Column(MOVED, BigInteger, nullable=False), Column(ENDED, BigInteger)]


def part_table(spread: Spread, number: int, *, unique: bool = True) -> Table:
    """One part as it stands on its node, with the table's own indexes.

    Not ``unique``: its key is a plain index, for a node that can't see to it.
    """
    name = spread.part(number)
    keys = (*spread.keys, MOVED)
    table = Table(name, MetaData(), *part_columns(spread), *([PrimaryKeyConstraint(*keys)] if unique else []))
    if not unique:
        Index(f"{name}_keys", *(table.c[key] for key in keys))
    copied = spread.name != spread.table.name
    elsewhere = {each.key for each in SPREAD if each.table is spread.table and each.key != spread.key}
    for index in spread.table.indexes:
        given = [table.c[column.name] for column in index.columns]
        if copied and given[0].name in elsewhere:
            continue  # nobody asks a copy by the key of the other
        # names of indexes share one room with those of other parts
        Index(f"{name}_{index.name}"[:63], *given, **index.dialect_kwargs)
    Index(f"{name}_{MOVED}", MOVED, _table=table)
    ended = table.c[ENDED]
    Index(f"{name}_{ENDED}", ended, postgresql_where=ended.is_not(None))
    return table
