"""What the interlock reads before it answers, and how often it answered what."""

import asyncio
import sqlite3
from pathlib import Path

import msgspec

from edge_agent.errors import OutboxUnusable, StorageRefused
from edge_agent.interlock.facts import Hold, UnitFacts
from edge_agent.outbox.holds import holds_on
from edge_agent.outbox.records import Salt, append_records
from edge_agent.outbox.schema import open_for_reading
from edge_agent.outbox.unit_states import unit_facts
from traceability.record.base import Record


class DecisionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a station was answered so; answer and reason as the controller reads them."""

    station: str
    answer: int
    reason: int
    count: int


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that a station's controller was given, with the records that tell of it."""

    station: str
    answer: int
    reason: int
    records: tuple[Record, ...] = ()


def keep_answer(connection: sqlite3.Connection, answered: Answered, salt: Salt) -> None:
    """Count an answer, and append its records to the chain."""
    if answered.records:
        append_records(connection, answered.records, salt)
    connection.execute(
        "INSERT INTO decision (station, answer, reason, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (station, answer, reason) DO UPDATE SET count = count + 1",
        (answered.station, answered.answer, answered.reason),
    )


def decision_counts(connection: sqlite3.Connection) -> list[DecisionCount]:
    """Every count there is."""
    rows = connection.execute("SELECT station, answer, reason, count FROM decision ORDER BY station, answer, reason")
    return [DecisionCount(station=row[0], answer=row[1], reason=row[2], count=row[3]) for row in rows]


class Lookup:
    """A view of its own onto the outbox file, which never waits for the writer and its disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._turn = asyncio.Lock()

    async def facts(self, unit: str | None, others: tuple[str, ...]) -> tuple[UnitFacts, list[Hold]]:
        """What is known of a unit, and the holds on it, on its lots and on ``others``; StorageRefused otherwise."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._read, unit, others)
            except (sqlite3.Error, OutboxUnusable) as error:
                self.close()
                raise StorageRefused(f"cannot be read: {error}", where=str(self._path)) from None

    def close(self) -> None:
        """Close the view; it opens again by itself."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _read(self, unit: str | None, others: tuple[str, ...]) -> tuple[UnitFacts, list[Hold]]:
        file = self._which_file()
        if self._connection is None or file != self._file:  # a broken one may have been put aside since
            self.close()
            self._connection, self._file = open_for_reading(self._path), file
        connection = self._connection
        connection.execute("BEGIN")
        try:
            facts = UnitFacts() if unit is None else unit_facts(connection, unit)
            targets = (*others, *(() if unit is None else (unit,)), *facts.lots)
            return facts, holds_on(connection, targets)
        finally:
            connection.execute("COMMIT")

    def _which_file(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
