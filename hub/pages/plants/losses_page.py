"""Quality losses of a plant: year on year, by item, and the ledger they come from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from hub.entry.loss_file import LossFile
from hub.pages.charts.view import ChartView, trace
from hub.pages.costs.cost_words import LOSS_ITEMS
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.scorecard.loss_years import LossYear
from hub.store.quality.queries import LossLine
from traceability.quality.loss import REDUCTION, CostItem, ParetoLine, pareto

_ITEMS = {item.value: item for item in CostItem}
DIGITS = 2


class Preview(msgspec.Struct, frozen=True):
    """A file that was looked at; ``content`` to send it again without choosing it, '' where it is too large."""

    file: LossFile
    sums: dict[str, Decimal]
    content: str


def losses_context(years: Sequence[LossYear], preview: Preview | None, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    now = years[-1] if years else None
    return {
        "years": years,
        "now": now,
        "preview": preview,
        "items": [(item, item_text(item.value, speech)) for item in CostItem],
        "years_chart": years_chart(years, speech),
        "pareto_chart": items_chart(now, speech) if now else None,
    }


def losses_tables(years: Sequence[LossYear], lines: Sequence[LossLine], reverse_path: str) -> tuple[Filled, ...]:
    """Years, items of the last year, and every entry."""
    now = years[-1] if years else None
    found = pareto(now.by_item) if now else ()
    return (
        Filled(YEARS, years[::-1]),
        Filled(items_table(now.currency if now else ""), found),
        Filled(ledger_table(reverse_path), lines[::-1]),
    )


def item_text(item: str, speech: Speech) -> str:
    """A cost item of the notice in the reader's language."""
    known = _ITEMS.get(item)
    return speech.say(LOSS_ITEMS[known]) if known else item


def _change(one: LossYear, speech: Speech) -> Cell:
    if not one.whole:
        return state_cell(speech.say("the year still runs"), State.NEUTRAL.value, 1)
    if one.change is None:
        return state_cell(speech.say("can't be told"), State.NEUTRAL.value, 1)
    met = one.change <= REDUCTION - 1
    sign = "+" if one.change > 0 else ""
    state, word = (State.OK, speech.say("fell enough")) if met else (State.WARNING, speech.say("fell too little"))
    if one.change > 0:
        state, word = State.BAD, speech.say("rose")
    return state_cell(f"{sign}{speech.percent(one.change, 1)}", state.value, 0 if met else 2, beside=word)


YEARS: Definition[LossYear] = Definition(
    id="years",
    title=mark("Losses year by year"),
    columns=(
        made("year", mark("year"), lambda one, _: Cell(text=str(one.year), sort=one.year, raw=one.year), head=True),
        made("internal", mark("internal"), lambda one, s: _money(one.internal, one.currency, s), Kind.NUMBER),
        made("external", mark("external"), lambda one, s: _money(one.external, one.currency, s), Kind.NUMBER),
        made("output", mark("output value"), lambda one, s: _money(one.output_value, one.currency, s), Kind.NUMBER),
        made("fi", mark("internal rate"), lambda one, s: percent_cell(s, one.internal_rate), Kind.NUMBER, topic="loss"),
        made("fe", mark("external rate"), lambda one, s: percent_cell(s, one.external_rate), Kind.NUMBER),
        made("rate", mark("loss rate"), lambda one, s: percent_cell(s, one.rate), Kind.NUMBER),
        made("change", mark("against the year before"), _change, Kind.STATE, topic="year-on-year"),
    ),
    empty=Empty(
        mark("No loss and no output value was entered."),
        mark("Enter losses below, one by one or as a file; a plant without losses says so with an entry of zero."),
    ),
)


def items_table(currency: str) -> Definition[ParetoLine]:
    """The items of one year, the greatest first."""
    return Definition(
        id="items",
        title=mark("Losses by cost item"),
        columns=(
            made("item", mark("cost item"), lambda one, s: text_cell(item_text(one.name, s)), head=True),
            number("amount", mark("amount"), lambda one: one.amount, DIGITS, currency, falling=True),
            made("share", mark("share"), lambda one, s: percent_cell(s, one.share, 1), Kind.NUMBER, falling=True),
            made("running", mark("added up"), lambda one, s: percent_cell(s, one.cumulated, 1), Kind.NUMBER),
        ),
        empty=Empty(mark("No loss was entered for the year.")),
    )


def _entry(line: LossLine, reverse_path: str) -> Cell:
    open_ = reverse_path and line.reversed_by is None
    url = f"{reverse_path}?{urlencode({'loss': line.id})}#reverse" if open_ else None
    return text_cell(line.id, code=True, url=url)


def _entry_state(line: LossLine, speech: Speech) -> Cell:
    if line.reversed_by is not None:
        return state_cell(speech.say("reversed"), State.NEUTRAL.value, 1, beside=line.reversed_by)
    return state_cell(speech.say("counts"), State.OK.value, 0)


def ledger_table(reverse_path: str) -> Definition[LossLine]:
    """Every entry; ``reverse_path`` leads to the form that reverses one, '' where nobody may."""
    return Definition(
        id="ledger",
        title=mark("Entries, the latest first"),
        columns=(
            made("id", mark("entry"), lambda line, _: _entry(line, reverse_path), head=True),
            made("accrued", mark("accrued on"), _day),
            made("item", mark("cost item"), lambda line, s: text_cell(item_text(line.item, s), beside=line.operation)),
            made(
                "amount",
                mark("amount"),
                lambda line, s: _money(line.amount, line.currency, s),
                Kind.NUMBER,
                falling=True,
            ),
            made(
                "recovered",
                mark("recovered"),
                lambda line, s: _money(line.recovered or None, line.currency, s),
                Kind.NUMBER,
            ),
            words("evidence", mark("evidence"), lambda line: line.evidence),
            words("by", mark("entered by"), lambda line: line.entered_by),
            made("state", mark("state"), _entry_state, Kind.STATE),
        ),
        empty=Empty(mark("No loss was entered yet."), mark("Enter losses below, one by one or as a file.")),
        page=25,
    )


def years_chart(years: Sequence[LossYear], speech: Speech) -> ChartView | None:
    """The loss rate of each year."""
    told = [one for one in years if one.rate is not None]
    if not told:
        return None
    names = [str(one.year) for one in told]
    values = [round(float(one.rate or 0) * 100, 3) for one in told]
    texts = [f"{one.year}: {speech.percent(one.rate, 2)}" for one in told]
    data = {
        "traces": [trace("bars", names, values, name=speech.say("loss rate"), text=texts)],
        "y": speech.say("loss rate, %"),
        "category": True,
        "zero": True,
    }
    last = told[-1]
    summary = speech.say(
        "Loss rate %(rate)s in %(year)s; lowest %(low)s %%, highest %(high)s %% of the years shown.",
        rate=speech.percent(last.rate, 2),
        year=last.year,
        low=speech.figure(min(values), 2),
        high=speech.figure(max(values), 2),
    )
    return ChartView(id="years-chart", title=speech.say("Losses year by year"), summary=summary, data=data, size="low")


def items_chart(year: LossYear, speech: Speech) -> ChartView | None:
    """Bars of the items, and the line of what they add up to."""
    lines = [line for line in pareto(year.by_item) if line.amount > 0]
    if not lines:
        return None
    names = [item_text(line.name, speech) for line in lines]
    texts = [
        f"{name}: {speech.figure(line.amount, DIGITS)} {year.currency}" for name, line in zip(names, lines, strict=True)
    ]
    added = [round(float(line.cumulated or 0) * 100, 2) for line in lines]
    data = {
        "traces": [
            trace("bars", names, [float(line.amount) for line in lines], name=year.currency, text=texts),
            trace("share", names, added, name=speech.say("added up, %"), axis=2),
        ],
        "y": year.currency,
        "y2": "%",
        "category": True,
        "zero": True,
    }
    summary = speech.say(
        "%(item)s is the greatest loss of %(year)s: %(share)s of all.",
        item=names[0],
        year=year.year,
        share=speech.percent(lines[0].share, 0),
    )
    return ChartView(id="items-chart", title=speech.say("Losses by cost item"), summary=summary, data=data)


def sums_of(file: LossFile) -> dict[str, Decimal]:
    """What the rows of a file come to, by currency."""
    sums: dict[str, Decimal] = {}
    for row in file.rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return sums


def _money(amount: Decimal | None, currency: str, speech: Speech) -> Cell:
    return number_cell(speech, amount, DIGITS, currency)


def _day(line: LossLine, speech: Speech) -> Cell:
    return Cell(text=speech.day(line.accrued), sort=line.accrued.toordinal(), raw=line.accrued)
