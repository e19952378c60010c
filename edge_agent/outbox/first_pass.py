"""Attempt numbers and first-pass counters of this chain, kept as results are stored, and claimed when sealed."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

import msgspec

from edge_agent.outbox.old_passes import old_passes
from edge_agent.outbox.records import UNNUMBERED, UNSALTED
from edge_agent.outbox.schema import micros
from traceability.quality.first_pass_counts import FirstPassCounts, counted
from traceability.record.production import FirstPassClaim, UnitResultRecord

_COUNTS = "submitted, first_ok, attempts, invalid, not_decidable"
# An update in place: REPLACE would write the table's index anew, one page more for every result.
_KEEP_COUNTS = (
    "INSERT INTO first_pass (part, operation, submitted, first_ok, attempts, invalid, not_decidable, unclaimed)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (part, operation) DO UPDATE SET"
    " submitted = excluded.submitted, first_ok = excluded.first_ok, attempts = excluded.attempts,"
    " invalid = excluded.invalid, not_decidable = excluded.not_decidable, unclaimed = excluded.unclaimed"
)
_EPOCH = "(SELECT count(*) FROM former_chain)"
"""Which of the file's chains is in force. Whether a unit was submitted before is asked of that chain alone: what it
claims must come out of its own records."""
_KEEP_PASS = (
    "INSERT INTO pass (unit, operation, results, submitted, verdict, at, epoch)"  # noqa: S608 - a constant
    f" VALUES (?, ?, ?, ?, ?, ?, CASE WHEN ? THEN nullif({_EPOCH}, 0) END)"
    " ON CONFLICT (unit, operation) DO UPDATE SET"
    " results = excluded.results, submitted = max(submitted, excluded.submitted),"
    " verdict = coalesce(excluded.verdict, verdict), at = coalesce(excluded.at, at),"
    " epoch = coalesce(excluded.epoch, epoch)"
)


class OperationCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one part at one operation; ``unclaimed``: they changed since they were last claimed."""

    part: str
    operation: str
    counts: FirstPassCounts
    unclaimed: bool


def count_result(connection: sqlite3.Connection, result: UnitResultRecord) -> tuple[UnitResultRecord, bool]:
    """Count ``result``; the same with its attempt number, and whether it is its unit's first submission.

    One whose unit is unknown is always its first attempt.
    """
    results, submitted = _passes(connection, result)
    submits = _count(connection, result, submitted_before=submitted)
    if result.unit is not None:
        _keep_pass(connection, result, results + 1, submits=submits)
    return msgspec.structs.replace(result, attempt=results + 1), submits and not submitted


def count_again(connection: sqlite3.Connection, result: UnitResultRecord) -> None:
    """Count, in this chain, a result that has its attempt number from an ended one."""
    results, submitted = _passes(connection, result)
    submits = _count(connection, result, submitted_before=submitted)
    if result.unit is not None and submits:
        _keep_pass(connection, result, max(results, result.attempt), submits=True)


def _count(connection: sqlite3.Connection, result: UnitResultRecord, *, submitted_before: bool) -> bool:
    """Count in this chain; whether the result is a submission."""
    place = (result.part, result.operation)
    before = next(_operation_counts(connection, " WHERE part = ? AND operation = ?", place), None)
    old = FirstPassCounts() if before is None else before.counts
    new = counted(old, result.verdict, result.flags, submitted_before=submitted_before)
    unclaimed = (before is not None and before.unclaimed) or _claimed_part(new) != _claimed_part(old)
    connection.execute(
        _KEEP_COUNTS,
        (*place, *msgspec.structs.astuple(new), int(unclaimed)),
    )
    return new.attempts > old.attempts


def operation_counts(connection: sqlite3.Connection) -> list[OperationCounts]:
    """The counts of every operation."""
    return list(_operation_counts(connection, " ORDER BY part, operation"))


def changed_claims(connection: sqlite3.Connection, chain: str, through: int, now: datetime) -> list[FirstPassClaim]:
    """Claims over the records up to ``through``, of the operations whose counts changed; they count as claimed now."""
    claims = [
        FirstPassClaim(
            id=f"claim:{chain}:{through}:{number}",
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=now,
            part=entry.part,
            operation=entry.operation,
            through=through,
            submitted=entry.counts.submitted,
            first_ok=entry.counts.first_ok,
            attempts=entry.counts.attempts,
            invalid=entry.counts.invalid,
        )
        for number, entry in enumerate(
            _operation_counts(connection, " WHERE unclaimed ORDER BY part, operation"), start=1
        )
    ]
    connection.execute("UPDATE first_pass SET unclaimed = 0 WHERE unclaimed")
    return claims


def _keep_pass(connection: sqlite3.Connection, result: UnitResultRecord, results: int, *, submits: bool) -> None:
    """Count the unit's result; verdict and time stay those of its last submission, which is of this chain now."""
    submission = (str(result.verdict), micros(result.event_time)) if submits else (None, None)
    connection.execute(_KEEP_PASS, (result.unit, result.operation, results, int(submits), *submission, submits))


def _passes(connection: sqlite3.Connection, result: UnitResultRecord) -> tuple[int, bool]:
    """How many results the unit has here, and whether one of them is a submission in the chain in force."""
    row = connection.execute(
        f"SELECT results, submitted AND coalesce(epoch, 0) = {_EPOCH} FROM pass WHERE unit = ? AND operation = ?",  # noqa: S608 - a constant
        (result.unit, result.operation),
    ).fetchone()
    if row is None and result.unit is not None:
        row = old_passes(connection, result.unit, result.operation)
    return (0, False) if row is None else (row[0], bool(row[1]))


def _operation_counts(
    connection: sqlite3.Connection, where: str, values: tuple[str, ...] = ()
) -> Iterator[OperationCounts]:
    query = f"SELECT part, operation, {_COUNTS}, unclaimed FROM first_pass{where}"  # noqa: S608 - constants only
    for part, operation, *counts, unclaimed in connection.execute(query, values):
        yield OperationCounts(
            part=part, operation=operation, counts=FirstPassCounts(*counts), unclaimed=bool(unclaimed)
        )


def _claimed_part(counts: FirstPassCounts) -> FirstPassCounts:
    return msgspec.structs.replace(counts, not_decidable=0)
