"""Units and lots by how their numbers end; the table is filled behind the log."""

from collections.abc import Collection, Iterator
from urllib.parse import quote

from sqlalchemy import Column, String, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import is_postgres, own_schema
from hub.store.ledger.batches import log_size
from hub.store.ledger.meta import write_meta
from hub.store.tables.every import link, meta, unit_result
from hub.store.tables.search import item_ending
from traceability.identifier.item import UNRESERVED, ItemKind

SHORTEST = 3
"""Fewer characters than these end so many numbers that they name none."""
_LETTERS = {ItemKind.UNIT: "u", ItemKind.LOT: "l"}
_NUMBERS = {ItemKind.UNIT: ("/21/", ":unit:"), ItemKind.LOT: ("/10/", ":lot:")}
"""What stands before the number in an identity."""
_LAST = "\x7f"
_TO = "endings_to"
_SOURCES: tuple[Column[str], ...] = (unit_result.c.unit, link.c.parent, link.c.child)
_AT_ONCE = 5000


def items_ending(connection: Reading, kind: ItemKind, piece: str, limit: int) -> set[str]:
    """Units or lots whose number ends with ``piece``, whatever its case; ``limit`` of those the asker may know of."""
    if len(piece) < SHORTEST:
        return set()
    return set(connection.execute(_ENDING, _given(kind, piece, limit)).scalars())


def candidates_ending(connection: Reading, kind: ItemKind, piece: str, most: int) -> list[str]:
    """The same past every policy, as the numbers are ordered from their ends: for who asks afterwards what is seen."""
    if len(piece) < SHORTEST:
        return []
    past_views = {"schema_translate_map": {None: own_schema(connection)}}
    return list(connection.execute(_ENDING, _given(kind, piece, most), execution_options=past_views).scalars())


def _given(kind: ItemKind, piece: str, most: int) -> dict[str, object]:
    begin = _LETTERS[kind] + _spelt(piece)[::-1]
    return {"begin": begin, "behind": begin + _LAST, "most": most}


_ENDING = (
    select(item_ending.c.item)
    .where(
        item_ending.c.ending >= bindparam("begin", type_=String),
        item_ending.c.ending < bindparam("behind", type_=String),
    )
    .order_by(item_ending.c.ending, item_ending.c.item)
    .limit(bindparam("most"))
)


def items_numbered(connection: Reading, kind: ItemKind, numbers: Collection[str]) -> dict[str, list[str]]:
    """By number, as it was given: every unit or lot that bears just it, whatever its case.

    By index; of batches whose endings are not noted yet by what they name.
    """
    by_ending = {_LETTERS[kind] + _spelt(number)[::-1]: number for number in numbers}
    found: set[tuple[str, str]] = set()
    for chunk in in_chunks(by_ending):
        query = select(item_ending.c.ending, item_ending.c.item).where(item_ending.c.ending.in_(chunk))
        found.update((row.ending, row.item) for row in connection.execute(query))
    for item in names_between(connection, ended_to(connection), log_size(connection)):
        found.update(row for row in _endings(item) if row[0] in by_ending)
    told: dict[str, list[str]] = {}
    for ending, item in sorted(found, key=lambda row: row[1]):
        told.setdefault(by_ending[ending], []).append(item)
    return told


def ended_to(connection: Reading) -> int:
    """Up to which place of the log (exclusive) endings are known."""
    query = select(meta.c.value).where(meta.c.key == _TO)
    past_views = {"schema_translate_map": {None: own_schema(connection)}}  # how far the work is is nobody's secret
    value = connection.execute(query, execution_options=past_views).scalar_one_or_none()
    return 0 if value is None else int(value)


def names_between(connection: Reading, begin: int, end: int) -> set[str]:
    """Every unit and lot that the batches ``[begin, end)`` name."""
    names: set[str] = set()
    for column in _SOURCES:
        place = column.table.c.batch_id
        names.update(
            connection.execute(
                select(column).where(place >= begin, place < end, column.is_not(None)).distinct()
            ).scalars()
        )
    return names


def put_endings(connection: Writing, items: Collection[str], to: int) -> None:
    """Note how the numbers of ``items`` end, and up to where the log is done; what is known stays."""
    rows = sorted(row for item in items for row in _endings(item))
    made = postgresql.insert(item_ending) if is_postgres(connection.dialect) else sqlite.insert(item_ending)
    statement = made.on_conflict_do_nothing()
    for begin in range(0, len(rows), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        connection.execute(statement, [{"ending": ending, "item": item} for ending, item in some])
    write_meta(connection, {_TO: str(to)})


def forget_endings(connection: Writing) -> None:
    """Begin anew: the names themselves were made again."""
    connection.execute(delete(item_ending))
    connection.execute(delete(meta).where(meta.c.key == _TO))


def _spelt(number: str) -> str:
    return quote(number, safe=UNRESERVED).lower()


def _endings(item: str) -> Iterator[tuple[str, str]]:
    for kind, marks in _NUMBERS.items():
        for before in marks:
            number = item.rpartition(before)[2]
            if number != item and "/" not in number and number:
                yield _LETTERS[kind] + number.lower()[::-1], item
                return
