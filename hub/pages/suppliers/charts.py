"""Charts of suppliers and characteristics: pictures as data, and what they say in words."""

from collections.abc import Sequence
from typing import Any

from hub.pages.charts.view import ChartView, local, trace
from hub.pages.defect_words import NONE_NAMED, defect_text
from hub.pages.speech import Speech
from hub.suppliers.chart_views import ChartLine, ChartPoint, ControlChart
from hub.suppliers.views import Bin, CharacteristicTrend, Histogram, LotComparison, Pareto, WeekPoint
from traceability.measurement import Characteristic

MOST_BARS = 12
_TIMES = "%m-%d %H:%M"
_DAYS = "%Y-%m-%d"


def location_chart(found: ControlChart, zone: str, speech: Speech) -> ChartView | None:
    """Means or single values with their limits; points that complete a pattern are marked."""
    line = found.location
    if line is None:
        return None
    one = found.filed.characteristic
    broken = [rule for rule in found.rules if rule.times]
    marked = sum(1 for point in line.points if point.rules)
    told = speech.list(f"{rule.id} × {speech.count(rule.times)}" for rule in broken)
    summary = speech.say(
        "%(points)s points of %(size)s values, %(marked)s of them complete a pattern",
        points=speech.count(len(line.points)),
        size=speech.count(found.subgroup),
        marked=speech.count(marked),
    ) + (f" ({told})." if told else speech.say(": the process shows no signal."))
    data = _control(line, one, zone, speech)
    title = speech.say("Chart of means") if found.subgroup > 1 else speech.say("Chart of single values")
    left_out = sum(point.excluded is not None for point in line.points)
    if left_out:
        summary += " " + speech.say_count(
            "%(num)s point is left out with a reason.", "%(num)s points are left out with a reason.", left_out
        )
    return ChartView(id="location", title=title, summary=summary, data=data)


def spread_chart(found: ControlChart, zone: str, speech: Speech) -> ChartView | None:
    """Standard deviations within subgroups, or moving ranges."""
    line = found.spread
    if line is None:
        return None
    outside = sum(1 for point in line.points if point.rules)
    title = speech.say("Chart of standard deviations") if found.subgroup > 1 else speech.say("Chart of moving ranges")
    summary = speech.say(
        "%(points)s points, %(marked)s outside their limits.",
        points=speech.count(len(line.points)),
        marked=speech.count(outside),
    )
    data = _control(line, found.filed.characteristic, zone, speech)
    return ChartView(id="spread", title=title, summary=summary, data=data, size="low")


def histogram_chart(found: Histogram, speech: Speech) -> ChartView | None:
    """Bars with the fitted curve and the limits."""
    if not found.bins:
        return None
    one = found.filed.characteristic
    digits = max(0, one.decimals) + 1
    middles = [(each.low + each.high) / 2 for each in found.bins]
    highest = max(max(each.count, each.fitted or 0.0) for each in found.bins)
    texts = [_bar_text(each, digits, one, speech) for each in found.bins]
    width = found.bins[0].high - found.bins[0].low
    traces = [
        trace("bars", middles, [each.count for each in found.bins], name=speech.say("values"), text=texts, width=width)
    ]
    if found.sigma:
        traces.append(trace("fit", middles, [each.fitted for each in found.bins], name=speech.say("normal curve")))
    limits = ((speech.say("LSL"), one.lsl), (speech.say("USL"), one.usl))
    for name, limit in limits:
        if limit is not None:
            traces.append(trace("spec", [float(limit)] * 2, [0, highest * 1.05], name=f"{name} {speech.exact(limit)}"))
    if one.target is not None:
        name = f"{speech.say('target')} {speech.exact(one.target)}"
        traces.append(trace("target", [float(one.target)] * 2, [0, highest * 1.05], name=name))
    data = {"traces": traces, "x": f"{one.name}, {one.uom}", "y": speech.say("values"), "touching": True, "zero": True}
    return ChartView(
        id="histogram", title=speech.say("Histogram"), summary=_histogram_says(found, digits, speech), data=data
    )


def trend_chart(found: CharacteristicTrend, zone: str, speech: Speech) -> ChartView | None:
    """The index of each part of the period with its interval."""
    points = [point for point in found.points if point.index is not None]
    if not points:
        return None
    values = [0.0 if point.index is None else point.index for point in points]
    texts = [
        f"{speech.figure(point.index, 2)} · n = {speech.count(point.n)} · {speech.day(point.begin, zone)}"
        for point in points
    ]
    lows = [None if p.interval is None else p.interval.low for p in points]
    highs = [None if p.interval is None else p.interval.high for p in points]
    x = [local(point.begin, zone, speech) for point in points]
    data = {
        "traces": [trace("values", x, values, name=speech.say("Cpk or Ppk"), text=texts, low=lows, high=highs)],
        "y": speech.say("Cpk or Ppk"),
        "ticks": _DAYS,
    }
    summary = speech.say(
        "From %(first)s to %(last)s over the period; lowest %(low)s, highest %(high)s.",
        first=speech.figure(values[0], 2),
        last=speech.figure(values[-1], 2),
        low=speech.figure(min(values), 2),
        high=speech.figure(max(values), 2),
    )
    return ChartView(id="trend-chart", title=speech.say("Capability over time"), summary=summary, data=data, size="low")


def lots_chart(found: LotComparison, speech: Speech) -> ChartView | None:
    """The mean of each lot with its interval, between the limits."""
    lots = [lot for lot in reversed(found.lots) if lot.mean is not None]
    if len(lots) < 2:
        return None
    one = found.filed.characteristic
    digits = max(0, one.decimals) + 1
    names = [lot.lot.rsplit("/", 1)[-1] for lot in lots]
    means = [0.0 if lot.mean is None else lot.mean for lot in lots]
    texts = [
        f"{name}: {speech.figure(lot.mean, digits)} {one.uom} · n = {speech.count(lot.n)}"
        for name, lot in zip(names, lots, strict=True)
    ]
    lows = [None if lot.mean_interval is None else lot.mean_interval.low for lot in lots]
    highs = [None if lot.mean_interval is None else lot.mean_interval.high for lot in lots]
    traces = [
        trace("points", names, means, name=speech.say("mean with 95 % interval"), text=texts, low=lows, high=highs)
    ]
    traces += _limit_lines(one, names, speech)
    data = {"traces": traces, "y": f"{one.name}, {one.uom}", "category": True}
    low, high = min(range(len(lots)), key=means.__getitem__), max(range(len(lots)), key=means.__getitem__)
    summary = speech.say(
        "%(count)s lots; the lowest mean is that of %(low)s, the highest that of %(high)s.",
        count=speech.count(len(lots)),
        low=names[low],
        high=names[high],
    )
    return ChartView(id="lots-chart", title=speech.say("Means of lots"), summary=summary, data=data)


def pareto_chart(found: Pareto, speech: Speech) -> ChartView | None:
    """Bars of the most frequent defects, and the line of what they add up to."""
    shown = found.lines[:MOST_BARS]
    if not shown:
        return None
    names = [f"{defect_text(line.named, speech) or speech.say(NONE_NAMED)} · {line.operation}"[:60] for line in shown]
    texts = [
        f"{name}: {speech.count(line.results)} ({speech.percent(line.share)})"
        for name, line in zip(names, shown, strict=True)
    ]
    added = [round(float(line.running) * 100, 2) for line in shown]
    data = {
        "traces": [
            trace("bars", names, [line.results for line in shown], name=speech.say("results not OK"), text=texts),
            trace("share", names, added, name=speech.say("added up, %"), axis=2),
        ],
        "y": speech.say("results not OK"),
        "y2": "%",
        "category": True,
        "zero": True,
    }
    few = next((place for place, line in enumerate(found.lines, 1) if line.running >= 0.8), len(found.lines))
    summary = speech.say(
        "%(few)s of %(all)s kinds of defects make up 80 %% of %(failed)s results that were not OK.",
        few=speech.count(few),
        all=speech.count(len(found.lines)),
        failed=speech.count(found.failed),
    )
    return ChartView(id="pareto-chart", title=speech.say("Pareto of defects"), summary=summary, data=data)


def weeks_chart(weeks: Sequence[WeekPoint], speech: Speech) -> ChartView | None:
    """Rolled throughput yield by week."""
    known = [(week, week.value) for week in weeks if week.value is not None]
    if not known:
        return None
    values = [round(float(value) * 100, 3) for _, value in known]
    texts = [
        f"{speech.day(week.first)}: {speech.percent(value, 2)} · n ≥ {speech.count(week.units)}"
        for week, value in known
    ]
    days = [week.first.isoformat() for week, _ in known]
    data = {
        "traces": [trace("values", days, values, name=speech.say("RTY"), text=texts)],
        "y": speech.say("RTY, %"),
        "ticks": _DAYS,
    }
    summary = speech.say(
        "%(weeks)s weeks with production; lowest %(low)s %%, last %(last)s %%.",
        weeks=speech.count(len(known)),
        low=speech.figure(min(values), 2),
        last=speech.figure(values[-1], 2),
    )
    return ChartView(id="weeks", title=speech.say("RTY by week"), summary=summary, data=data, size="low")


def _control(line: ChartLine, one: Characteristic, zone: str, speech: Speech) -> dict[str, Any]:
    digits = max(0, one.decimals) + 1
    x = [local(point.at, zone, speech) for point in line.points]
    texts = [
        " · ".join(
            part
            for part in (f"{speech.figure(p.value, digits)} {one.uom}", at, speech.list(p.rules), p.work_cell, _why(p))
            if part
        )
        for p, at in zip(line.points, x, strict=True)
    ]
    signals = [n for n, point in enumerate(line.points) if point.rules and point.value is not None]
    left_out = [n for n, point in enumerate(line.points) if point.excluded is not None and point.value is not None]
    ends = [x[0], x[-1]]  # subgroups are of one size, so each limit is one straight line
    last = line.points[-1]
    traces = [
        trace("limit", ends, [last.ucl] * 2, name=speech.say("control limits")),
        trace("limit", ends, [last.lcl] * 2),
        trace("centre", ends, [last.centre] * 2, name=speech.say("centre")),
        trace("values", x, [point.value for point in line.points], name=_statistic(line, speech), text=texts),
        trace(
            "signal",
            [x[n] for n in signals],
            [line.points[n].value for n in signals],
            name=speech.say("rule broken") if signals else "",
            text=[texts[n] for n in signals],
        ),
        trace(
            "excluded",
            [x[n] for n in left_out],
            [line.points[n].value for n in left_out],
            name=speech.say("left out") if left_out else "",
            text=[texts[n] for n in left_out],
        ),
    ]
    return {"traces": traces, "y": f"{_statistic(line, speech)}, {one.uom}", "ticks": _TIMES}


def _why(point: ChartPoint) -> str:
    return point.excluded.why if point.excluded else ""


def _statistic(line: ChartLine, speech: Speech) -> str:
    return {
        "xbar": speech.say("mean"),
        "s": speech.say("standard deviation"),
        "i": speech.say("value"),
        "mr": speech.say("moving range"),
    }.get(line.kind, line.kind)


def _limit_lines(one: Characteristic, names: Sequence[str], speech: Speech) -> list[dict[str, Any]]:
    return [
        trace("spec", [names[0], names[-1]], [float(limit)] * 2, name=f"{speech.say(word)} {speech.exact(limit)}")
        for word, limit in (("LSL", one.lsl), ("USL", one.usl))
        if limit is not None
    ]


def _bar_text(each: Bin, digits: int, one: Characteristic, speech: Speech) -> str:
    low, high = speech.figure(each.low, digits), speech.figure(each.high, digits)
    return f"{low} – {high} {one.uom}: {speech.count(each.count)}"


def _histogram_says(found: Histogram, digits: int, speech: Speech) -> str:
    one = found.filed.characteristic
    said = speech.say(
        "%(n)s values from %(least)s to %(greatest)s %(uom)s, mean %(mean)s, standard deviation %(sigma)s; "
        "%(outside)s outside the limits.",
        n=speech.count(found.n),
        least=speech.figure(found.least, max(0, one.decimals)),
        greatest=speech.figure(found.greatest, max(0, one.decimals)),
        uom=one.uom,
        mean=speech.figure(found.mean, digits),
        sigma=speech.figure(found.sigma, digits),
        outside=speech.count(found.below + found.above),
    )
    if found.normal is None:
        return said
    agrees = speech.say("They agree with a normal distribution (Anderson-Darling, 5 %).")
    differs = speech.say("They do not agree with a normal distribution (Anderson-Darling, 5 %).")
    return f"{said} {agrees if found.normal else differs}"
