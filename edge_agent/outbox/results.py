"""Appending one unit's result: de-duplication, attempt number, records and first-pass counters in one transaction."""

import json
import sqlite3
from datetime import datetime

import msgspec

from edge_agent.acquisition.counting import Counting, Jump, jumps_between
from edge_agent.acquisition.cycle import CycleKey
from edge_agent.outbox.alarms import AlarmDesk
from edge_agent.outbox.contents import keep_contents
from edge_agent.outbox.first_pass import count_result
from edge_agent.outbox.holds import record_holds
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from edge_agent.outbox.schema import micros
from edge_agent.outbox.stated_plans import say_cited
from edge_agent.outbox.waiting import append_or_wait
from traceability.record.alarm import AlarmRecord
from traceability.record.base import Record
from traceability.record.production import DataLossRecord, UnitResultRecord

_LARGEST = 2**53 - 1


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """All records of one cycle of one station, not yet numbered; ``outcome`` is what the controller is told.

    ``key`` makes a cycle that is read again the same one. With ``counting`` the cycle number is compared with the
    station's last stored one; ``resumed`` says that this is the station's first cycle since the agent's start.
    ``lost`` is what the device itself told to be missing before this cycle.
    """

    station: str
    key: CycleKey
    result: UnitResultRecord
    others: tuple[Record, ...] = ()
    outcome: int = 0
    counting: Counting | None = None
    resumed: bool = False
    lost: tuple[Jump, ...] = ()


class LostResult(msgspec.Struct, frozen=True, kw_only=True):
    """A told result that can never be recorded, with what is missing before it; ``name`` begins its records' ids."""

    station: str
    key: CycleKey
    name: str
    lost: tuple[Jump, ...]
    outcome: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A cycle that is durable; ``fresh`` is False when it was so before.

    ``jumps`` are losses recorded with it, ``alarms`` those that it completed.
    """

    result: str
    outcome: int
    fresh: bool
    jumps: tuple[Jump, ...] = ()
    alarms: tuple[AlarmRecord, ...] = ()


def find_cycle(connection: sqlite3.Connection, station: str, key: CycleKey) -> Stored | None:
    """What was stored of this cycle, if anything was."""
    row = connection.execute(
        "SELECT result, outcome FROM cycle WHERE station = ? AND key = ?", (station, _spelt(key))
    ).fetchone()
    return None if row is None else Stored(result=row[0], outcome=row[1], fresh=False)


def append_result(
    connection: sqlite3.Connection,
    submission: Submission,
    salt: Salt,
    now: datetime,
    alarms: AlarmDesk | None = None,
) -> Stored:
    """Store the cycle unless it is stored already; once the transaction is committed the machine may be told."""
    jumps = (*submission.lost, *_jumps(connection, submission))
    stored = Stored(result=submission.result.id, outcome=submission.outcome, fresh=True, jumps=jumps)
    if not _keep_cycle(connection, submission.station, submission.key, stored, now):
        return _known(connection, submission.station, submission.key)
    if alarms is not None:
        say_cited(connection, alarms.plans, submission.result, salt, now)
    result, first = count_result(connection, submission.result)
    raised = (
        [] if alarms is None else alarms.judge(connection, submission.station, result, submission.others, first=first)
    )
    append_or_wait(
        connection,
        (
            *_losses(submission.result.id, submission.result.event_time, submission.station, jumps),
            result,
            *submission.others,
            *raised,
        ),
        salt,
    )
    if raised:
        record_holds(connection, salt)
    keep_contents(connection, submission.others)
    return msgspec.structs.replace(stored, alarms=tuple(raised)) if raised else stored


def append_loss(connection: sqlite3.Connection, loss: LostResult, salt: Salt, now: datetime) -> Stored:
    """Store that a told result is lost, unless that is stored already."""
    stored = Stored(result=loss.name, outcome=loss.outcome, fresh=True, jumps=loss.lost)
    if not _keep_cycle(connection, loss.station, loss.key, stored, now):
        return _known(connection, loss.station, loss.key)
    append_records(connection, _losses(loss.name, now, loss.station, loss.lost), salt)
    return stored


def last_cycle(connection: sqlite3.Connection, station: str) -> int | None:
    """The cycle number that was stored last for a station."""
    # Read backwards in the order of storing, past the index on stations: the row is among the newest.
    row = connection.execute(
        "SELECT key FROM cycle NOT INDEXED WHERE station = ? AND json_extract(key, '$[0]') IS NOT NULL "
        "ORDER BY rowid DESC LIMIT 1",
        (station,),
    ).fetchone()
    return None if row is None else int(json.loads(row[0])[0])


def _keep_cycle(connection: sqlite3.Connection, station: str, key: CycleKey, stored: Stored, now: datetime) -> bool:
    """Keep the cycle's key; False when it is kept already."""
    kept = connection.execute(
        "INSERT INTO cycle (station, key, result, outcome, stored_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (station, _spelt(key), stored.result, stored.outcome, micros(now)),
    )
    return kept.rowcount == 1


def _known(connection: sqlite3.Connection, station: str, key: CycleKey) -> Stored:
    stored = find_cycle(connection, station, key)
    assert stored is not None
    return stored


def _jumps(connection: sqlite3.Connection, submission: Submission) -> tuple[Jump, ...]:
    if submission.counting is None or submission.key.cycle is None:
        return ()
    before = last_cycle(connection, submission.station)
    if before is None:
        return ()
    return jumps_between(before, submission.key.cycle, submission.counting, resumed=submission.resumed)


def _losses(result: str, at: datetime, station: str, jumps: tuple[Jump, ...]) -> list[DataLossRecord]:
    return [
        DataLossRecord(
            id=f"{result}:loss:{number}",
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=at,
            stream=station,
            count=min(jump.count, _LARGEST),
            reason=jump.reason,
            first=_kept(jump.first),
            last=_kept(jump.last),
        )
        for number, jump in enumerate(jumps, start=1)
    ]


def _kept(number: int | None) -> int | None:
    return number if number is not None and abs(number) <= _LARGEST else None


def _spelt(key: CycleKey) -> str:
    return json.dumps(list(key) if key.ticket else list(key[:3]), ensure_ascii=False)
