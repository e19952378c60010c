"""Tables of quality costs."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlencode

from hub.cost.entries import CostEntry
from hub.cost.gather import AtRate
from hub.cost.report import CostReport, Counted, SupplierShare
from hub.pages.costs.charts import told_name
from hub.pages.costs.cost_words import CATEGORIES, COST_DIMENSIONS, DRIVERS, SOURCES, item_word
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, Figure, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, number, share, words
from hub.pages.tables.define import Column, Definition, Empty, Kind
from traceability.quality.cost.allocate import Dimension
from traceability.quality.cost.benefit import CostMonth
from traceability.quality.cost.category import Category
from traceability.quality.cost.summary import CategorySum, ItemSum, MonthSum, ShareLine

R = TypeVar("R")
CENTS = 2
NO_COSTS = Empty(
    mark("No cost accrues in this period."),
    mark("Enter costs of prevention and appraisal, or losses; inspection is priced where master data hold a rate."),
)
Way = Callable[[str], str]
"""The address of the report narrowed to a name."""


def months_table(currency: str) -> Definition[MonthSum]:
    """The four categories month by month."""
    return Definition(
        id="months",
        title=mark("Quality costs by month"),
        columns=(
            made("month", mark("month"), lambda row, _: _month(row.month.isoformat()), head=True),
            *(_category(each, currency) for each in Category),
            money("total", mark("total"), lambda row: row.total, currency),
        ),
        empty=NO_COSTS,
        cards=False,
    )


def items_table(currency: str) -> Definition[ItemSum]:
    """What it was spent on."""
    return Definition(
        id="spent",
        title=mark("What the costs are spent on"),
        columns=(
            made("item", mark("item"), lambda row, s: text_cell(s.say(item_word(row.item))), head=True),
            made("category", mark("category"), lambda row, s: text_cell(s.say(CATEGORIES[row.category]))),
            money("amount", mark("amount"), lambda row: row.amount, currency),
            made("sources", mark("source of the figure"), _sources),
        ),
        empty=NO_COSTS,
    )


def pareto_table(report: CostReport, dimension: Dimension, way: Way) -> Definition[ShareLine]:
    """One dimension, the greatest first; each name leads one step deeper."""
    currency = report.currency

    def named(line: ShareLine, speech: Speech) -> Cell:
        told = told_name(report, dimension, line.name, speech)
        beside = line.name if told != line.name else ""
        return text_cell(told, url=way(line.name), beside=beside)

    return Definition(
        id="pareto",
        title=mark("Costs, the greatest first"),
        columns=(
            made("name", COST_DIMENSIONS[dimension], named, head=True),
            money("amount", mark("amount"), lambda line: line.amount, currency),
            money("traced", mark("named by entries"), lambda line: line.traced, currency, topic="cost-allocation"),
            money("allocated", mark("allocated by quantity"), lambda line: line.allocated, currency),
            share("share", mark("share"), lambda line: line.share, falling=True),
            share("running", mark("added up"), lambda line: line.running),
        ),
        empty=NO_COSTS,
        page=20,
    )


COUNTED: Definition[Counted] = Definition(
    id="counted",
    title=mark("What was counted to allocate by"),
    columns=(
        made("driver", mark("quantity counted"), lambda one, s: text_cell(s.say(DRIVERS[one.driver])), head=True),
        number("quantity", mark("in the period"), lambda one: one.quantity),
    ),
    empty=Empty(mark("Nothing was counted in this period.")),
)


def suppliers_table(currency: str) -> Definition[SupplierShare]:
    """What suppliers were allocated, and by what."""
    return Definition(
        id="traced",
        title=mark("What suppliers were allocated, and by what"),
        columns=(
            made("supplier", mark("supplier"), lambda one, _: text_cell(one.supplier), head=True),
            made("driver", mark("allocated by"), lambda one, s: text_cell(s.say(DRIVERS[one.driver]))),
            number("quantity", mark("of the supplier"), lambda one: one.quantity),
            number("of", mark("counted in the period"), lambda one: one.of),
            money("amount", mark("amount"), lambda one: one.amount, currency, topic="cost-suppliers"),
        ),
        empty=Empty(
            mark("Nothing was allocated to a supplier."),
            mark("Enter where defects of received parts were found, and the component in claims from the field."),
        ),
        page=20,
    )


def entries_table(page_url: str) -> Definition[CostEntry]:
    """Cost entries, the latest first; each can be reversed."""

    def act(line: CostEntry, speech: Speech) -> Cell:
        if line.reversed_by:
            return state_cell(speech.say("reversed"), State.NEUTRAL.value, 0)
        return text_cell(speech.say("Reverse"), url=f"{page_url}?{urlencode({'undo': line.id})}#undo")

    return Definition(
        id="entries",
        title=mark("Entries, the latest first"),
        columns=(
            made("item", mark("item"), _item, head=True),
            made("amount", mark("amount"), _entered, Kind.NUMBER, falling=True),
            made("accrued", mark("accrues"), _accrued),
            made("about", mark("about"), lambda line, s: text_cell(s.list(_about(line)))),
            made("driver", mark("allocated by"), _driver),
            words("evidence", mark("evidence"), lambda line: line.evidence),
            words("by", mark("entered by"), lambda line: line.entered_by),
            made("state", mark("state"), act),
        ),
        empty=Empty(mark("Nothing was entered yet."), mark("Enter a cost below, or a file of them.")),
        page=50,
    )


def benefit_table(currency: str) -> Definition[CostMonth]:
    """The months of both sides."""
    return Definition(
        id="sides",
        title=mark("The months that are compared"),
        columns=(
            made("month", mark("month"), lambda row, _: _month(row.month.isoformat()), head=True),
            money("amount", mark("amount"), lambda row: row.amount, currency),
            money("traced", mark("named by entries"), lambda row: row.traced, currency),
            money("unallocated", mark("possibly of it, not allocated"), lambda row: row.unallocated, currency),
            number("units", mark("units made"), lambda row: row.units),
        ),
        empty=NO_COSTS,
        cards=False,
    )


def money(name: str, title: str, read: Callable[[R], Figure], currency: str, *, topic: str | None = None) -> Column[R]:
    """An amount in the one currency."""
    return Column(
        id=name,
        title=title,
        cell=lambda row, speech: number_cell(speech, read(row), CENTS),
        kind=Kind.NUMBER,
        uom=currency,
        help=topic,
        falling=True,
    )


def category_cell(one: CategorySum, currency: str, speech: Speech) -> Cell:
    """A sum with its share."""
    return number_cell(speech, one.amount, CENTS, currency, beside=speech.percent(one.share) if one.share else "")


def _category(category: Category, currency: str) -> Column[MonthSum]:
    def read(row: MonthSum) -> Decimal:
        amount = getattr(row, category.value)
        assert isinstance(amount, Decimal)
        return amount

    return money(category.value, CATEGORIES[category], read, currency)


def _month(day: str) -> Cell:
    return Cell(text=day[:7], sort=day, raw=day[:7])


def _sources(row: ItemSum, speech: Speech) -> Cell:
    return text_cell(speech.list(speech.say(SOURCES[each]) for each in row.sources))


def _counted(one: AtRate, speech: Speech) -> Cell:
    if one.counted:
        return state_cell(speech.say("yes"), State.OK.value, 0)
    told = speech.say("entries state the costs of the month")
    return state_cell(speech.say("no"), State.NEUTRAL.value, 1, beside=told)


def _about(line: CostEntry) -> list[str]:
    return [name for name in (line.part, line.operation, line.supplier, line.cause) if name]


def _item(line: CostEntry, speech: Speech) -> Cell:
    return text_cell(speech.say(item_word(line.activity)), beside=speech.say(CATEGORIES[line.activity.category]))


def _entered(line: CostEntry, speech: Speech) -> Cell:
    return number_cell(speech, line.amount, CENTS, line.currency)


def _accrued(line: CostEntry, _speech: Speech) -> Cell:
    first, last = line.accrued_on.isoformat(), line.accrued_until.isoformat()
    return Cell(text=first if first == last else f"{first} – {last}", sort=first, raw=first)


def _driver(line: CostEntry, speech: Speech) -> Cell:
    return text_cell(speech.say(DRIVERS[line.driver]) if line.driver else speech.say("nothing"))


def _priced(one: AtRate, speech: Speech) -> Cell:
    return number_cell(speech, one.amount, CENTS, one.currency)


RATES: Definition[AtRate] = Definition(
    id="rates",
    title=mark("Quantities at their rates"),
    columns=(
        made("activity", mark("activity"), lambda one, s: text_cell(s.say(item_word(one.activity))), head=True),
        made("month", mark("month"), lambda one, _: _month(one.month.isoformat())),
        number("quantity", mark("quantity"), lambda one: one.quantity),
        made("amount", mark("amount"), _priced, Kind.NUMBER, falling=True),
        made("counted", mark("part of the sums"), _counted, Kind.STATE),
    ),
    empty=Empty(mark("No rate of inspection or calibration is known."), mark("Import cost rates as master data.")),
    page=20,
)
