"""The trend of a metric with its target."""

from collections.abc import Sequence
from datetime import date

import msgspec

from hub.metric.views import FigureView
from hub.pages.charts.view import ChartView, trace
from hub.pages.indicators.indicator_words import DIGITS
from hub.pages.speech import Speech


class TargetLine(msgspec.Struct, frozen=True):
    """What is aimed at from a day to another one."""

    value: float
    first: date
    last: date


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: figures period by period, how they are told, and what is aimed at."""

    title: str
    figures: Sequence[FigureView]
    percent: bool
    uom: str
    targets: Sequence[TargetLine] = ()


def trend_chart(drawn: Drawn, speech: Speech) -> ChartView | None:
    """A point for each period with a figure, at its last day; the interval as a bar."""
    points = [one for one in drawn.figures if one.value is not None]
    if not points:
        return None
    scale = 100.0 if drawn.percent else 1.0
    uom = "%" if drawn.percent else drawn.uom
    values = [(one.value or 0.0) * scale for one in points]
    texts = [_text(one, value, uom, speech) for one, value in zip(points, values, strict=True)]
    lows = [None if one.interval is None else one.interval.low * scale for one in points]
    highs = [None if one.interval is None else one.interval.high * scale for one in points]
    x = [one.last.isoformat() for one in points]
    traces = [trace("values", x, values, name=drawn.title, text=texts, low=lows, high=highs)]
    for line in drawn.targets:
        begin = max(line.first, drawn.figures[0].first).isoformat()
        end = min(line.last, drawn.figures[-1].last).isoformat()
        name = f"{speech.say('target')} {speech.figure(line.value * scale, DIGITS)} {uom}".strip()
        traces.append(trace("target", [begin, end], [line.value * scale] * 2, name=name))
    summary = speech.say(
        "%(title)s: %(first)s at first, %(last)s at last; lowest %(low)s, highest %(high)s.",
        title=drawn.title,
        first=_figure(values[0], uom, speech),
        last=_figure(values[-1], uom, speech),
        low=_figure(min(values), uom, speech),
        high=_figure(max(values), uom, speech),
    )
    if drawn.targets:
        summary += " " + speech.say(
            "The target is %(value)s.", value=_figure(drawn.targets[-1].value * scale, uom, speech)
        )
    y = f"{drawn.title}, {uom}" if uom else drawn.title
    data = {"traces": traces, "y": y, "ticks": "%Y-%m-%d"}
    return ChartView(id="indicator-trend", title=drawn.title, summary=summary, data=data)


def _text(one: FigureView, value: float, uom: str, speech: Speech) -> str:
    said = f"{speech.day(one.first)} – {speech.day(one.last)}: {_figure(value, uom, speech)}"
    return f"{said} · n = {speech.count(one.n)}" if one.n else said  # a value that was stated counts nothing


def _figure(value: float, uom: str, speech: Speech) -> str:
    return f"{speech.figure(value, DIGITS)} {uom}".strip()
