"""Requirements as rows, and the indicators of one with what came of them."""

from datetime import date

import msgspec

from hub.named import Named
from hub.page_paths import requirement_path
from hub.pages.home_page import State
from hub.pages.level_words import level_name
from hub.pages.requirements.requirement_words import KINDS, MET, MET_STATES, METRICS, STATES, remarks_text
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import Cell, Figure, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import REASONS
from hub.requirement.views import Fulfilled, FulfilmentView, RequirementLine
from traceability.quality.level import Level
from traceability.record.requirement import Indicator, Metric
from traceability.requirement.fold import RequirementState

_DIGITS = {Metric.CPK: 2, Metric.PPM: 1, Metric.RESPONSE: 1}
_STATES = {
    RequirementState.PROPOSED: (State.WARNING, 3),
    RequirementState.COUNTERED: (State.WARNING, 4),
    RequirementState.AGREED: (State.OK, 2),
    RequirementState.DECLINED: (State.NEUTRAL, 1),
    RequirementState.SUPERSEDED: (State.NEUTRAL, 0),
    RequirementState.ENDED: (State.NEUTRAL, 0),
}


class RequirementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement; ``fulfilled`` None where it is not in force, or was not looked at for the list."""

    line: RequirementLine
    customer: Named
    supplier: Named
    part: Named
    fulfilled: FulfilmentView | None
    in_force: bool


def requirements_table(zone: str) -> Definition[RequirementRow]:
    """One row a requirement."""
    return Definition(
        id="requirements",
        title=mark("Requirements, the latest first"),
        columns=(
            made("title", mark("requirement"), _title, head=True),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            made("fulfilled", mark("fulfilment now"), _fulfilled, Kind.STATE, topic="fulfilment", falling=True),
            made("customer", mark("customer"), lambda one, s: text_cell(s.named(one.customer))),
            made("supplier", mark("supplier"), lambda one, s: text_cell(s.named(one.supplier))),
            number("indicators", mark("indicators"), lambda one: one.line.indicators),
            made("from", mark("valid from"), lambda one, s: day_cell(one.line.valid_from, s)),
            made("to", mark("valid to"), lambda one, s: day_cell(one.line.valid_to, s)),
            moment("changed", mark("last changed"), lambda one: one.line.changed_at, zone),
        ),
        empty=Empty(
            mark("There is no requirement of this kind."),
            mark("A customer proposes one to a supplier; both then see the same text and the same figures."),
        ),
        page=50,
    )


def about(one: Indicator, speech: Speech) -> str:
    """What an indicator asks, in words."""
    kinds = [speech.say(KINDS[kind]) for kind in one.kinds]
    return speech.list([speech.say(METRICS[one.metric]), *filter(None, (one.operation, one.characteristic)), *kinds])


def figure(metric: Metric, value: Figure, speech: Speech) -> Cell:
    """A value or target in the unit of its metric."""
    if value is None:
        return text_cell("")
    if metric is Metric.FPY:
        return percent_cell(speech, value)
    if metric is Metric.LEVEL and value in list(Level):
        return Cell(text=level_name(speech, Level(int(value))), sort=float(value), raw=int(value))
    uom = "h" if metric is Metric.RESPONSE else "ppm" if metric is Metric.PPM else ""
    return number_cell(speech, value, _DIGITS.get(metric, 0), uom)


def day_cell(day: date | None, speech: Speech) -> Cell:
    """A day; nothing where there is none."""
    return text_cell("") if day is None else Cell(text=speech.day(day), sort=day.toordinal(), raw=day)


def _title(one: RequirementRow, speech: Speech) -> Cell:
    return text_cell(one.line.title, url=requirement_path(one.line.id), beside=speech.named(one.part))


def _state(one: RequirementRow, speech: Speech) -> Cell:
    state, rank = _STATES[one.line.state]
    return state_cell(speech.say(STATES[one.line.state]), state.value, rank)


def _fulfilled(one: RequirementRow, speech: Speech) -> Cell:
    if not one.in_force:
        return state_cell(speech.say("not in force"), State.NEUTRAL.value, -1)
    if one.fulfilled is None:
        return state_cell(speech.say("open it to see"), State.NEUTRAL.value, 1, url=requirement_path(one.line.id))
    state, rank = MET_STATES[one.fulfilled.verdict]
    counts = [sum(each.verdict is kind for each in one.fulfilled.indicators) for kind in MET]
    beside = [f"{speech.count(n)} {speech.say(text)}" for n, text in zip(counts, MET.values(), strict=True) if n]
    return state_cell(speech.say(MET[one.fulfilled.verdict]), state.value, rank, beside=speech.list(beside))


def _verdict(one: Fulfilled, speech: Speech) -> Cell:
    state, rank = MET_STATES[one.verdict]
    told = one.value is not None and one.interval is not None
    sure = (
        (speech.say("the interval says the same") if one.sure else speech.say("the interval leaves it open"))
        if told
        else ""
    )
    return state_cell(speech.say(MET[one.verdict]), state.value, rank, beside=sure)


def _value(one: Fulfilled, speech: Speech) -> Cell:
    if one.indicator.metric is Metric.SHARING and one.value is not None:
        return text_cell(speech.say("%(some)s of %(all)s kinds", some=f"{one.value:.0f}", all=speech.count(one.n)))
    return figure(one.indicator.metric, one.value, speech)


def _target(one: Indicator, speech: Speech) -> Cell:
    return figure(one.metric, None if one.target is None else float(one.target), speech)


def _interval(one: Fulfilled, speech: Speech) -> Cell:
    if one.interval is None:
        return text_cell("")
    low, high = (figure(one.indicator.metric, each, speech) for each in (one.interval.low, one.interval.high))
    return text_cell(f"{low.text} – {high.text}{' ' + low.uom if low.uom else ''}") if low.text != NO_FIGURE else low


INDICATORS: Definition[Fulfilled] = Definition(
    id="indicators",
    title=mark("What is asked, and what is"),
    columns=(
        made("name", mark("indicator"), lambda one, s: text_cell(one.indicator.name, beside=about(one.indicator, s)),
             head=True),
        made("verdict", mark("verdict"), _verdict, Kind.STATE, topic="fulfilment", falling=True),
        made("value", mark("value"), _value, Kind.NUMBER),
        made("target", mark("target"), lambda one, s: _target(one.indicator, s), Kind.NUMBER),
        number("n", "n", lambda one: one.n),
        made("interval", mark("95 % interval"), _interval),
        made("period", mark("period"), lambda one, s: text_cell(f"{s.day(one.begin)} – {s.day(one.end)}")),
        made("why", mark("remarks"), lambda one, s: text_cell(remarks_text(one, s, REASONS))),
    ),
    empty=Empty(mark("Nothing is asked.")),
)  # fmt: skip

TERMS: Definition[Indicator] = Definition(
    id="terms",
    title=mark("What is asked"),
    columns=(
        made("name", mark("indicator"), lambda one, s: text_cell(one.name, beside=about(one, s)), head=True),
        made("target", mark("target"), _target, Kind.NUMBER),
        words("characteristic", mark("characteristic"), lambda one: one.characteristic),
        words("operation", mark("operation"), lambda one: one.operation),
        number("days", mark("over"), lambda one: one.days, uom="d"),
    ),
    empty=Empty(mark("Nothing is asked.")),
)
