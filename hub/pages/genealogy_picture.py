"""A genealogy as boxes and lines in pixels, once lying (wide screens) and once standing (phones)."""

import unicodedata
from itertools import pairwise

import msgspec

from hub.pages.graph_layout import Drawing, Point, Size, draw
from hub.pages.sealed_rows import LINKS, sealed_by_item
from hub.pages.speech import Speech
from hub.trace.views import GraphLink, GraphNode, GraphView, SealedView
from traceability.identifier.item import ItemKind

WIDTH, HEIGHT = 184, 68
_LYING = Size(along=WIDTH, across=HEIGHT, gap_along=84, gap_across=20)
_STANDING_WIDTH = 146
_STANDING = Size(along=HEIGHT, across=_STANDING_WIDTH, gap_along=44, gap_across=10)
_BEND = 0.5
_SEALED = "sealed:"
_MOST_WORDS = 4
"""More dashed links than this are explained by the legend alone."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One node: its upper left corner and the texts that fit into it."""

    node: GraphNode
    x: float
    y: float
    width: int
    height: int
    label: str
    part: str
    organisation: str
    start: bool
    lot: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One link as an SVG path, with the middle of it for a word."""

    link: GraphLink
    path: str
    middle_x: float
    middle_y: float


class SealedBox(msgspec.Struct, frozen=True, kw_only=True):
    """Links of the item ``label`` that may not be seen: what stands there is not told, its hash is."""

    item: str
    x: float
    y: float
    width: int
    height: int
    label: str
    records: int
    leaf: str
    path: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing; ``left_out`` nodes are only in the table beside it."""

    name: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    sealed: tuple[SealedBox, ...]
    words: bool
    left_out: int


def pictures(view: GraphView, speech: Speech) -> tuple[Picture, Picture]:
    """The genealogy lying and standing."""
    return _picture(view, speech, standing=False), _picture(view, speech, standing=True)


def _picture(view: GraphView, speech: Speech, *, standing: bool) -> Picture:
    depth_of = {node.item: node.depth for node in view.nodes}
    pairs = [(link.child, link.parent) for link in view.links]
    behind = _sealed_places(view)
    for item in behind:  # what is in it, or where it went: away from the start
        place, back = _SEALED + item, depth_of[item] <= 0
        depth_of[place] = depth_of[item] + (-1 if back else 1)
        pairs.append((place, item) if back else (item, place))
    drawing = draw(depth_of, pairs, _STANDING if standing else _LYING, keep=view.start)
    width = _STANDING_WIDTH if standing else WIDTH
    boxes = tuple(
        _box(node, _turn(drawing.centres[node.item], standing=standing), width, view.start, speech)
        for node in view.nodes
        if node.item in drawing.centres
    )
    lines = _lines(view, drawing, standing=standing)
    return Picture(
        name="standing" if standing else "lying",
        width=drawing.across if standing else drawing.along,
        height=drawing.along if standing else drawing.across,
        boxes=boxes,
        lines=lines,
        sealed=_sealed_boxes(view, behind, drawing, width, standing=standing),
        words=sum(not line.link.certain for line in lines) <= _MOST_WORDS,
        left_out=drawing.left_out,
    )


def _box(node: GraphNode, centre: tuple[float, float], width: int, start: str, speech: Speech) -> Box:
    x, y = centre
    letters = (width - 44) // 7
    return Box(
        node=node,
        x=round(x - width / 2, 1),
        y=round(y - HEIGHT / 2, 1),
        width=width,
        height=HEIGHT,
        label=shortened(node.label, letters),
        part=shortened(speech.named(node.part), letters + 4),
        organisation=shortened(speech.named(node.organisation) if node.organisation else "", letters + 4),
        start=node.item == start,
        lot=node.kind is ItemKind.LOT,
    )


def _sealed_places(view: GraphView) -> dict[str, list[SealedView]]:
    """The items of which links are withheld."""
    links = sealed_by_item(one for one in view.sealed if one.kind == LINKS)
    return {node.item: links[node.item] for node in view.nodes if node.item in links}


def _sealed_boxes(
    view: GraphView, behind: dict[str, list[SealedView]], drawing: Drawing, width: int, *, standing: bool
) -> tuple[SealedBox, ...]:
    labels = {node.item: node.label for node in view.nodes}
    routes = {end: route for route in drawing.routes for end in (route.child, route.parent) if end.startswith(_SEALED)}
    found = []
    for item, several in behind.items():
        place = _SEALED + item
        if place in routes:
            x, y = _turn(drawing.centres[place], standing=standing)
            box = SealedBox(
                item=item,
                x=round(x - width / 2, 1),
                y=round(y - HEIGHT / 2, 1),
                width=width,
                height=HEIGHT,
                label=labels[item],
                records=len({one.pointer for one in several}),
                leaf=several[0].leaf,
                path=_path(routes[place].points, standing=standing),
            )
            found.append(box)
    return tuple(found)


def _lines(view: GraphView, drawing: Drawing, *, standing: bool) -> tuple[Line, ...]:
    links = {(link.child, link.parent): link for link in view.links}
    return tuple(
        _line(links[route.child, route.parent], route.points, standing=standing)
        for route in drawing.routes
        if (route.child, route.parent) in links
    )


def _line(link: GraphLink, points: tuple[Point, ...], *, standing: bool) -> Line:
    one, other = points[0], points[1]
    middle = _turn(Point((one.along + other.along) / 2, (one.across + other.across) / 2), standing=standing)
    path = _path(points, standing=standing)
    return Line(link=link, path=path, middle_x=round(middle[0], 1), middle_y=round(middle[1], 1))


def _path(points: tuple[Point, ...], *, standing: bool) -> str:
    path = f"M{_spelt(points[0], standing=standing)}"
    for one, other in pairwise(points):
        bend = one.along + (other.along - one.along) * _BEND
        path += "C" + " ".join(
            _spelt(point, standing=standing) for point in (Point(bend, one.across), Point(bend, other.across), other)
        )
    return path


def _turn(point: Point, *, standing: bool) -> tuple[float, float]:
    return (point.across, point.along) if standing else (point.along, point.across)


def _spelt(point: Point, *, standing: bool) -> str:
    x, y = _turn(point, standing=standing)
    return f"{x:g},{y:g}"


def shortened(text: str, letters: int) -> str:
    """``text`` cut to the width of so many Latin letters; a Chinese character is as wide as two."""
    width = 0
    for at, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width > letters:
            return text[: max(at - 1, 1)].rstrip() + "…"
    return text
