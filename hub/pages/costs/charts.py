"""Pictures of quality costs, and what they say in words."""

from hub.cost.report import CostReport
from hub.pages.charts.view import ChartView, trace
from hub.pages.costs.cost_words import CATEGORIES, COST_DIMENSIONS
from hub.pages.speech import Speech
from traceability.quality.cost.allocate import Dimension
from traceability.quality.cost.category import Category
from traceability.quality.cost.summary import DimensionSum

MOST_BARS = 12
CENTS = 2
_STACK = ("stack1", "stack2", "stack3", "stack4")


def months_chart(report: CostReport, speech: Speech) -> ChartView | None:
    """The four categories on top of each other, month by month."""
    if not any(one.total for one in report.months):
        return None
    x = [one.month.isoformat()[:7] for one in report.months]
    traces = []
    for role, category in zip(_STACK, Category, strict=True):
        amounts = [getattr(one, category.value) for one in report.months]
        name = speech.say(CATEGORIES[category])
        texts = [
            f"{name} {month}: {speech.figure(amount, CENTS)} {report.currency}"
            for month, amount in zip(x, amounts, strict=True)
        ]
        traces.append(trace(role, x, [float(amount) for amount in amounts], name=name, text=texts))
    highest = max(report.months, key=lambda one: one.total)
    summary = speech.say(
        "%(total)s %(currency)s in all; failures make up %(failures)s; the dearest month is %(month)s "
        "with %(amount)s %(currency)s.",
        total=speech.figure(report.total, CENTS),
        currency=report.currency,
        failures=speech.percent(sum(float(one.share or 0) for one in report.categories if one.category.failure)),
        month=highest.month.isoformat()[:7],
        amount=speech.figure(highest.total, CENTS),
    )
    data = {"traces": traces, "y": report.currency, "category": True, "zero": True, "stacked": True}
    return ChartView(id="months-chart", title=speech.say("Quality costs by month"), summary=summary, data=data)


def pareto_chart(report: CostReport, told: DimensionSum, speech: Speech) -> ChartView | None:
    """The greatest of one dimension, and the line of what they add up to."""
    shown = told.lines[:MOST_BARS]
    if not shown:
        return None
    names = [told_name(report, told.dimension, line.name, speech)[:40] for line in shown]
    names = [f"{name} ({place})" if names.index(name) != place else name for place, name in enumerate(names)]
    amounts = [float(line.amount) for line in shown]
    texts = [
        f"{name}: {speech.figure(line.amount, CENTS)} {report.currency} ({speech.percent(line.share)})"
        for name, line in zip(names, shown, strict=True)
    ]
    running = [None if line.running is None else round(float(line.running) * 100, 2) for line in shown]
    dimension = speech.say(COST_DIMENSIONS[told.dimension])
    data = {
        "traces": [
            trace("bars", names, amounts, name=report.currency, text=texts),
            trace("share", names, running, name=speech.say("added up, %"), axis=2),
        ],
        "y": report.currency,
        "y2": "%",
        "category": True,
        "zero": True,
    }
    summary = speech.say(
        "%(name)s is the dearest %(dimension)s with %(share)s of all costs; %(unallocated)s %(currency)s are not "
        "allocated to any.",
        name=names[0],
        dimension=dimension,
        share=speech.percent(shown[0].share),
        unallocated=speech.figure(told.unallocated, CENTS),
        currency=report.currency,
    )
    title = speech.say("Costs by %(dimension)s", dimension=dimension)
    return ChartView(id="pareto-chart", title=title, summary=summary, data=data)


def told_name(report: CostReport, dimension: Dimension, name: str, speech: Speech) -> str:
    """A part or cause by the name that master data have for it; others as they are."""
    names = {Dimension.PART: report.parts, Dimension.CAUSE: report.causes}.get(dimension, {})
    return speech.named(names[name]) if name in names else name
