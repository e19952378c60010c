"""The page of a plant's quality costs: the picture by month, the Pareto of one dimension, what it all rests on."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from hub.cost.report import CostReport
from hub.page_paths import plant_path
from hub.pages.costs.charts import months_chart, pareto_chart, told_name
from hub.pages.costs.cost_words import CATEGORIES, COST_DIMENSIONS, DRIVERS
from hub.pages.costs.tables import (
    CENTS,
    COUNTED,
    RATES,
    category_cell,
    items_table,
    months_table,
    pareto_table,
    suppliers_table,
)
from hub.pages.frame.address import Address
from hub.pages.speech import Speech
from hub.pages.tables.cells import Cell, number_cell
from hub.pages.tables.define import Filled
from traceability.quality.cost.allocate import Dimension
from traceability.quality.cost.summary import DimensionSum

_DEEPER = {
    Dimension.PART: Dimension.OPERATION,
    Dimension.OPERATION: Dimension.CAUSE,
    Dimension.SUPPLIER: Dimension.PART,
    Dimension.CAUSE: Dimension.PART,
}
"""What is asked next about one of them."""


class Step(msgspec.Struct, frozen=True):
    """A link of the page; ``here``: it is what is shown."""

    title: str
    url: str
    here: bool = False


def costs_path(plant: str) -> str:
    """Where the page stands."""
    return f"{plant_path(plant)}/costs"


def costs_context(report: CostReport, by: Dimension, address: Address, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    told = _of(report, by)
    return {
        "report": report,
        "tiles": _tiles(report, speech),
        "months_chart": months_chart(report, speech),
        "pareto_chart": pareto_chart(report, told, speech),
        "by": by,
        "dimension": speech.say(COST_DIMENSIONS[by]),
        "dimensions": [
            Step(
                speech.say(COST_DIMENSIONS[each]), address.with_(("by", each.value), ("pareto.from", None)), each is by
            )
            for each in Dimension
        ],
        "narrowed": _narrowed(report, address, speech),
        "unallocated": told.unallocated,
        "traced": [(speech.say(DRIVERS[one.driver]), one) for one in report.traced],
        "benefit_url": _benefit_url(report),
        "losses_path": f"{plant_path(report.plant.id)}/losses",
    }


def costs_tables(report: CostReport, by: Dimension, address: Address) -> Sequence[Filled]:
    """The months first: they are what an export without a name gives."""
    told = _of(report, by)

    def deeper(name: str) -> str:
        following = next((each for each in _ways(by) if not report.narrowed.of(each)), by)
        return address.with_((by.value, name), ("by", following.value), ("pareto.from", None)) + "#pareto-head"

    return (
        Filled(months_table(report.currency), report.months if report.total else ()),
        Filled(items_table(report.currency), report.items),
        Filled(pareto_table(report, by, deeper), told.lines),
        Filled(COUNTED, [one for one in report.counted if one.quantity]),
        Filled(suppliers_table(report.currency), report.suppliers),
        Filled(RATES, report.at_rates),
    )


def _of(report: CostReport, by: Dimension) -> DimensionSum:
    return next(one for one in report.dimensions if one.dimension is by)


def _ways(by: Dimension) -> tuple[Dimension, ...]:
    return (_DEEPER[by], *(each for each in Dimension if each is not by))


def _tiles(report: CostReport, speech: Speech) -> list[tuple[str, str, Cell]]:
    """Title, topic of the help, and figure."""
    total = number_cell(speech, report.total, CENTS, report.currency)
    sums = [
        (
            speech.say(CATEGORIES[one.category]),
            f"cost-{one.category.value}",
            category_cell(one, report.currency, speech),
        )
        for one in report.categories
    ]
    return [(speech.say("quality costs"), "quality-cost", total), *sums]


def _narrowed(report: CostReport, address: Address, speech: Speech) -> list[Step]:
    """What the report is narrowed to, each with the address without it."""
    found = []
    for each in Dimension:
        name = report.narrowed.of(each)
        if name:
            shown = told_name(report, each, name, speech)
            found.append(Step(f"{speech.say(COST_DIMENSIONS[each])}: {shown}", address.without(each.value)))
    return found


def _benefit_url(report: CostReport) -> str:
    named = {each.value: report.narrowed.of(each) for each in Dimension if report.narrowed.of(each)}
    return f"{costs_path(report.plant.id)}/benefit" + (f"?{urlencode(named)}" if named else "")
