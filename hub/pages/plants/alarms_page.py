"""Alarms of a plant: what waits, what was answered, how long it took."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from hub.alarm.response import ResponseTimes
from hub.alarm.views import AlarmPage, AlarmView
from hub.page_paths import NOTIFICATIONS_PATH
from hub.pages.alarm_rows import ALARM_KINDS, AlarmRow, alarm_rows
from hub.pages.home_page import State
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from traceability.quality.alarm.rule import AlarmKind

DAYS = (1, 7, 30, 90, 365)
MOST_WAITING = 40
MOST_LISTED = 500
MOST_TITLE = 200
MOST_TOLD = 2_000
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class ListedAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm with its row; ``answer_url`` leads to the form that answers it or corrects the answer, ``tell_url`` to a
    new notification that is filled from it."""

    view: AlarmView
    row: AlarmRow
    answer_url: str
    tell_url: str

    @property
    def waited_s(self) -> float | None:
        """Seconds to the first answer."""
        if not self.view.answers:
            return None
        return max(0.0, (self.view.answers[0].at - self.view.at).total_seconds())


def listed(page: AlarmPage, path: str, speech: Speech) -> tuple[ListedAlarm, ...]:
    """The alarms of a page with what is said of them."""
    return tuple(
        ListedAlarm(
            view=view,
            row=row,
            answer_url=f"{path}?{urlencode({'agent': view.agent, 'id': view.id})}#answer",
            tell_url=tell_url(view, row, speech),
        )
        for view, row in zip(page.alarms, alarm_rows(page, speech), strict=True)
    )


def tell_url(alarm: AlarmView, row: AlarmRow, speech: Speech) -> str:
    """A new notification about what the alarm saw: the unit, or else the part, and where the evidence stands."""
    title = f"{speech.say(ALARM_KINDS[alarm.warns_of])} · {alarm.work_cell}"
    lines = [row.seen, row.outlook, f"{alarm.at.isoformat(timespec='seconds')} · {alarm.agent} · {alarm.id}"]
    given = {
        "title": title[:MOST_TITLE],
        "description": "\n".join(line for line in lines if line)[:MOST_TOLD],
        "item": alarm.unit or alarm.part,
    }
    return f"{NOTIFICATIONS_PATH}/new?{urlencode(given)}"


def alarms_context(times: ResponseTimes, waiting: Sequence[ListedAlarm], speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    every = times.every
    return {
        "times": times,
        "waiting": waiting,
        "median": span(every.median_s, speech),
        "p90": span(every.p90_s, speech),
        "days_offered": DAYS,
        "kinds": [(kind, ALARM_KINDS[kind]) for kind in AlarmKind],
        "most_waiting": MOST_WAITING,
    }


def alarms_tables(found: Sequence[ListedAlarm], times: ResponseTimes, zone: str) -> tuple[Filled, ...]:
    """Every alarm, and the times by kind."""
    return Filled(alarms_table(zone), found), Filled(RESPONSE, times.by_kind)


def alarms_table(zone: str) -> Definition[ListedAlarm]:
    """One row an alarm."""
    return Definition(
        id="alarms",
        title=mark("Alarms of the period, the latest first"),
        columns=(
            moment("raised", mark("raised"), lambda one: one.view.at, zone, head=True),
            made("kind", mark("alarm"), _kind),
            words("work_cell", mark("work cell"), lambda one: one.view.work_cell),
            made("seen", mark("what was seen"), _seen),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            made("waited", mark("waited"), _waited, Kind.NUMBER, topic="response-time", falling=True),
            made("cause", mark("cause"), _cause),
            made("action", mark("action"), _action),
        ),
        empty=Empty(mark("No alarm was raised in this period."), mark("Choose a longer period, or another kind.")),
        page=25,
    )


def span(seconds: float | None, speech: Speech) -> str:
    """A time in its two largest units: 2 h 5 min."""
    if seconds is None:
        return NO_FIGURE
    left = round(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        if left >= size or (size == 1 and not parts):
            parts.append(f"{speech.count(left // size)} {unit}")
            left %= size
    return " ".join(parts[:2])


RESPONSE: Definition[Any] = Definition(
    id="response",
    title=mark("Response time by kind of alarm"),
    columns=(
        made("kind", mark("alarm"), lambda one, speech: text_cell(speech.say(ALARM_KINDS[one.warns_of])), head=True),
        number("raised", mark("raised"), lambda one: one.raised),
        number("waiting", mark("waiting"), lambda one: one.waiting, falling=True),
        made("median", mark("median"), lambda one, s: _time(one.median_s, s), Kind.NUMBER, topic="response-time"),
        made("p90", mark("90th percentile"), lambda one, s: _time(one.p90_s, s), Kind.NUMBER, falling=True),
        made("longest", mark("longest"), lambda one, s: _time(one.longest_s, s), Kind.NUMBER, falling=True),
    ),
    empty=Empty(mark("No alarm was raised in this period.")),
)


def _time(seconds: float | None, speech: Speech) -> Cell:
    raw = None if seconds is None else round(seconds)
    return Cell(text=span(seconds, speech), sort=seconds, raw=raw)


def _kind(one: ListedAlarm, speech: Speech) -> Cell:
    return text_cell(speech.say(ALARM_KINDS[one.view.warns_of]), url=one.row.url, beside=one.view.agent)


def _seen(one: ListedAlarm, _speech: Speech) -> Cell:
    return text_cell(one.row.seen, beside=one.row.outlook)


def _state(one: ListedAlarm, speech: Speech) -> Cell:
    if one.view.open:
        return state_cell(speech.say("waits for an answer"), State.WARNING.value, 1, url=one.answer_url)
    beside = speech.say_count("corrected %(num)s time", "corrected %(num)s times", len(one.view.answers) - 1)
    return state_cell(
        speech.say("answered"),
        State.OK.value,
        0,
        url=one.answer_url,
        beside=beside if len(one.view.answers) > 1 else "",
    )


def _waited(one: ListedAlarm, speech: Speech) -> Cell:
    return _time(one.waited_s, speech)


def _cause(one: ListedAlarm, speech: Speech) -> Cell:
    if not one.view.answers:
        return text_cell("")
    answer = one.view.answers[-1]
    return text_cell(answer.cause, beside=speech.say("by %(who)s", who=answer.by))


def _action(one: ListedAlarm, _speech: Speech) -> Cell:
    return text_cell(one.view.answers[-1].action if one.view.answers else "")
