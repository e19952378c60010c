"""What a version names must be there, in the file or already; and no part may be a component of itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.master.bodies import body_of
from hub.master.build import Stated
from hub.master.timeline import Known
from hub.store.master.versions import OF_COMPANIES, Thing, of_company
from hub.tabular.problem import Problem
from hub.tabular.words import Words

SHOWN = 8
MOST_DAYS = 60
"""Of days on which components are walked; beyond, those of all days are walked together."""


def reference_problems(stated: Sequence[Stated], known: Known) -> Iterator[Problem]:
    """Plants of no organisation, work cells of no line, anything of no plant."""
    there = {thing for thing, by_day in known.items() if any(not one.withdrawn for one in by_day.values())}
    there |= {one.thing for one in stated}
    for one in stated:
        for column, wanted in _named(one):
            if wanted not in there:
                text = Words(
                    f"there is no {wanted.kind} {wanted.about!r}", f"没有编号为 {wanted.about!r} 的 {wanted.kind}"
                )
                advice = Words(f"add it to the table {wanted.kind}", f"请先在 {wanted.kind} 表中加入")
                yield one.problem(column, text, advice)
        if one.thing.kind == "plant" and not _is_zone(one.body.time_zone):
            text = Words(f"{one.body.time_zone!r} is no time zone", f"{one.body.time_zone!r} 不是时区")
            yield one.problem("time_zone", text, Words("write it like Asia/Shanghai", "请写成 Asia/Shanghai"))


def circle_problems(stated: Sequence[Stated], known: Known) -> Iterator[Problem]:
    """Bills of material by which a part would be in itself on some day."""
    changed = [one for one in stated if one.thing.kind == "bom"]
    if not changed:
        return
    days = sorted({one.begin for one in changed})
    told: set[str] = set()
    for day in days if len(days) <= MOST_DAYS else [None]:
        graph = _components(changed, known, day)
        for one in changed:
            circle = _circle(_bills_for(graph, one.body.organisation), one.named)
            if circle and one.named not in told:
                told.update(circle)
                shown = " > ".join(part.rsplit("/", 1)[-1] for part in circle[:SHOWN])
                text = Words(f"the part would be a component of itself: {shown}", f"零件将成为自身的子件：{shown}")
                yield one.problem("component", text, Words("remove one of these components", "请删除其中一个子件"))


def _named(one: Stated) -> Iterator[tuple[str, Thing]]:
    if one.thing.kind == "plant":
        yield "organisation", Thing("organisation", "", one.body.organisation)
    elif one.thing.plant:
        yield "plant", Thing("plant", one.thing.plant, one.thing.plant)
    if one.thing.kind in OF_COMPANIES and one.body.organisation:
        yield "organisation", Thing("organisation", "", one.body.organisation)
    if one.thing.kind == "work-cell":
        yield "line", Thing("line", one.thing.plant, one.body.line)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _components(changed: Iterable[Stated], known: Known, day: date | None) -> dict[str, tuple[str, ...]]:
    """Components of each part on ``day``; None: on any day."""
    versions: dict[str, dict[date, tuple[date | None, Any]]] = {}
    for thing, by_day in known.items():
        if thing.kind == "bom":
            kept = {begin: (one.end, body_of(one)) for begin, one in by_day.items() if not one.withdrawn}
            versions[thing.about] = dict(kept)
    for one in changed:
        versions.setdefault(one.thing.about, {})[one.begin] = (one.end, one.body)
    graph: dict[str, tuple[str, ...]] = {}
    for part, by_begin in versions.items():
        begun = [begin for begin in by_begin if day is None or begin <= day]
        wanted = begun if day is None else begun and [max(begun)]
        bodies = [by_begin[begin] for begin in wanted]
        graph[part] = tuple(
            line.component for end, body in bodies if day is None or end is None or end >= day for line in body.lines
        )
    return graph


def _bills_for(graph: Mapping[str, tuple[str, ...]], company: str) -> Mapping[str, tuple[str, ...]]:
    """By part the bills that hold for a company: its own, else those of nobody in particular."""
    if not company:
        return graph
    own = of_company("", company)
    return {**graph, **{about.removesuffix(own): parts for about, parts in graph.items() if about.endswith(own)}}


def _circle(graph: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    """The way from ``start`` back to it; empty where there is none. Walks without recursion: BOMs may be deep."""
    way: dict[str, str] = {}
    waiting = [start]
    while waiting:
        part = waiting.pop()
        for component in graph.get(part, ()):
            if component == start:
                return _way_back(way, start, part)
            if component not in way:
                way[component] = part
                waiting.append(component)
    return []


def _way_back(way: Mapping[str, str], start: str, last: str) -> list[str]:
    found = [start]
    while last != start:
        found.append(last)
        last = way[last]
    return [*found, start][::-1]
