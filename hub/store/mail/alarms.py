"""Early warnings as agents raised them, and who answered them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, and_, exists, func, select

from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.alarm import alarm, alarm_acknowledgement


class AlarmWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; None does not narrow."""

    plant: str | None = None
    agent: str | None = None
    unit: str | None = None
    warns_of: str | None = None
    open: bool | None = None
    work_cell: str | None = None
    begin: int | None = None
    """Raised from then on, in microseconds since 1970 UTC."""


class AnsweredAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """When an alarm was raised, and when it was first answered: microseconds since 1970 UTC, None while it waits."""

    warns_of: str
    at: int
    answered: int | None


class StoredAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm; ``alarm`` is its record in builtin types. It stands on line ``line`` of the log's batch ``batch``."""

    id: str
    agent: str
    plant: str | None
    at: datetime
    batch: int
    line: int
    alarm: dict[str, Any]


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement of alarm ``id`` of ``agent``, sealed by ``author``."""

    id: str
    agent: str
    author: str
    at: datetime
    by: str
    cause: str
    action: str


def find_alarms(connection: Reading, wanted: AlarmWanted, *, offset: int, limit: int) -> list[StoredAlarm]:
    """A page of alarms, the latest first."""
    newest = alarm.c.event_time.desc(), alarm.c.batch_id.desc(), alarm.c.line.desc()
    query = _narrowed(select(alarm), wanted).order_by(*newest).offset(offset).limit(limit)
    return [stored_alarm(row) for row in connection.execute(query)]


def count_alarms(connection: Reading, wanted: AlarmWanted) -> int:
    """How many there are."""
    return int(connection.execute(_narrowed(select(func.count()).select_from(alarm), wanted)).scalar_one())


def answered_alarms(connection: Reading, wanted: AlarmWanted, most: int) -> list[AnsweredAlarm]:
    """The latest alarms that fit with their first answers, at most ``most``."""
    answers = alarm_acknowledgement
    first = (
        select(func.min(answers.c.event_time))
        .where(answers.c.id == alarm.c.id, answers.c.agent == alarm.c.author)
        .scalar_subquery()
    )
    query = _narrowed(select(alarm.c.warns_of, alarm.c.event_time, first.label("answered")), wanted)
    rows = connection.execute(query.order_by(alarm.c.event_time.desc()).limit(most))
    return [AnsweredAlarm(warns_of=row.warns_of, at=row.event_time, answered=row.answered) for row in rows]


def find_alarm(connection: Reading, agent: str, name: str) -> StoredAlarm | None:
    """The alarm of that id."""
    query = select(alarm).where(alarm.c.id == name, alarm.c.author == agent)
    row = connection.execute(query.order_by(alarm.c.batch_id, alarm.c.line).limit(1)).first()
    return None if row is None else stored_alarm(row)


def answers_to(connection: Reading, names: Iterable[str]) -> list[StoredAnswer]:
    """Every acknowledgement of alarms with these ids, whoever's, in order of time."""
    answers = alarm_acknowledgement
    query = select(answers).where(answers.c.id.in_(list(names)))
    ordered = query.order_by(answers.c.event_time, answers.c.batch_id, answers.c.line)
    return [_answer(row) for row in connection.execute(ordered)]


def answers_for(connection: Reading, *, agent: str, begin: int, end: int) -> list[StoredAnswer]:
    """What the hub answered to an agent's alarms, at log positions ``[begin, end)``."""
    answers = alarm_acknowledgement
    query = (
        select(answers)
        .where(
            answers.c.agent == agent,
            answers.c.author == HUB_AUTHOR,
            answers.c.batch_id >= begin,
            answers.c.batch_id < end,
        )
        .order_by(answers.c.batch_id, answers.c.line)
    )
    return [_answer(row) for row in connection.execute(query)]


def _narrowed(query: Select[Any], wanted: AlarmWanted) -> Select[Any]:
    columns = {"plant": alarm.c.plant, "agent": alarm.c.author, "unit": alarm.c.unit, "warns_of": alarm.c.warns_of}
    columns["work_cell"] = alarm.c.work_cell
    for name, column in columns.items():
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(column == value)
    if wanted.begin is not None:
        query = query.where(alarm.c.event_time >= wanted.begin)
    if wanted.open is None:
        return query
    answered = exists().where(
        and_(alarm_acknowledgement.c.id == alarm.c.id, alarm_acknowledgement.c.agent == alarm.c.author)
    )
    return query.where(~answered if wanted.open else answered)


def stored_alarm(row: Any) -> StoredAlarm:
    """A row of ``alarm``."""
    return StoredAlarm(
        id=row.id,
        agent=row.author,
        plant=row.plant,
        at=from_micros(row.event_time),
        batch=row.batch_id,
        line=row.line,
        alarm=row.alarm,
    )


def _answer(row: Any) -> StoredAnswer:
    return StoredAnswer(
        id=row.id,
        agent=row.agent,
        author=row.author,
        at=from_micros(row.event_time),
        by=row.by,
        cause=row.cause,
        action=row.action,
    )
