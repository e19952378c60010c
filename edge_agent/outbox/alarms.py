"""Alarms: raised in the transaction of the result that completes them, acknowledged with cause and action.

The detectors live in memory, one watch a station, and their state is stored with every result they saw. Each state
names its result. Memory is good only while the file's state is the one memory came from; otherwise (the transaction
was undone, the file was put back or replaced by another) it is read from the file again before the result is judged.
So after a crash a unit was judged together with its result, or it was not, and never twice. Each version of the
control plan has a state of its own, which begins with what rules it has in common with the version before.

A rule has at most one open alarm at a station: while it waits for its acknowledgement further signals are counted.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.alarm.facts import Acknowledgement, Alarm
from edge_agent.alarm.watches import alarm_record, seen_of, short_id
from edge_agent.errors import AlarmRefused
from edge_agent.interlock.facts import Hold
from edge_agent.outbox.alarm_states import find_state, keep_state, replace_state
from edge_agent.outbox.holds import find_hold, place_hold, record_holds, release_hold, writing_beside
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from edge_agent.outbox.schema import instant, micros
from edge_agent.plans import Plans, PlanVersion
from traceability.quality.alarm.watch import Seen, Warned, Watch
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.base import Record
from traceability.record.production import HoldScope, UnitResultRecord

_COLUMNS = "id, station, alarm, signals, last_at, acknowledged_by, acknowledged_at, cause, action, coalesce(by_hub, 0)"
_PREFIX, _HOLD = "alarm:", "hold:"
_BY = "zhuoyue-agent"
_LONGEST_REASON = 1000


class AlarmDesk:
    """Judges results by the plan that they cite. Used by the outbox's writer alone, inside its transactions."""

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self._decimals = {
            version.id: {entry.id: entry.decimals for entry in version.plan.characteristics}
            for version in plans.versions
        }
        self._stations: dict[tuple[str, str, datetime | None], _Station] = {}

    def judge(
        self,
        connection: sqlite3.Connection,
        station: str,
        result: UnitResultRecord,
        others: Iterable[Record],
        *,
        first: bool,
    ) -> list[AlarmRecord]:
        """Show a result that is stored now to the station's rules; the records of new alarms, their holds placed."""
        version = self.plans.cited(result.plan, result.event_time)
        if not version.plan.alarms:
            return []
        known = self._stations.get((station, version.id, version.valid_from))
        kept = known or self._load(connection, station, result.operation, version)
        if not kept.watch.any:
            return []
        seen = seen_of(result, others, self._decimals[version.id], first=first)
        warned = self._advance(connection, station, kept, seen, result)
        return [record for one in warned if (record := _raise(connection, station, result, one)) is not None]

    def _advance(
        self, connection: sqlite3.Connection, station: str, kept: "_Station", seen: Seen, result: UnitResultRecord
    ) -> list[Warned]:
        place = station, kept.version.id
        before, kept.result = kept.result, result.id  # before anything can fail: then memory is not trusted again
        warned = kept.watch.see(seen)
        if before is not None:
            if replace_state(connection, place, before, result.id, kept.watch.state(), late=kept.late):
                return warned
            kept = self._load(connection, station, result.operation, kept.version)
            kept.result = result.id
            warned = kept.watch.see(seen)
        keep_state(connection, place, result.id, kept.watch.state(), late=kept.late)
        return warned

    def _load(self, connection: sqlite3.Connection, station: str, operation: str, version: PlanVersion) -> "_Station":
        watch = Watch(version.plan.alarms, version.plan.characteristics, operation)
        found = find_state(connection, station, version, self.plans)
        if found.state is not None:
            watch.restore(found.state)
        kept = _Station(watch, version, found.result, late=found.late)
        self._stations[station, version.id, version.valid_from] = kept
        return kept


class _Station:
    """A watch, and the result after which its state is stored; None while none is. ``late``: beside the newest."""

    def __init__(self, watch: Watch, version: PlanVersion, result: str | None, *, late: bool) -> None:
        self.watch = watch
        self.version = version
        self.result = result
        self.late = late


def open_alarms(connection: sqlite3.Connection, *, acknowledged: bool = False) -> list[Alarm]:
    """Every alarm that waits for its acknowledgement, the oldest first; ``acknowledged``: the others, too."""
    chosen = "" if acknowledged else "WHERE acknowledged_at IS NULL "
    return list(_alarms(connection, chosen + "ORDER BY rowid"))


def acknowledge(
    connection: sqlite3.Connection, name: str, said: Acknowledgement, salt: Salt, *, keep_hold: bool = False
) -> Alarm:
    """Keep cause and action, with their record, and release what the alarm held; AlarmRefused when that cannot be."""
    found = find_alarm(connection, name)
    if found.acknowledged_at is not None:
        raise AlarmRefused(
            f"alarm {name} was acknowledged already, by {found.acknowledged_by}", advice="see: alarm list --all"
        )
    _keep(connection, found.id, said, by_hub=False)
    record = AlarmAcknowledgementRecord(
        id=found.id,
        seq=UNNUMBERED,
        salt=UNSALTED,
        event_time=said.at,
        by=said.by,
        cause=said.cause,
        action=said.action,
    )
    append_records(connection, [record], salt)
    if found.alarm.hold is not None and not keep_hold:
        _let_go(connection, found, said, salt)
    return find_alarm(connection, name)


def heed_acknowledgement(connection: sqlite3.Connection, record: AlarmAcknowledgementRecord) -> None:
    """Keep what the hub says of an alarm that is open here. What it held stays held until it is released here."""
    for found in _alarms(connection, "WHERE id = ? AND acknowledged_at IS NULL", (record.id,)):
        said = Acknowledgement(by=record.by, cause=record.cause, action=record.action, at=record.event_time)
        _keep(connection, found.id, said, by_hub=True)


def find_alarm(connection: sqlite3.Connection, name: str) -> Alarm:
    """The alarm of that id, with its prefix or without; AlarmRefused when there is none."""
    wanted = name if name.startswith(_PREFIX) else _PREFIX + name
    for found in _alarms(connection, "WHERE id = ?", (wanted,)):
        return found
    raise AlarmRefused(f"there is no alarm {name}", advice="see: alarm list")


class AlarmFile:
    """The alarms in an outbox file, for a person at the command line; an agent may run on the file meanwhile."""

    def __init__(self, path: Path, salt: Salt) -> None:
        self._path = path
        self._salt = salt

    def all(self, *, acknowledged: bool) -> list[Alarm]:
        """The open alarms; with ``acknowledged`` also the others."""
        with writing_beside(self._path) as connection:
            return open_alarms(connection, acknowledged=acknowledged)

    def acknowledge(self, name: str, said: Acknowledgement, *, keep_hold: bool) -> Alarm:
        """Acknowledge durably, in the agent's chain; AlarmRefused when there is no such open alarm."""
        with writing_beside(self._path) as connection:
            return acknowledge(connection, name, said, self._salt, keep_hold=keep_hold)


def _raise(
    connection: sqlite3.Connection, station: str, result: UnitResultRecord, warned: Warned
) -> AlarmRecord | None:
    rule, at = warned.rule, micros(result.event_time)
    again = connection.execute(
        "UPDATE alarm SET signals = signals + 1, last_at = ?"
        " WHERE station = ? AND rule = ? AND acknowledged_at IS NULL",
        (at, station, rule.id),
    )
    if again.rowcount:
        return None
    hold = None
    if rule.hold:
        name = short_id(result.id, rule.id)
        reason = f"alarm {name}: {rule.id}, {', '.join(warned.signal.signs)}"[:_LONGEST_REASON]
        hold = _hold(connection, f"alarm-{name}", station, reason, result.event_time)
    record = alarm_record(result, warned, hold)
    connection.execute(
        "INSERT OR IGNORE INTO alarm (id, station, rule, alarm, signals, last_at) VALUES (?, ?, ?, ?, 1, ?)",
        (record.id, station, rule.id, _encoded(record), at),
    )
    return record


def _hold(connection: sqlite3.Connection, name: str, station: str, reason: str, at: datetime) -> str:
    """Place a hold on the station; the id of its records."""
    hold = Hold(id=name, scope=HoldScope.STATION, target=station, reason=reason, placed_by=_BY, placed_at=at)
    return _HOLD + place_hold(connection, hold).id


def _let_go(connection: sqlite3.Connection, found: Alarm, said: Acknowledgement, salt: Salt) -> None:
    name = str(found.alarm.hold).removeprefix(_HOLD)
    if find_hold(connection, name).released_at is None:
        reason = f"alarm {found.id.removeprefix(_PREFIX)} acknowledged: {said.cause}; {said.action}"
        release_hold(connection, name, said.by, reason[:_LONGEST_REASON], said.at)
    record_holds(connection, salt)


def _keep(connection: sqlite3.Connection, name: str, said: Acknowledgement, *, by_hub: bool) -> None:
    connection.execute(
        "UPDATE alarm SET acknowledged_by = ?, acknowledged_at = ?, cause = ?, action = ?, by_hub = ? WHERE id = ?",
        (said.by, micros(said.at), said.cause, said.action, int(by_hub), name),
    )


def _alarms(connection: sqlite3.Connection, rest: str, values: tuple[str, ...] = ()) -> Iterator[Alarm]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM alarm {rest}", values).fetchall()  # noqa: S608 - constants of this file
    for row in rows:
        yield Alarm(
            id=row[0],
            station=row[1],
            alarm=_decoded(row[2]),
            signals=row[3],
            last_at=instant(row[4]),
            acknowledged_by=row[5],
            acknowledged_at=None if row[6] is None else instant(row[6]),
            cause=row[7],
            action=row[8],
            by_hub=bool(row[9]),
        )


def _encoded(record: AlarmRecord) -> str:
    """Readable again: which number and salt it gets in the chain is of no interest here."""
    return msgspec.json.encode(msgspec.structs.replace(record, seq=1, salt="0" * 32)).decode()


def _decoded(text: str) -> AlarmRecord:
    return msgspec.json.decode(text, type=AlarmRecord)
