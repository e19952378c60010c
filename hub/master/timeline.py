"""Validity put together: what holds already and what a file states, told where days overlap or are left open."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from hub.master.build import Stated
from hub.store.master.versions import StoredVersion, Thing
from hub.tabular.problem import Problem
from hub.tabular.words import Words

Known = Mapping[Thing, Mapping[date, StoredVersion]]
_DAY = timedelta(days=1)
_TOLD_AT_ONCE = frozenset({"organisation", "plant", "gauge"})


class _Span(msgspec.Struct, frozen=True):
    begin: date
    end: date | None
    stated: Stated | None


def validity_problems(stated: Iterable[Stated], known: Known, today: date) -> Iterator[Problem]:
    """Every day on which two versions would hold, or none between two."""
    by_thing: dict[Thing, list[Stated]] = {}
    for one in stated:
        if one.end is not None and one.end < one.begin:
            text = Words("ends before it begins", "失效日期早于生效日期")
            yield one.problem("valid_to", text, Words("correct the dates", "请更正日期"))
        elif one.thing.kind in _TOLD_AT_ONCE and one.begin > today:
            text = Words("counts from its entry on, and can't begin later", "自录入起有效，不能晚于今日生效")
            yield one.problem("valid_from", text, Words("import it on that day", "请在生效当日导入"))
        else:
            by_thing.setdefault(one.thing, []).append(one)
    for thing, several in by_thing.items():
        yield from _between(several, known.get(thing, {}))


def _between(several: list[Stated], stored: Mapping[date, StoredVersion]) -> Iterator[Problem]:
    spans = {begin: _Span(begin, one.end, None) for begin, one in stored.items() if not one.withdrawn}
    spans |= {one.begin: _Span(one.begin, one.end, one) for one in several}
    for first, second in pairwise(sorted(spans.values(), key=lambda span: span.begin)):
        told = second.stated or first.stated
        if told is None or first.end is None:
            continue
        if first.end >= second.begin:
            yield _overlap(told, first, second)
        elif first.end + _DAY < second.begin:
            yield _gap(told, first.end + _DAY, second.begin - _DAY)


def _overlap(told: Stated, first: _Span, second: _Span) -> Problem:
    until, since = first.end, second.begin
    return told.problem(
        "valid_from",
        Words(
            f"overlaps: one version holds until {until}, the next begins on {since}",
            f"有效期重叠：前一版本到 {until}，后一版本自 {since}",
        ),
        Words(
            "end the former a day before the next begins, or leave valid_to empty", "请让前一版本提前一日失效，或留空"
        ),
    )


def _gap(told: Stated, first: date, last: date) -> Problem:
    return told.problem(
        "valid_from",
        Words(f"nothing would hold from {first} to {last}", f"{first} 至 {last} 之间没有有效版本"),
        Words("begin the later version earlier, or let the former end later", "请提前后一版本或延后前一版本"),
    )
