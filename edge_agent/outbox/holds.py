"""Holds: placed and released with who and why, never deleted."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from edge_agent.errors import HoldRefused, StorageRefused
from edge_agent.interlock.facts import Hold, HoldScope
from edge_agent.outbox.schema import instant, micros, open_file

_COLUMNS = "id, scope, target, reason, placed_by, placed_at, released_by, released_at, release_reason"


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


class HoldFile:
    """The holds in an outbox file, for a person at the command line; an agent may run on the file meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def place(self, hold: Hold) -> Hold:
        """Place a hold durably; a running agent heeds it from its next decision on."""
        with self._open() as connection:
            return place_hold(connection, hold)

    def release(self, name: str, by: str, reason: str, at: datetime) -> Hold:
        """Release a hold durably; HoldRefused when there is none in force."""
        with self._open() as connection:
            return release_hold(connection, name, by, reason, at)

    def all(self, *, released: bool) -> list[Hold]:
        """The holds in force; with ``released`` also those that were."""
        with self._open() as connection:
            return holds(connection, released=released)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = open_file(self._path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageRefused(
                f"nothing was stored: {error}", where=str(self._path), advice="try again; look at the disk"
            ) from None
        finally:
            connection.close()


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
