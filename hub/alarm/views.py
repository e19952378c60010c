"""What the API shows of alarms."""

from datetime import datetime

import msgspec

from hub.store.core.database import Reading
from hub.store.mail.alarms import AlarmWanted, StoredAlarm, answers_to, count_alarms, find_alarms
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord, TimeToLimit


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement; ``author`` sealed it: the agent itself, or the hub."""

    author: str
    at: datetime
    by: str
    cause: str
    action: str


class AlarmView(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm with its evidence (batch and line of the log) and every answer; ``open`` while there is none."""

    id: str
    agent: str
    plant: str | None
    at: datetime
    batch: int
    line: int
    warns_of: AlarmKind
    rule: str
    part: str
    operation: str
    work_cell: str
    result: str
    unit: str | None
    characteristic: str | None
    signs: tuple[str, ...]
    side: str | None
    statistic: str
    limit: str
    value: str | None
    units: int | None
    failed: int | None
    to_limit: TimeToLimit | None
    false_alarm_every: int | None
    hold: str | None
    open: bool
    answers: tuple[AnswerView, ...]


class AlarmPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of alarms, the latest first; ``total`` counts all that fit."""

    total: int
    offset: int
    alarms: tuple[AlarmView, ...]


_SAME = (
    "warns_of", "rule", "part", "operation", "work_cell", "result", "unit", "characteristic", "signs", "side",
    "statistic", "limit", "value", "units", "failed", "to_limit", "false_alarm_every", "hold",
)  # fmt: skip


def alarm_page(connection: Reading, wanted: AlarmWanted, *, offset: int, limit: int) -> AlarmPage:
    """The alarms that fit."""
    found = find_alarms(connection, wanted, offset=offset, limit=limit)
    views = tuple(alarm_views(connection, found))
    return AlarmPage(total=count_alarms(connection, wanted), offset=offset, alarms=views)


def alarm_views(connection: Reading, found: list[StoredAlarm]) -> list[AlarmView]:
    """Alarms with their answers."""
    answers: dict[tuple[str, str], list[AnswerView]] = {}
    for one in answers_to(connection, {alarm.id for alarm in found}):
        view = AnswerView(author=one.author, at=one.at, by=one.by, cause=one.cause, action=one.action)
        answers.setdefault((one.agent, one.id), []).append(view)
    return [_view(alarm, tuple(answers.get((alarm.agent, alarm.id), ()))) for alarm in found]


def _view(found: StoredAlarm, answers: tuple[AnswerView, ...]) -> AlarmView:
    record = msgspec.convert(found.alarm, AlarmRecord)
    return AlarmView(
        id=found.id,
        agent=found.agent,
        plant=found.plant,
        at=found.at,
        batch=found.batch,
        line=found.line,
        open=not answers,
        answers=answers,
        **{name: getattr(record, name) for name in _SAME},
    )
