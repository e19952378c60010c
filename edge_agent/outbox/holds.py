"""Holds: placed and released with who and why, never deleted; each placing and release is a record of the chain.

Hold and record are written in one transaction, whoever writes them, and the hold keeps the record's sequence: so each
is recorded exactly once. Where the chain is not started yet, its start appends what is missing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from edge_agent.errors import HoldRefused, StorageRefused
from edge_agent.interlock.facts import Hold
from edge_agent.outbox.chain import find_chain
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from edge_agent.outbox.schema import instant, micros, open_file
from traceability.record.production import HoldRecord, HoldScope, HoldState

_COLUMNS = "id, scope, target, reason, placed_by, placed_at, released_by, released_at, release_reason"
_LONGEST_REASON = 2000


def place_hold(connection: sqlite3.Connection, hold: Hold) -> Hold:
    """Keep a new hold; one with this id that is there already stays as it is."""
    connection.execute(
        "INSERT OR IGNORE INTO hold (id, scope, target, reason, placed_by, placed_at) VALUES (?, ?, ?, ?, ?, ?)",
        (hold.id, str(hold.scope), hold.target, hold.reason, hold.placed_by, micros(hold.placed_at)),
    )
    return find_hold(connection, hold.id)


def release_hold(connection: sqlite3.Connection, name: str, by: str, reason: str, at: datetime) -> Hold:
    """Release a hold; HoldRefused when there is none of that id or it is released already."""
    hold = find_hold(connection, name)
    if hold.released_at is not None:
        raise HoldRefused(f"hold {name} was released already, by {hold.released_by}", advice="see: hold list --all")
    connection.execute(
        "UPDATE hold SET released_by = ?, released_at = ?, release_reason = ? WHERE id = ?",
        (by, micros(at), reason, name),
    )
    return find_hold(connection, name)


def find_hold(connection: sqlite3.Connection, name: str) -> Hold:
    """The hold of that id; HoldRefused when there is none."""
    for hold in _holds(connection, "WHERE id = ?", (name,)):
        return hold
    raise HoldRefused(f"there is no hold {name}", advice="see: hold list")


def holds(connection: sqlite3.Connection, *, released: bool = False) -> list[Hold]:
    """Every hold in force, oldest first; ``released``: those that no longer are, too."""
    chosen = "" if released else "WHERE released_at IS NULL "
    return list(_holds(connection, chosen + "ORDER BY placed_at, id"))


def holds_on(connection: sqlite3.Connection, targets: Iterable[str]) -> list[Hold]:
    """The holds in force on any of these units, lots and stations."""
    wanted = tuple(dict.fromkeys(targets))
    marks = ", ".join("?" * len(wanted))
    concerned = f"WHERE target IN ({marks}) AND released_at IS NULL ORDER BY placed_at, id"
    return list(_holds(connection, concerned, wanted))


def record_holds(connection: sqlite3.Connection, salt: Salt) -> None:
    """Append the record of every placing and release that has none; nothing before the chain is started."""
    if find_chain(connection) is None:
        return
    for hold in list(_holds(connection, "WHERE placed_record IS NULL ORDER BY placed_at, id")):
        seq = append_records(connection, [_placed(hold)], salt)
        connection.execute("UPDATE hold SET placed_record = ? WHERE id = ?", (seq, hold.id))
    released = "WHERE released_at IS NOT NULL AND released_record IS NULL ORDER BY released_at, id"
    for hold in list(_holds(connection, released)):
        seq = append_records(connection, [_released(hold)], salt)
        connection.execute("UPDATE hold SET released_record = ? WHERE id = ?", (seq, hold.id))


class HoldFile:
    """The holds in an outbox file, for a person at the command line; an agent may run on the file meanwhile."""

    def __init__(self, path: Path, salt: Salt) -> None:
        self._path = path
        self._salt = salt

    def place(self, hold: Hold) -> Hold:
        """Place a hold durably; a running agent heeds it from its next decision on."""
        with writing_beside(self._path) as connection:
            placed = place_hold(connection, hold)
            record_holds(connection, self._salt)
            return placed

    def release(self, name: str, by: str, reason: str, at: datetime) -> Hold:
        """Release a hold durably; HoldRefused when there is none in force."""
        with writing_beside(self._path) as connection:
            released = release_hold(connection, name, by, reason, at)
            record_holds(connection, self._salt)
            return released

    def all(self, *, released: bool) -> list[Hold]:
        """The holds in force; with ``released`` also those that were."""
        with writing_beside(self._path) as connection:
            return holds(connection, released=released)


@contextmanager
def writing_beside(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction of a person's command on the file that an agent may run on; StorageRefused if it is undone."""
    connection = open_file(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise StorageRefused(
            f"nothing was stored: {error}", where=str(path), advice="try again; look at the disk"
        ) from None
    finally:
        connection.close()


def _placed(hold: Hold) -> HoldRecord:
    return _record(hold, HoldState.PLACED, hold.placed_at, hold.placed_by, hold.reason)


def _released(hold: Hold) -> HoldRecord:
    assert hold.released_at is not None
    return _record(hold, HoldState.RELEASED, hold.released_at, hold.released_by or "", hold.release_reason or "")


def _record(hold: Hold, state: HoldState, at: datetime, by: str, reason: str) -> HoldRecord:
    return HoldRecord(
        id=f"hold:{hold.id}",
        seq=UNNUMBERED,
        salt=UNSALTED,
        event_time=at,
        scope=hold.scope,
        target=hold.target,
        state=state,
        by=by,
        reason=reason[:_LONGEST_REASON],
    )


def _holds(connection: sqlite3.Connection, rest: str, values: tuple[str, ...] = ()) -> Iterator[Hold]:
    for row in connection.execute(f"SELECT {_COLUMNS} FROM hold {rest}", values):  # noqa: S608 - constants of this file
        yield Hold(
            id=row[0],
            scope=HoldScope(row[1]),
            target=row[2],
            reason=row[3],
            placed_by=row[4],
            placed_at=instant(row[5]),
            released_by=row[6],
            released_at=None if row[7] is None else instant(row[7]),
            release_reason=row[8],
        )
