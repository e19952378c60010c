"""Sections of figures: metrics, months, operations, losses."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from hub.pages.level_words import beside_text, interval_text, value_text
from hub.pages.review.section import Cell, Heading, Section, figure, words
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.words import METRICS
from hub.review.views import MetricLine, MonthLine, Move, Review
from hub.scorecard.views import YieldView
from traceability.quality.intervals import Interval
from traceability.quality.loss import CostItem
from traceability.quality.sigma import sigma_level
from traceability.quality.threshold import Metric

_TOPICS: Mapping[Metric, str] = {Metric.RTY: "rty", Metric.CPK: "cpk"}
_MOVES: Mapping[Move, tuple[str, str]] = {
    Move.BETTER: (mark("better"), "ok"),
    Move.WORSE: (mark("worse"), "warning"),
    Move.SAME: (mark("as before"), "neutral"),
    Move.UNKNOWN: (mark("can't be compared"), "neutral"),
}
_ITEMS: Mapping[CostItem, str] = {
    CostItem.SCRAP: mark("scrap"),
    CostItem.REWORK: mark("rework"),
    CostItem.DOWNGRADE: mark("downgrading"),
    CostItem.DOWNTIME: mark("downtime"),
    CostItem.ACCIDENT: mark("quality accidents"),
    CostItem.CLAIM: mark("claims"),
    CostItem.RETURN: mark("returns"),
    CostItem.DISCOUNT: mark("discounts"),
    CostItem.WARRANTY: mark("warranty"),
}


def metrics_section(review: Review, speech: Speech) -> Section:
    """The five metrics in both years."""
    grades = {each.metric: each for each in review.now.grade.metrics}
    rows = []
    for line in review.metrics:
        grade = grades[line.metric]
        move, state = _MOVES[line.move]
        if line.move is Move.WORSE and line.level_now < line.level_before:
            state = "bad"
        chance = grade.interval is not None and line.before is not None and _inside(line.before, grade.interval)
        beside = speech.list(text for text in (beside_text(speech, grade), interval_text(speech, grade)) if text)
        rows.append(
            (
                words(speech.say(METRICS[line.metric])),
                figure(_before(line, speech)),
                figure(value_text(speech, grade) if grade.rated else speech.say("not rated"), beside),
                words(f"{line.level_before.name} → {line.level_now.name}" if review.before else line.level_now.name),
                Cell(
                    text=speech.say(move),
                    state=state,
                    beside=speech.say("the earlier value lies within the interval") if chance else "",
                ),
            )
        )
    return Section(
        id="metrics",
        title=speech.say("The five metrics"),
        lead=(speech.say("Compared by their values alone; whether a change is more than chance, the intervals show."),),
        heads=(
            Heading(speech.say("Metric"), help="level"),
            Heading(str(review.year - 1), number=True),
            Heading(str(review.year), number=True),
            Heading(speech.say("Level")),
            Heading(speech.say("Moved")),
        ),
        rows=tuple(rows),
    )


def _inside(value: Fraction, interval: Interval) -> bool:
    return interval.low <= value <= interval.high


def _before(line: MetricLine, speech: Speech) -> str:
    if line.before is None:
        return NO_FIGURE
    if line.metric is Metric.SIGMA:
        sigma = sigma_level(line.before)
        return speech.say("more than %(sigma)s σ", sigma=6) if sigma is None else f"{speech.figure(sigma, 2)} σ"
    if line.metric is Metric.CPK:
        return speech.figure(line.before, 2)
    return speech.percent(line.before, 2)


def months_section(review: Review, speech: Speech) -> Section:
    """Month by month."""
    shares = [Fraction(one.first_ok, one.submitted) if one.submitted else None for one in review.months]
    known = [share for share in shares if share is not None]
    least, most = (min(known), max(known)) if known else (Fraction(0), Fraction(1))
    currency = review.now.losses.currency if review.now.losses else ""
    return Section(
        id="months",
        title=speech.say("Month by month"),
        heads=(
            Heading(speech.say("Month")),
            Heading(speech.say("First OK"), number=True, help="fpy"),
            Heading(speech.say("Rolled throughput yield"), number=True, help="rty"),
            Heading(_with(speech.say("Internal losses"), currency), number=True),
            Heading(_with(speech.say("External losses"), currency), number=True),
            Heading(speech.say("Alarms"), number=True),
            Heading(speech.say("Days with results"), number=True),
        ),
        rows=tuple(_month(one, share, speech) for one, share in zip(review.months, shares, strict=True)),
        heights=tuple(
            None if s is None else float((s - least) / (most - least)) if most > least else 0.5 for s in shares
        ),
        drawn=speech.say(
            "First passes by month, between %(low)s and %(high)s",
            low=speech.percent(least, 1),
            high=speech.percent(most, 1),
        )
        if any(one is not None and other is not None for one, other in pairwise(shares))
        else "",
    )


def _month(one: MonthLine, share: Fraction | None, speech: Speech) -> tuple[Cell, ...]:
    return (
        words(f"{one.first:%Y-%m}"),
        figure(speech.percent(share, 1), f"n = {speech.count(one.submitted)}" if one.submitted else ""),
        figure(speech.percent(one.rolled, 1)),
        figure(speech.exact(one.internal_loss)),
        figure(speech.exact(one.external_loss)),
        figure(speech.count(one.alarms)),
        figure(speech.count(one.days_with_results)),
    )


def operations_section(review: Review, speech: Speech) -> Section:
    """First-pass yields by operation."""
    return Section(
        id="operations",
        title=speech.say("Operations"),
        heads=(
            Heading(speech.say("Operation")),
            Heading(speech.say("Part")),
            Heading(str(review.year - 1), number=True),
            Heading(str(review.year), number=True, help="fpy"),
        ),
        rows=tuple(
            (
                words(speech.named(one.operation)),
                words(speech.named(one.part)),
                figure(*_yield(one.before, speech)),
                figure(*_yield(one.now, speech)),
            )
            for one in review.operations
        ),
        empty=speech.say("No control plan names an operation, and no result came from one."),
    )


def losses_section(review: Review, speech: Speech) -> Section:
    """Losses by item, and the fall that is asked for."""
    now = review.now.losses
    before = review.before.losses if review.before else None
    currency = now.currency if now else ""
    items = [item for item in CostItem if (now and item in now.by_item) or (before and item in before.by_item)]
    return Section(
        id="losses",
        title=speech.say("Quality losses"),
        lead=(_target(review, speech),),
        heads=(
            Heading(speech.say("Item")),
            Heading(_with(str(review.year - 1), before.currency if before else ""), number=True),
            Heading(_with(str(review.year), currency), number=True),
        ),
        rows=tuple(
            (
                words(speech.say(_ITEMS[item])),
                figure(speech.exact(before.by_item.get(item)) if before else NO_FIGURE),
                figure(speech.exact(now.by_item.get(item)) if now else NO_FIGURE),
            )
            for item in items
        ),
        empty=speech.say("No loss was entered for either year: a side without an entry is not measured, not zero."),
    )


def _target(review: Review, speech: Speech) -> str:
    years = review.loss_target
    if years.before is None or years.now is None:
        return speech.say(
            "The quality loss rate over two complete years is not known: the fall by 10 % a year can't be judged."
        )
    said = speech.say(
        "Quality loss rate %(now)s, in the twelve months before %(before)s",
        now=speech.percent(years.now, 2),
        before=speech.percent(years.before, 2),
    )
    if years.met is None:
        return f"{said}. " + speech.say("The year is not over: the fall by 10 % is judged when it is.")
    reached = speech.say("the fall by 10 % a year is reached")
    return f"{said}: " + (reached if years.met else speech.say("the fall by 10 % a year is missed"))


def _yield(found: YieldView | None, speech: Speech) -> tuple[str, str]:
    if found is None or not found.submitted:
        return NO_FIGURE, ""
    beside = f"n = {speech.count(found.submitted)}"
    if found.interval is not None:
        low, high = speech.percent(found.interval.low, 1), speech.percent(found.interval.high, 1)
        beside += f" · {low} – {high}"
    return speech.percent(found.value, 2), beside


def _with(text: str, uom: str) -> str:
    return f"{text}, {uom}" if uom else text
