"""The indicators of a plant: what is declared and what is measured, never in one table; one of them over time."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from hub.errors import NotFound
from hub.indicator.views import MEASURED, DeclaredView, ValueView, every_series
from hub.metric.asked import Over
from hub.metric.measure import figures, several
from hub.metric.views import FigureView, PlaceAsked, figure_view
from hub.pages.home_page import State
from hub.pages.indicators.charts import Drawn, TargetLine
from hub.pages.indicators.indicator_words import (
    FREQUENCIES,
    figure_cell,
    in_language,
    is_percent,
    uom_of,
    why_of,
)
from hub.pages.metric_words import METRIC_NAMES
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.store.core.database import Reading
from hub.target.state import in_force, targets_of
from traceability.record.metric import MetricName

SHOWN = "show"
"""The parameter that chooses what is drawn: ``declared:ID`` or the name of a metric."""


class MeasuredRow(msgspec.Struct, frozen=True, kw_only=True):
    """A measured metric over the period, with its target where the place has one."""

    metric: MetricName
    figure: FigureView
    aim: TargetLine | None


class DeclaredRow(msgspec.Struct, frozen=True, kw_only=True):
    """A declared series over the period, with its target."""

    view: DeclaredView
    aim: TargetLine | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page shows; ``values`` are those of the declared series that is chosen."""

    declared: tuple[DeclaredRow, ...]
    measured: tuple[MeasuredRow, ...]
    shown: str
    drawn: Drawn | None
    chosen: DeclaredView | None
    values: tuple[ValueView, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader wants to see."""

    plant: str
    over: Over
    place: PlaceAsked
    shown: str
    now: datetime


def found_of(connection: Reading, asked: Question, speech: Speech) -> Found:
    """Read what the page shows; ``NotFound`` where nothing is called as ``shown`` says."""
    aims = _aims(connection, asked)
    views = every_series(connection, asked.plant, asked.over, asked.now)
    declared = tuple(
        DeclaredRow(view=one.declared, aim=aims.get((MetricName.INDICATOR, name))) for name, one in views.items()
    )
    references = [asked.place.reference(asked.plant, metric) for metric in MEASURED]
    told = several(connection, references, [asked.over.window], asked.now)
    measured = tuple(
        MeasuredRow(metric=metric, figure=figure_view(told[metric][0]), aim=aims.get((metric, "")))
        for metric in MEASURED
    )
    shown = asked.shown or MetricName.ROLLED_YIELD.value
    kind, _, name = shown.partition(":")
    if kind == "declared" and name in views:
        chosen = views[name]
        drawn = _drawn_declared(chosen.declared, chosen.values, asked, aims.get((MetricName.INDICATOR, name)), speech)
        return Found(
            declared=declared, measured=measured, shown=shown, drawn=drawn, chosen=chosen.declared,
            values=chosen.values,
        )  # fmt: skip
    metric = next((one for one in MEASURED if one.value == shown), None)
    if metric is None:
        raise NotFound(f"there is no indicator {shown[:100]!r}", advice="choose one of the tables")
    drawn = _drawn_measured(connection, asked, metric, aims.get((metric, "")), speech)
    return Found(declared=declared, measured=measured, shown=shown, drawn=drawn, chosen=None, values=())


def indicator_tables(found: Found, path: Callable[[str], str]) -> tuple[Filled, ...]:
    """Declared, measured, and the values of the series that is chosen."""
    return (
        Filled(declared_table(path), found.declared),
        Filled(measured_table(path), found.measured),
        Filled(values_table(path("")), found.values),
    )


def declared_table(path: Callable[[str], str]) -> Definition[DeclaredRow]:
    """What somebody states, with source and owner."""
    return Definition(
        id="declared",
        title=mark("Declared: stated by somebody, with source and owner"),
        columns=(
            made("name", mark("indicator"), lambda row, s: _declared_name(row, s, path), head=True),
            made("value", mark("value of the period"), _declared_figure, Kind.NUMBER),
            made("aim", mark("target"), lambda row, s: _aim(s, row.aim, percent=row.view.share), Kind.NUMBER),
            made("latest", mark("last stated for"), _latest),
            made("state", mark("state"), _declared_state, Kind.STATE),
            words("owner", mark("owner"), lambda row: row.view.owner),
            words("source", mark("source"), lambda row: row.view.source),
        ),
        empty=Empty(
            mark("Nothing is declared at this plant."),
            mark("Define a series below: satisfaction, market share, sampling inspection by the state, training …"),
        ),
    )


def measured_table(path: Callable[[str], str]) -> Definition[MeasuredRow]:
    """What the records tell by themselves."""
    return Definition(
        id="measured",
        title=mark("Measured: from the records themselves"),
        columns=(
            made("name", mark("metric"), lambda row, s: _metric_name(row, s, path), head=True),
            made("value", mark("value of the period"), _measured_figure, Kind.NUMBER),
            made("aim", mark("target"), lambda row, s: _aim(s, row.aim, percent=is_percent(row.metric)), Kind.NUMBER),
            made("note", mark("note"), lambda row, s: text_cell(_note(row.figure, s))),
        ),
        empty=Empty(mark("Nothing is measured.")),
        page=40,
    )


def values_table(path: str) -> Definition[ValueView]:
    """Everything stated of one series."""
    return Definition(
        id="stated",
        title=mark("Stated values, the latest period first"),
        columns=(
            made("period", mark("period"), _period, head=True),
            made("value", mark("value"), _stated_value, Kind.NUMBER),
            number("k", "k", lambda one: one.k),
            number("n", "n", lambda one: one.n),
            words("evidence", mark("evidence"), lambda one: one.evidence),
            words("by", mark("entered by"), lambda one: one.entered_by),
            made("entry", mark("entry"), lambda one, _: _entry(one, path)),
            made("state", mark("state"), _value_state, Kind.STATE),
        ),
        empty=Empty(mark("No value was stated yet."), mark("State one below, or send a file.")),
        page=20,
    )


def _aims(connection: Reading, asked: Question) -> dict[tuple[MetricName, str], TargetLine]:
    """The targets at the place that is asked for; for a declared series at the plant."""
    window = asked.over.window
    found: dict[tuple[MetricName, str], TargetLine] = {}
    for one in in_force(targets_of(connection, [asked.plant]), asked.plant).values():
        where = one.now.reference
        place = PlaceAsked() if where.metric is MetricName.INDICATOR else asked.place
        wanted = msgspec.structs.replace(place.reference(asked.plant, where.metric), indicator=where.indicator)
        last = one.now.last or window.last
        if where == wanted and one.now.first <= window.last and last >= window.first:
            found[where.metric, where.indicator] = TargetLine(float(one.now.value), one.now.first, last)
    return found


def _drawn_measured(
    connection: Reading, asked: Question, metric: MetricName, aim: TargetLine | None, speech: Speech
) -> Drawn:
    reference = asked.place.reference(asked.plant, metric)
    told = [figure_view(one) for one in figures(connection, reference, asked.over.windows, asked.now)]
    first = next((one for one in told if one.value is not None), None)
    return Drawn(
        title=speech.say(METRIC_NAMES[metric]),
        figures=told,
        percent=is_percent(metric),
        uom=uom_of(metric, first),
        targets=() if aim is None else (aim,),
    )


def _drawn_declared(
    view: DeclaredView, values: tuple[ValueView, ...], asked: Question, aim: TargetLine | None, speech: Speech
) -> Drawn:
    """The stated values themselves, at the end of their own periods."""
    window = asked.over.window
    told = [
        FigureView(
            first=one.first,
            last=one.last,
            value=float(one.value) if one.value is not None else (one.k or 0) / (one.n or 1),
            n=one.n or 0,
            interval=None,
            fit=True,
            why="",
            why_zh="",
        )
        for one in reversed(values)
        if one.reversed_by is None and one.last >= window.first and one.first <= window.last
    ]
    return Drawn(
        title=in_language(speech, view.name, view.name_zh),
        figures=told,
        percent=view.share,
        uom=view.uom,
        targets=() if aim is None else (aim,),
    )


def _declared_name(row: DeclaredRow, speech: Speech, path: Callable[[str], str]) -> Cell:
    view = row.view
    name = in_language(speech, view.name, view.name_zh)
    return text_cell(name, url=path(f"declared:{view.id}"), beside=speech.say("declared"))


def _metric_name(row: MeasuredRow, speech: Speech, path: Callable[[str], str]) -> Cell:
    name = speech.say(METRIC_NAMES[row.metric])
    return text_cell(name[:1].upper() + name[1:], url=path(row.metric.value), beside=speech.say("measured"))


def _declared_figure(row: DeclaredRow, speech: Speech) -> Cell:
    return figure_cell(speech, row.view.whole, percent=row.view.share, uom=row.view.uom)


def _measured_figure(row: MeasuredRow, speech: Speech) -> Cell:
    told = row.figure if row.figure.value is not None else None
    return figure_cell(speech, told, percent=is_percent(row.metric), uom=uom_of(row.metric, row.figure))


def _note(figure: FigureView, speech: Speech) -> str:
    return why_of(figure, speech)


def _aim(speech: Speech, aim: TargetLine | None, *, percent: bool) -> Cell:
    if aim is None:
        return number_cell(speech, None)
    return percent_cell(speech, aim.value) if percent else number_cell(speech, aim.value, 2)


def _latest(row: DeclaredRow, speech: Speech) -> Cell:
    latest = row.view.latest
    if latest is None:
        return text_cell("")
    return Cell(text=speech.day(latest.last), sort=latest.last.toordinal(), raw=latest.last)


def _declared_state(row: DeclaredRow, speech: Speech) -> Cell:
    often = speech.say(FREQUENCIES[row.view.frequency])
    if row.view.ended:
        return state_cell(speech.say("ended"), State.NEUTRAL.value, 1, beside=often)
    if row.view.late:
        return state_cell(speech.say("a value is due"), State.WARNING.value, 2, beside=often)
    return state_cell(speech.say("up to date"), State.OK.value, 0, beside=often)


def _period(one: ValueView, speech: Speech) -> Cell:
    text = f"{speech.day(one.first)} – {speech.day(one.last)}"
    return Cell(text=text, sort=one.last.toordinal(), raw=f"{one.first.isoformat()}/{one.last.isoformat()}")


def _stated_value(one: ValueView, speech: Speech) -> Cell:
    if one.value is None:
        return number_cell(speech, None)
    return Cell(text=speech.exact(one.value), sort=float(one.value), raw=one.value)


def _entry(one: ValueView, path: str) -> Cell:
    open_ = path and one.reversed_by is None
    url = f"{path}&{urlencode({'undo': one.id})}#undo" if open_ else None
    return text_cell(one.id, code=True, url=url)


def _value_state(one: ValueView, speech: Speech) -> Cell:
    if one.reversed_by is not None:
        return state_cell(speech.say("taken back"), State.NEUTRAL.value, 1, beside=one.reversal_reason)
    return state_cell(speech.say("counts"), State.OK.value, 0)
