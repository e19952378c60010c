"""Fresh rows to the nodes, some at a time, so that each is counted once whatever ends in the middle.

1. The move is announced: ``begun`` is its number.
2. Fresh rows are copied to the nodes with that number, and what an earlier move left there that did not end well is
   taken away first. The nodes commit, each for itself; nobody reads these rows yet.
3. In one transaction of the store's own server the fresh rows go and ``until`` becomes the number: from here on they
   are read on the nodes.

Whoever dies before 3 leaves everything as it was; the next move begins with 2. A reading that began before 3 goes on
with the fresh rows, which its snapshot still has. Rows that no reading can want any more are taken away at a move's
beginning.
"""

import logging
from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection
from sqlalchemy import text as sql

from hub.store.core.database import Reading, Writing
from hub.store.spread.plan import ENDED, MARK, MARK_OF, MOVED, SPREAD, SPREAD_TABLES, Spread, by_table
from hub.store.spread.store import SpreadStore

MOST_ROWS = 20_000
"""Of one table in one move."""
MOST_MOVES = 50
STILL_HOURS = 48
"""Roll-ups of a stream are moved when it has gone on for so many hours: before that they change with every batch."""
_LOG = logging.getLogger(__name__)


class Marks(msgspec.Struct, frozen=True):
    """How far moves have come; ``since`` by table, see ``layout``."""

    until: int
    begun: int
    at: str
    since: dict[str, int]


class _Move(msgspec.Struct, frozen=True):
    number: int
    most: int
    still_hours: int


class _Taken(msgspec.Struct, frozen=True):
    """Which versions of which fresh rows were copied: their places and the transactions that wrote them."""

    table: str
    places: list[str]
    writers: list[str]


def move_rows(store: SpreadStore, *, least: int = 1, most: int = MOST_ROWS, still_hours: int = STILL_HOURS) -> int:
    """One move, of every table that has ``least`` fresh rows; how many rows went, 0 also when another process moves."""
    with store.moving() as connection:
        if connection is None:
            return 0
        with connection.begin():
            before = read_marks(connection)
        if not _worth(connection, least, still_hours):
            return 0
        number = max(before.until, before.begun) + 1
        with store.settling(connection) as writing:
            writing.execute(sql(f"UPDATE {MARK} SET begun = :number"), {"number": number})  # noqa: S608 - our own word
        taken = _copy(connection, before, _Move(number, most, still_hours))
        with store.settling(connection) as writing:
            return _settle(writing, before, number, taken)


def move_all(store: SpreadStore, *, least: int = 1, still_hours: int = STILL_HOURS) -> int:
    """Moves until little is left, ``MOST_MOVES`` at most; how many rows went."""
    moved = 0
    for _ in range(MOST_MOVES):
        now = move_rows(store, least=least, still_hours=still_hours)
        if not now:
            break
        moved += now
    return moved


def read_marks(connection: Reading) -> Marks:
    """How far moves have come."""
    until, begun, at = connection.execute(sql(f"SELECT until, begun, at::text FROM {MARK}")).one()  # noqa: S608
    since = {name: of for name, of in connection.execute(sql(f"SELECT name, since FROM {MARK_OF}"))}  # noqa: S608, C416
    return Marks(until, begun, at, since)


def _ripe(name: str, still_hours: int) -> str:
    if not any(spread.replaced for spread in by_table()[name]):
        return "true"
    return f"f.start < (SELECT last_hour - {int(still_hours)} FROM rollup_stream WHERE id = f.stream)"  # noqa: S608


def _worth(connection: Connection, least: int, still_hours: int) -> bool:
    with connection.begin():
        for name in SPREAD_TABLES:
            own = _fresh(connection, name)
            some = f"SELECT FROM {own} AS f WHERE {_ripe(name, still_hours)} LIMIT {int(least)}"
            if connection.exec_driver_sql(f"SELECT count(*) FROM ({some}) AS ripe").scalar_one() >= least:  # noqa: S608
                return True
    return False


def _copy(connection: Connection, before: Marks, move: _Move) -> list[_Taken]:
    """Step 2: one snapshot here, one transaction on each node."""
    connection.execution_options(isolation_level="REPEATABLE READ")
    with connection.begin():
        for spread in SPREAD:
            for unwanted in _unwanted(connection, spread, before):
                connection.exec_driver_sql(unwanted)
        return [_copy_table(connection, name, placed, move) for name, placed in by_table().items()]


def _unwanted(connection: Connection, spread: Spread, before: Marks) -> Iterator[str]:
    """What takes away rows that nobody reads, and may be asked for at every beginning."""
    parts = f'"{spread.all_parts()}"'
    if before.begun > before.until:
        yield f"DELETE FROM {parts} WHERE {MOVED} > {before.until}"  # noqa: S608 - our own words and numbers
        if spread.replaced:
            yield f"UPDATE {parts} SET {ENDED} = NULL WHERE {ENDED} > {before.until}"  # noqa: S608
    if _read_since(connection, before.at):
        if before.since[spread.table.name]:
            yield f"DELETE FROM {parts} WHERE {MOVED} <= {before.since[spread.table.name]}"  # noqa: S608
        if spread.replaced:
            yield f"DELETE FROM {parts} WHERE {ENDED} <= {before.until}"  # noqa: S608


def _read_since(connection: Connection, at: str) -> bool:
    """Whether every reading under way began after ``at``."""
    older = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start <= cast(:at AS timestamptz)"
    )
    return bool(connection.execute(older, {"at": at}).scalar_one() == 0)


def _copy_table(connection: Connection, name: str, placed: tuple[Spread, ...], move: _Move) -> _Taken:
    own = _fresh(connection, name)
    chosen = (
        f"SELECT ctid::text, xmin::text FROM {own} AS f WHERE {_ripe(name, move.still_hours)} LIMIT {int(move.most)}"  # noqa: S608
    )
    rows = connection.exec_driver_sql(chosen).all()
    taken = _Taken(name, [row[0] for row in rows], [row[1] for row in rows])
    if not rows:
        return taken
    for spread in placed:
        if spread.replaced:
            _end_older(connection, spread, own, taken, move.number)
        names = ", ".join(f'"{column}"' for column in spread.columns)
        connection.execute(
            sql(
                f'INSERT INTO "{spread.all_parts()}" ({names}, {MOVED}) SELECT {names}, {move.number} FROM {own}'  # noqa: S608
                " WHERE ctid = ANY(cast(cast(:places AS text[]) AS tid[]))"
            ),
            {"places": taken.places},
        )
    return taken


def _end_older(connection: Connection, spread: Spread, own: str, taken: _Taken, number: int) -> None:
    names = ", ".join(f'"{name}"' for name in spread.keys)
    keys = connection.execute(
        sql(f"SELECT {names} FROM {own} WHERE ctid = ANY(cast(cast(:places AS text[]) AS tid[]))"),  # noqa: S608
        {"places": taken.places},
    ).all()
    same = " AND ".join(f'"{name}" = %s' for name in spread.keys)
    ended = f'UPDATE "{spread.all_parts()}" SET {ENDED} = {number} WHERE {ENDED} IS NULL AND {same}'  # noqa: S608
    connection.exec_driver_sql(ended, [tuple(key) for key in keys])


def _settle(connection: Writing, before: Marks, number: int, taken: list[_Taken]) -> int:
    """Step 3; 0 when something else came in between, and then the move counts for nothing."""
    now = read_marks(connection)
    if now.until != before.until or now.since != before.since:
        return 0
    for each in taken:
        gone = connection.execute(
            sql(
                f"DELETE FROM {_fresh(connection, each.table)} AS f USING"  # noqa: S608 - our own words
                " unnest(cast(:places AS text[]), cast(:writers AS text[])) AS t (place, writer)"
                " WHERE f.ctid = cast(t.place AS tid) AND f.xmin = cast(t.writer AS xid)"
            ),
            {"places": each.places, "writers": each.writers},
        ).rowcount
        changed = gone != len(each.places)
        if changed and not any(spread.replaced for spread in by_table()[each.table]):
            _LOG.warning("rows of %s changed while they were moved; the move is begun again", each.table)
            connection.rollback()
            return 0
    connection.execute(
        sql(f"UPDATE {MARK} SET until = :number, at = clock_timestamp()"),  # noqa: S608 - our own word
        {"number": number},
    )
    return sum(len(each.places) for each in taken)


def _fresh(connection: Connection, name: str) -> str:
    schema = connection.dialect.default_schema_name
    return f'"{schema}"."{name}"'
