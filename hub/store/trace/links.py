"""Links as the store tells them: for following what went into what."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, Integer, Row, Select, Table, select, type_coerce

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import SPREAD, is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import given, listed
from hub.store.core.memo import once
from hub.store.core.quick import ask
from hub.store.production.corrections import erroneous, place_of
from hub.store.tables.every import link
from hub.store.tables.production import link_by_child
from hub.store.trace.event_links import EventLinks
from hub.store.trace.queries import BEFORE, LISTED, as_known
from traceability.genealogy import Direction, Link, with_endings

MOST_KEPT, MOST_KEPT_ITEMS = 100, 500
"""So many answers of a reading are kept, each about so many items."""


class LinkRow(NamedTuple):
    """A row of ``link`` as it lies."""

    batch_id: int
    line: int
    author: str
    chain: str
    seq: int
    event_time: int
    item: int
    result_id: str
    parent: str
    child: str
    certain: int
    action: str
    position: str | None
    quantity: str | None
    uom: str | None
    operation: str
    plant: str | None


class StoreLinks:
    """The store as a source of links for ``traceability.genealogy.trace``; links and names exactly as recorded.

    With ``log_size`` it answers as it did when the log held that many batches. Of a reading's first questions about few
    items the answers are kept: a page follows the links of one unit for its evidence, its picture and its doubts.
    """

    def __init__(self, connection: Reading, log_size: int | None = None) -> None:
        self._connection = connection
        self._log_size = log_size
        self._told: dict[object, list[Link]] = once(connection, (StoreLinks, log_size), dict)
        self.events = EventLinks(connection, log_size)

    def below(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose parent is among ``items``."""
        return with_endings(self.stated_below(items), self.events.endings(items))

    def above(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose child is among ``items``."""
        links = list(self.stated_above(items))
        return with_endings(links, self.events.endings({each.parent for each in links}))

    def stated_below(self, items: Collection[str]) -> Iterator[Link]:
        """Those of ``below`` that name both ends."""
        yield from self._links(link.c.parent, items)
        yield from self.events.transformed(items, Direction.BACK)

    def stated_above(self, items: Collection[str]) -> Iterator[Link]:
        """Those of ``above`` that name both ends."""
        yield from self._links(link.c.child, items)
        yield from self.events.transformed(items, Direction.FORWARD)

    def _links(self, end: Column[str], items: Collection[str]) -> Iterable[Link]:
        if len(items) > MOST_KEPT_ITEMS:
            return self._read(end, items)
        asked = (end.name, frozenset(items))
        found = self._told.get(asked)
        if found is None:
            found = list(self._read(end, items))
            if len(self._told) < MOST_KEPT:
                self._told[asked] = found
        return found

    def _read(self, end: Column[str], items: Collection[str]) -> Iterator[Link]:
        postgres = is_postgres(self._connection.dialect)
        table, bounded = links_by(self._connection, end), self._log_size is not None
        query = _links_at(table, end.name, bounded=bounded, postgres=postgres)
        for chunk in in_chunks(items):
            named = {LISTED: given(chunk, postgres=postgres)} | ({BEFORE: self._log_size} if bounded else {})
            rows = [LinkRow(*row) for row in ask(self._connection, query, named)]
            wrong = erroneous(self._connection, (place_of(row) for row in rows), self._log_size)
            for row in rows:
                yield link_of(row, erroneous=bool(wrong) and place_of(row) in wrong)


def link_of(row: Row[Any] | LinkRow, *, erroneous: bool = False) -> Link:
    """A row of ``link``."""
    return Link(
        parent=row.parent,
        child=row.child,
        certain=bool(row.certain),
        event_time=from_micros(row.event_time),
        author=row.author,
        chain=row.chain,
        seq=row.seq,
        action=row.action,
        position=row.position,
        quantity=row.quantity,
        uom=row.uom,
        operation=row.operation,
        record=row.result_id,
        item=row.item,
        log_index=row.batch_id,
        line=row.line,
        erroneous=erroneous,
    )


def links_by(connection: Reading, end: Column[str]) -> Table:
    """The links as they lie where those of one ``end`` are asked for."""
    by_child = SPREAD in connection.get_execution_options() and end is link.c.child
    return link_by_child if by_child else link


@cache
def _links_at(table: Table, end: str, *, bounded: bool, postgres: bool) -> Select[Any]:
    columns = (table.c[name] for name in LinkRow._fields)
    bare = (type_coerce(column, Integer) if isinstance(column.type, Boolean) else column for column in columns)
    query = select(*bare).where(listed(table.c[end], LISTED, postgres=postgres))
    return as_known(query, table, bounded=bounded)
