"""An assessment as one SVG picture: shares with their intervals, errors of measurement, times."""

from collections.abc import Iterator, Sequence
from html import escape

from vision.assess.figures import Rate
from vision.assess.gauges import GaugeStudy
from vision.assess.study import Assessment

WIDTH, LEFT, RIGHT, LINE = 760, 230, 40, 30
PANEL = 150
INK, FAINT, MARK, LIMIT = "#1a1a1a", "#c8c8c8", "#1f5fa8", "#c0392b"
MOST_DOTS = 2000
Point = tuple[float, float]


def plot(found: Assessment) -> str:
    """The whole SVG document."""
    parts: list[str] = []
    top = 16.0
    rates = list(_rates(found))
    if rates:
        parts += _rate_panel(rates, top)
        top += LINE * len(rates) + 56
    for study in found.gauges:
        parts += _error_panel(study, top)
        top += PANEL + 56
    for name, seconds in (("decode", found.decode_seconds), ("inspect", found.inspect_seconds)):
        if seconds:
            parts += _time_panel(name, seconds, top)
            top += PANEL + 56
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" width="{WIDTH}" height="{top:.0f}"'
    style = f'font-family="sans-serif" font-size="13" fill="{INK}"'
    return f'{head} {style}>\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'


def _rates(found: Assessment) -> Iterator[tuple[str, Rate]]:
    if found.codes:
        yield from (("read rate", found.codes.read), ("wrong reads", found.codes.wrong))
    if found.verdicts:
        yield from (("false reject", found.verdicts.false_reject), ("escape", found.verdicts.escape))
        yield "decided", found.verdicts.decided


def _rate_panel(rates: Sequence[tuple[str, Rate]], top: float) -> list[str]:
    """A dot for the share, a bar for its interval, on 0 to 100 %."""
    parts = [_text(16, top + 14, "shares with 95 % intervals (Clopper-Pearson)", bold=True)]
    begin = top + 26
    end = begin + LINE * len(rates)
    for percent in (0, 25, 50, 75, 100):
        x = _along(percent / 100)
        parts.append(_line((x, begin), (x, end), FAINT))
        parts.append(_text(x, end + 16, f"{percent} %", anchor="middle"))
    for number, (name, share) in enumerate(rates):
        y = begin + LINE * (number + 0.5)
        parts.append(_text(16, y + 4, f"{name} ({share.count} of {share.of})"))
        if share.value is not None and share.low is not None and share.high is not None:
            parts.append(_line((_along(share.low), y), (_along(share.high), y), MARK, 5))
            parts.append(f'<circle cx="{_along(share.value):.1f}" cy="{y:.1f}" r="6" fill="{MARK}"/>')
    return parts


def _error_panel(study: GaugeStudy, top: float) -> list[str]:
    """Errors in the order of the pictures; dashed: a tenth of the tolerance either side, which Cg asks about."""
    tenth = None if study.tolerance is None else study.tolerance / 10
    reach = 1.15 * max([abs(study.worst), tenth or 0.0, 1e-9])
    parts = [_text(16, top + 14, f"{study.step}: value minus truth, {study.uom}", bold=True)]
    begin, end = top + 26, top + 26 + PANEL
    for value, colour, dash in ((0.0, FAINT, ""), (tenth, LIMIT, "5 4"), (-tenth if tenth else None, LIMIT, "5 4")):
        if value is not None:
            y = begin + PANEL * (0.5 - value / reach / 2)
            parts.append(_line((LEFT, y), (WIDTH - RIGHT, y), colour, 1, dash))
            parts.append(_text(LEFT - 8, y + 4, f"{value:+.4g}", anchor="end"))
    errors = study.errors[:MOST_DOTS]
    for number, error in enumerate(errors):
        x = _along((number + 0.5) / len(errors))
        y = begin + PANEL * (0.5 - error / reach / 2)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{MARK}"/>')
    words = f"mean {study.bias:+.4g}, sd {study.deviation:.3g}, worst {study.worst:+.4g}"
    parts.append(_text(LEFT, end + 16, f"{len(study.errors)} pictures; {words}"))
    return parts


def _time_panel(name: str, seconds: Sequence[float], top: float) -> list[str]:
    """The share of pictures done within a time."""
    ordered = sorted(seconds)
    longest = max(ordered[-1], 1e-6)
    end = top + 26 + PANEL
    parts = [_text(16, top + 14, f"{name}: share of pictures done within a time", bold=True)]
    for percent in (0, 50, 95):
        y = end - PANEL * percent / 100
        parts.append(_line((LEFT, y), (WIDTH - RIGHT, y), FAINT))
        parts.append(_text(LEFT - 8, y + 4, f"{percent} %", anchor="end"))
    steps = [(0.0, 0.0)]
    for number, value in enumerate(ordered, 1):
        steps += [(value, (number - 1) / len(ordered)), (value, number / len(ordered))]
    points = " ".join(f"{_along(value / longest):.1f},{end - PANEL * share:.1f}" for value, share in steps)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{MARK}" stroke-width="2"/>')
    marks = (0.0, 0.5, 1.0)
    parts += [_text(_along(at), end + 16, f"{1000 * longest * at:.0f} ms", anchor="middle") for at in marks]
    return parts


def _along(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _text(x: float, y: float, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _line(begin: Point, end: Point, colour: str, width: float = 1, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    at = f'x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {at} stroke="{colour}" stroke-width="{width:g}"{dashed}/>'
