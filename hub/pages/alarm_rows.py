"""Open alarms as rows of a plant's page, and the words for what they warn of."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.alarm.views import AlarmPage, AlarmView
from hub.page_paths import has_page, item_path
from hub.pages.speech import Speech, mark
from traceability.quality.alarm.rule import AlarmKind

ALARM_KINDS: Mapping[StrEnum, str] = {
    AlarmKind.RULE_VIOLATED: mark("unusual pattern"),
    AlarmKind.TREND_TO_LIMIT: mark("trend to a limit"),
    AlarmKind.YIELD_DROP: mark("yield drop"),
    AlarmKind.CONSECUTIVE_NOT_OK: mark("failures in a row"),
    AlarmKind.NO_READ_RATE: mark("codes not read"),
    AlarmKind.DEVICE_DRIFT: mark("drift"),
}


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm; ``url`` is the page of the unit that completed it."""

    warns_of: AlarmKind
    work_cell: str
    at: datetime
    seen: str
    outlook: str
    price: str
    agent: str
    id: str
    url: str | None


def alarm_rows(page: AlarmPage, speech: Speech) -> tuple[AlarmRow, ...]:
    """The rows of a page of alarms."""
    return tuple(_row(alarm, speech) for alarm in page.alarms)


def _row(alarm: AlarmView, speech: Speech) -> AlarmRow:
    return AlarmRow(
        warns_of=alarm.warns_of,
        work_cell=alarm.work_cell,
        at=alarm.at,
        seen=_seen(alarm),
        outlook=_outlook(alarm, speech),
        price=""
        if alarm.false_alarm_every is None
        else speech.say("one false alarm in about %(units)s good units", units=speech.count(alarm.false_alarm_every)),
        agent=alarm.agent,
        id=alarm.id,
        url=item_path(alarm.unit) if alarm.unit is not None and has_page(alarm.unit) else None,
    )


def _seen(alarm: AlarmView) -> str:
    """Names and figures as the rule has them, the same in every language."""
    seen = f"{alarm.rule}: {', '.join(alarm.signs)}"
    if alarm.characteristic is not None and alarm.value is not None:
        seen += f"; {alarm.characteristic} = {alarm.value}"
    if alarm.failed is not None and alarm.units is not None:
        seen += f"; {alarm.failed} / {alarm.units}"
    return seen


def _outlook(alarm: AlarmView, speech: Speech) -> str:
    if alarm.to_limit is None:
        return ""
    return speech.say(
        "limit %(limit)s in about %(units)s units (%(least)s to %(most)s)",
        limit=alarm.limit,
        units=speech.count(alarm.to_limit.units),
        least=speech.count(alarm.to_limit.least),
        most=speech.count(alarm.to_limit.most),
    )
