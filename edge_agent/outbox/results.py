"""Appending one unit's result: de-duplication, attempt number, records and first-pass counters in one transaction."""

import json
import sqlite3
from datetime import datetime

import msgspec

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.outbox.first_pass import count_result
from edge_agent.outbox.records import Salt, append_records
from edge_agent.outbox.schema import micros
from traceability.record.base import Record
from traceability.record.production import UnitResultRecord


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """All records of one cycle of one station, not yet numbered; ``outcome`` is what the controller is told.

    ``key`` makes a cycle that is read again the same one.
    """

    station: str
    key: CycleKey
    result: UnitResultRecord
    others: tuple[Record, ...] = ()
    outcome: int = 0


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A cycle that is durable; ``fresh`` is False when it was so before."""

    result: str
    outcome: int
    fresh: bool


def find_cycle(connection: sqlite3.Connection, station: str, key: CycleKey) -> Stored | None:
    """What was stored of this cycle, if anything was."""
    row = connection.execute(
        "SELECT result, outcome FROM cycle WHERE station = ? AND key = ?", (station, _spelt(key))
    ).fetchone()
    return None if row is None else Stored(result=row[0], outcome=row[1], fresh=False)


def append_result(connection: sqlite3.Connection, submission: Submission, salt: Salt, now: datetime) -> Stored:
    """Store the cycle unless it is stored already; once the transaction is committed the machine may be told."""
    known = find_cycle(connection, submission.station, submission.key)
    if known is not None:
        return known
    result = count_result(connection, submission.result)
    append_records(connection, (result, *submission.others), salt)
    connection.execute(
        "INSERT INTO cycle (station, key, result, outcome, stored_at) VALUES (?, ?, ?, ?, ?)",
        (submission.station, _spelt(submission.key), result.id, submission.outcome, micros(now)),
    )
    return Stored(result=result.id, outcome=submission.outcome, fresh=True)


def _spelt(key: CycleKey) -> str:
    return json.dumps(list(key), ensure_ascii=False)
