"""First-pass yield over time as plain data for the chart in the page, and for the table beside it."""

from typing import Any

import msgspec

from hub.pages.speech import NO_FIGURE, Speech
from hub.pages.words import word_for
from hub.scorecard.views import BucketWidth, OperationScore, PlantView, YieldBucket, YieldView

_LONG = (BucketWidth.DAY, BucketWidth.WEEK, BucketWidth.MONTH)
_LONG_TICKS, _SHORT_TICKS = "%Y-%m-%d", "%H:%M\n%Y-%m-%d"


class ChartRow(msgspec.Struct, frozen=True, kw_only=True):
    """One bucket as text: when, which operation, the yield with its interval and counts."""

    start: str
    operation: str
    yield_text: str
    interval: str
    submitted: int
    first_ok: int


def chart_data(view: PlantView, speech: Speech) -> dict[str, Any]:
    """What ``charts.mjs`` draws; times are the plant's own clock, yields in percent. Empty without submissions."""
    series = [_series(score, view, speech) for score in view.operations if score.over_time]
    if not series or view.bucket is None:
        return {}
    return {
        "series": series,
        "words": {"y": speech.say("first-pass yield, %")},
        "ticks": _LONG_TICKS if view.bucket in _LONG else _SHORT_TICKS,
    }


def chart_caption(view: PlantView, speech: Speech) -> str:
    """What the horizontal axis is; empty without submissions."""
    if view.bucket is None:
        return ""
    width = speech.say(word_for(view.bucket))
    return speech.say("%(width)s, clock of %(zone)s", width=width, zone=speech.zone(view.time_zone, view.now))


def chart_rows(view: PlantView, speech: Speech) -> tuple[ChartRow, ...]:
    """The same as a table, latest first."""
    found = [(bucket.start, score, bucket) for score in view.operations for bucket in score.over_time]
    ordered = sorted(found, key=lambda each: (each[0], each[1].operation.id), reverse=True)
    return tuple(
        ChartRow(
            start=speech.moment(start, view.time_zone)[:16],
            operation=operation_title(score, speech),
            yield_text=speech.percent(bucket.fpy.value),
            interval=yield_interval(bucket.fpy, speech),
            submitted=bucket.fpy.submitted,
            first_ok=bucket.fpy.first_ok,
        )
        for start, score, bucket in ordered
    )


def yield_interval(fpy: YieldView, speech: Speech) -> str:
    """The Wilson interval of a yield."""
    if fpy.interval is None:
        return NO_FIGURE
    return f"{speech.percent(fpy.interval.low)} – {speech.percent(fpy.interval.high)}"


def operation_title(score: OperationScore, speech: Speech) -> str:
    """Id and name; the name alone where no better one is known."""
    name = speech.named(score.operation)
    return score.operation.id if name == score.operation.id else f"{score.operation.id} {name}"


def _series(score: OperationScore, view: PlantView, speech: Speech) -> dict[str, Any]:
    points = [_point(bucket, view, speech) for bucket in score.over_time]
    return {"name": operation_title(score, speech)} | {key: [point[key] for point in points] for key in points[0]}


def _point(bucket: YieldBucket, view: PlantView, speech: Speech) -> dict[str, Any]:
    text = speech.say(
        "%(ok)s of %(n)s OK at first, 95 %% interval %(interval)s",
        ok=speech.count(bucket.fpy.first_ok),
        n=speech.count(bucket.fpy.submitted),
        interval=yield_interval(bucket.fpy, speech),
    )
    return {
        "x": speech.moment(bucket.start, view.time_zone),
        "y": None if bucket.fpy.value is None else round(float(bucket.fpy.value * 100), 3),
        "text": text,
    }
