"""The line as it runs, in words and tables."""

from typing import Any

from hub.alarm.views import AlarmPage
from hub.live.views import LineNow, OperationNow
from hub.page_paths import has_page, item_path
from hub.pages.alarm_rows import alarm_rows
from hub.pages.home_page import Headline, State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, basis, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, share, words
from hub.pages.tables.define import Column, Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.store.production.live import LastResult
from traceability.unit import Flag, Purpose, Verdict

_VERDICTS = {Verdict.OK: (State.OK, 0), Verdict.NOT_OK: (State.BAD, 3), Verdict.NOT_DECIDABLE: (State.WARNING, 2)}


def now_context(line: LineNow, zone: str, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    waiting = AlarmPage(total=line.alarms_waiting, offset=0, alarms=line.alarms)
    return {
        "view": line,
        "zone": zone,
        "headline": headline(line, speech),
        "alarms": alarm_rows(waiting, speech),
        "most": max((one.results for one in line.defects), default=1),
    }


def now_tables(line: LineNow, zone: str) -> tuple[Filled, ...]:
    """Operations, and the last results."""
    return Filled(operations_table(zone), line.operations), Filled(results_table(zone), line.results)


def headline(line: LineNow, speech: Speech) -> Headline:
    """The line in one sentence."""
    waiting, missed = line.alarms_waiting, line.missed
    submitted = sum(one.today.submitted for one in line.operations)
    told = tuple(
        text
        for number, text in (
            (waiting, speech.say_count("%(num)s alarm waits", "%(num)s alarms wait", waiting)),
            (
                missed,
                speech.say_count("%(num)s operation is below its target", "%(num)s operations are below it", missed),
            ),
        )
        if number
    )
    if told:
        return Headline(State.BAD if waiting else State.WARNING, speech.list(told), ())
    if not submitted:
        return Headline(State.NEUTRAL, speech.say("No unit was submitted yet today"), ())
    return Headline(State.OK, speech.say("The line runs, and no alarm waits"), ())


def operations_table(zone: str) -> Definition[OperationNow]:
    """One row for each operation."""
    return Definition(
        id="operations",
        title=mark("First-pass yield of today by operation"),
        columns=(
            made("operation", mark("operation"), _operation, head=True),
            made("fpy", mark("FPY today"), _today, Kind.NUMBER, topic="fpy"),
            share("target", mark("target"), lambda one: one.target),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            Column(id="strip", title=mark("last hour by the minute"), cell=_strip, picture=True, help="strip"),
            moment("last", mark("last result"), lambda one: one.last_at, zone),
        ),
        empty=Empty(
            mark("No operation is planned, and none was recorded today."),
            mark("Enter a control plan, or connect an agent."),
        ),
    )


def results_table(zone: str) -> Definition[LastResult]:
    """What came last."""
    return Definition(
        id="results",
        title=mark("Last results"),
        columns=(
            moment("at", mark("time"), lambda one: one.at, zone, head=True),
            made("unit", mark("unit"), _unit),
            words("operation", mark("operation"), lambda one: one.operation),
            words("work_cell", mark("work cell"), lambda one: one.work_cell),
            made("verdict", mark("result"), _verdict, Kind.STATE, falling=True),
        ),
        empty=Empty(mark("No result came yet."), mark("Results appear here as soon as the agent has sent them.")),
    )


def _operation(one: OperationNow, speech: Speech) -> Cell:
    name = speech.named(one.operation)
    shown = one.operation.id if name == one.operation.id else f"{one.operation.id} {name}"
    return text_cell(shown, beside=speech.named(one.part))


def _today(one: OperationNow, speech: Speech) -> Cell:
    rests_on = basis(speech, one.today.submitted, one.today.interval, 1, 100)
    return percent_cell(speech, one.today.value, 1, beside=rests_on)


def _state(one: OperationNow, speech: Speech) -> Cell:
    if one.today.value is None:
        return state_cell(speech.say("no unit yet"), State.NEUTRAL.value, 1)
    if one.on_target is None:
        return state_cell(speech.say("no target"), State.NEUTRAL.value, 0)
    beside = "" if one.sure else speech.say("not beyond chance yet")
    if one.on_target:
        return state_cell(speech.say("on target"), State.OK.value, 2, beside=beside)
    state = State.BAD if one.sure else State.WARNING
    return state_cell(speech.say("below target"), state.value, 4 if one.sure else 3, beside=beside)


def _strip(one: OperationNow, speech: Speech) -> Cell:
    results = sum(minute.results for minute in one.strip)
    failed = sum(minute.failed for minute in one.strip)
    said = speech.say(
        "%(results)s results in the last hour, %(failed)s not OK",
        results=speech.count(results),
        failed=speech.count(failed),
    )
    if not results:
        return text_cell("", beside=speech.say("nothing in the last hour"))
    return Cell(text=said, strip=tuple((minute.results, minute.failed) for minute in one.strip), beside=said)


def _unit(one: LastResult, _speech: Speech) -> Cell:
    if one.unit is None:
        return text_cell("")
    url = item_path(one.unit) if has_page(one.unit) else None
    return text_cell(one.unit.rsplit("/", 1)[-1], url=url, code=True)


def _verdict(one: LastResult, speech: Speech) -> Cell:
    state, rank = _VERDICTS.get(Verdict(one.verdict), (State.NEUTRAL, 1))
    more = [speech.say(word_for(Flag(flag))) for flag in one.flags] + ([one.defect] if one.defect else [])
    if one.purpose != Purpose.FIRST:
        more.insert(0, speech.say(word_for(Purpose(one.purpose))))
    if one.wrong:
        more.append(speech.say("declared wrong since"))
    return state_cell(speech.say(word_for(Verdict(one.verdict))), state.value, rank, beside=speech.list(more))
