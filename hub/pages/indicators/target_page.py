"""The targets of a plant as a tree: where each stands, and whether the parts add up to the whole."""

from collections.abc import Callable
from urllib.parse import urlencode

from hub.pages.home_page import State
from hub.pages.indicators.indicator_words import (
    DIGITS,
    SUMS,
    TARGET_STATUSES,
    figure_cell,
    in_language,
    is_percent,
    uom_of,
)
from hub.pages.metric_words import METRIC_NAMES
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import UNBROKEN, Cell, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.target.add_up import Sum
from hub.target.views import CheckView, StatusView, TargetHistory, TargetsView, TargetView
from traceability.record.indicator import Direction, TargetStatus
from traceability.record.metric import MetricName

_STATES = {
    TargetStatus.MET: (State.OK, 0),
    TargetStatus.AT_RISK: (State.WARNING, 2),
    TargetStatus.MISSED: (State.BAD, 3),
    TargetStatus.CANNOT_TELL: (State.NEUTRAL, 1),
}
_SUM_STATES = {
    Sum.ADDS_UP: (State.OK, 0),
    Sum.DEPENDS: (State.WARNING, 2),
    Sum.FALLS_SHORT: (State.BAD, 3),
    Sum.CANNOT_COMPARE: (State.NEUTRAL, 1),
}
Path = Callable[[str], str]


def target_tables(
    found: TargetsView, history: TargetHistory | None, shares: frozenset[str], path: Path, zone: str
) -> tuple[Filled, ...]:
    """The tree, and what one target stood at; ``shares``: declared series that are shares."""
    tables: tuple[Filled, ...] = (Filled(targets_table(shares, path), found.targets),)
    if history is not None:
        percent = _percent(history.reference.metric, history.reference.indicator, shares)
        tables += (Filled(statuses_table(zone, percent=percent), history.statuses),)
    return tables


def targets_table(shares: frozenset[str], path: Path) -> Definition[TargetView]:
    """One row a target, depth first."""

    def percent(one: TargetView) -> bool:
        return _percent(one.reference.metric, one.reference.indicator, shares)

    return Definition(
        id="targets",
        title=mark("Targets, from the plant down"),
        columns=(
            made("target", mark("target"), lambda one, _: _name(one, path), head=True),
            made("place", mark("metric and place"), _place),
            made("wanted", mark("wanted"), lambda one, s: _wanted(one, s, percent=percent(one)), Kind.NUMBER),
            made("now", mark("so far"), lambda one, s: _now(one, s, percent=percent(one)), Kind.NUMBER),
            made("status", mark("status"), _status, Kind.STATE, topic="target-status", falling=True),
            made("parts", mark("parts"), _parts, Kind.STATE, topic="targets-add-up", falling=True),
            made("valid", mark("valid"), _valid),
            words("owner", mark("owner"), lambda one: one.owner),
        ),
        empty=Empty(
            mark("This plant has no quality target."),
            mark("Set one for the whole plant below, then its parts for lines and operations; or send a file."),
        ),
        page=100,
    )


def statuses_table(zone: str, *, percent: bool) -> Definition[StatusView]:
    """Each change of where a target stood."""

    def value(one: StatusView, speech: Speech) -> Cell:
        return percent_cell(speech, one.value) if percent else number_cell(speech, one.value, DIGITS)

    return Definition(
        id="statuses",
        title=mark("Where it stood, the latest first"),
        columns=(
            moment("at", mark("since"), lambda one: one.at, zone, head=True),
            made("status", mark("status"), lambda one, s: status_cell(one.status, s), Kind.STATE),
            made("value", mark("value"), value, Kind.NUMBER),
            number("n", "n", lambda one: one.n),
            made("period", mark("period"), _days),
        ),
        empty=Empty(mark("The hub has not judged it yet."), mark("It does so every few minutes.")),
        page=20,
    )


def _percent(metric: MetricName, indicator: str, shares: frozenset[str]) -> bool:
    return is_percent(metric, share=metric is MetricName.INDICATOR and indicator in shares)


def _name(one: TargetView, path: Path) -> Cell:
    """Indented by what cannot be taken for a blank that one types."""
    lead = f"{UNBROKEN * 3 * (one.depth - 1)}└{UNBROKEN}" if one.depth else ""
    named = one.name or one.id
    url = path(urlencode({"target": one.id}) + "#history")
    return Cell(text=lead + named, sort=named.casefold(), raw=named, url=url, beside=one.id if one.name else "")


def _place(one: TargetView, speech: Speech) -> Cell:
    where = one.reference
    names = (where.line, where.operation, where.part.rsplit("/", 1)[-1], where.characteristic, where.defect)
    places = [name for name in (*names, where.indicator) if name]
    name = speech.say(METRIC_NAMES[where.metric])
    return text_cell(name[:1].upper() + name[1:], beside=" · ".join(places) or speech.say("the whole plant"))


def _wanted(one: TargetView, speech: Speech, *, percent: bool) -> Cell:
    sign = "≥" if one.direction is Direction.HIGHER else "≤"
    uom = "" if percent else uom_of(one.reference.metric, one.figure) or one.currency
    told = percent_cell(speech, one.value) if percent else number_cell(speech, one.value, DIGITS, uom)
    over = speech.say_count("last %(num)s day", "last %(num)s days", one.days) if one.days else ""
    return Cell(text=f"{sign}{UNBROKEN}{told.text}", sort=told.sort, raw=told.raw, uom=told.uom, beside=over)


def _now(one: TargetView, speech: Speech, *, percent: bool) -> Cell:
    if one.figure is None or one.figure.value is None:
        return text_cell(NO_FIGURE)
    return figure_cell(speech, one.figure, percent=percent, uom=uom_of(one.reference.metric, one.figure))


def _status(one: TargetView, speech: Speech) -> Cell:
    why = in_language(speech, one.why, one.why_zh)
    chance = one.status is TargetStatus.MISSED and not one.sure and one.figure is not None and one.figure.interval
    beside = speech.list(filter(None, (why, speech.say("chance could have done it") if chance else "")))
    return status_cell(one.status, speech, beside=beside)


def status_cell(status: TargetStatus, speech: Speech, *, beside: str = "") -> Cell:
    """Where a target stands, the worst sorted highest."""
    state, rank = _STATES[status]
    return state_cell(speech.say(TARGET_STATUSES[status]), state.value, rank, beside=beside)


def _parts(one: TargetView, speech: Speech) -> Cell:
    return text_cell(NO_FIGURE) if one.check is None else sum_cell(one.check, speech)


def sum_cell(check: CheckView, speech: Speech) -> Cell:
    """Whether parts add up to the whole."""
    state, rank = _SUM_STATES[check.verdict]
    left = speech.say("left out: %(names)s", names=speech.list(check.left_out)) if check.left_out else ""
    why = in_language(speech, check.why, check.why_zh)
    return state_cell(speech.say(SUMS[check.verdict]), state.value, rank, beside=speech.list(filter(None, (why, left))))


def _valid(one: TargetView, speech: Speech) -> Cell:
    first = speech.day(one.first)
    text = speech.say("from %(first)s", first=first) if one.last is None else f"{first} – {speech.day(one.last)}"
    return Cell(text=text, sort=one.first.toordinal(), raw=one.first)


def _days(one: StatusView, speech: Speech) -> Cell:
    text = f"{speech.day(one.first)} – {speech.day(one.last)}"
    return Cell(text=text, sort=one.first.toordinal(), raw=f"{one.first.isoformat()}/{one.last.isoformat()}")
