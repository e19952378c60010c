"""A layered drawing of a genealogy: what went in before what it went into. Pure geometry, no markup.

After Sugiyama, Tagawa & Toda (1981): nodes stand in layers by their depth; links over several layers bend at
waypoints; layers are ordered by the mean place of their neighbours to save crossings; then every node is moved as near
to its neighbours as the distance between nodes allows (least squares under an order: pool adjacent violators). The
drawing is the same for the same input, whatever its order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

_SWEEPS = 4
Vertex = tuple[str, int]
"""A node (item, its layer), or the waypoint of a long link in a layer between its ends."""


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """Measures in pixels; ``along`` the layers, ``across`` them. ``limit``: most nodes of one layer that are drawn."""

    along: float
    across: float
    gap_along: float
    gap_across: float
    margin: float = 6.0
    limit: int = 8


class Point(msgspec.Struct, frozen=True):
    """``along`` runs from what went in to where it went, ``across`` within a layer; centres of nodes."""

    along: float
    across: float


class Route(msgspec.Struct, frozen=True):
    """A link from ``child`` to ``parent``: its points from end to end, first and last on the nodes' edges."""

    child: str
    parent: str
    points: tuple[Point, ...]


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Where each node stands, how links run, and how many nodes of each layer were left out."""

    along: float
    across: float
    centres: dict[str, Point]
    routes: tuple[Route, ...]
    left_out: int


def draw(depth_of: Mapping[str, int], links: Iterable[tuple[str, str]], size: Size, keep: str) -> Drawing:
    """Lay out nodes by their depth; ``links`` are (child, parent). ``keep`` is drawn however full its layer is."""
    known = sorted(set(links))
    shown = _shown(depth_of, known, keep, size.limit)
    pairs = [(child, parent) for child, parent in known if child in shown and parent in shown]
    layer_of = {depth: layer for layer, depth in enumerate(sorted({depth_of[node] for node in shown}))}
    layers, chains = _layers({node: layer_of[depth_of[node]] for node in shown}, pairs)
    neighbours = _neighbours(chains.values())
    for sweep in range(_SWEEPS):
        _order(layers, neighbours, backwards=bool(sweep % 2))
    across = _places(layers, neighbours, size)
    step = size.along + size.gap_along
    points = {
        vertex: Point(size.margin + size.along / 2 + index * step, across[vertex])
        for index, layer in enumerate(layers)
        for vertex in layer
    }
    nodes = {node: points[node, layer_of[depth_of[node]]] for node in shown}
    return Drawing(
        along=2 * size.margin + len(layers) * step - size.gap_along,
        across=max(across.values(), default=0.0) + size.across / 2 + size.margin,
        centres=nodes,
        routes=tuple(Route(child, parent, _route(chains[child, parent], points, size)) for child, parent in pairs),
        left_out=len(depth_of) - len(shown),
    )


def _shown(depth_of: Mapping[str, int], links: Sequence[tuple[str, str]], keep: str, limit: int) -> set[str]:
    """``keep`` and, layer by layer outwards, what is linked to something shown: at most ``limit`` a layer."""
    linked: defaultdict[str, set[str]] = defaultdict(set)
    for child, parent in links:
        linked[child].add(parent)
        linked[parent].add(child)
    shown = {keep} & depth_of.keys()
    for depth in sorted(set(depth_of.values()), key=abs):
        layer = [node for node in depth_of if depth_of[node] == depth and linked[node] & shown]
        shown |= set(layer[:limit])
    return shown


def _layers(
    layer_of: Mapping[str, int], pairs: Sequence[tuple[str, str]]
) -> tuple[list[list[Vertex]], dict[tuple[str, str], list[Vertex]]]:
    """Vertices by layer, and for each link its vertices from lower to upper layer."""
    layers: list[list[Vertex]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for node in sorted(layer_of):
        layers[layer_of[node]].append((node, layer_of[node]))
    chains = {}
    for child, parent in pairs:
        first, last = sorted((child, parent), key=lambda node: layer_of[node])
        between = [(f"{child}\n{parent}", layer) for layer in range(layer_of[first] + 1, layer_of[last])]
        for vertex in between:
            layers[vertex[1]].append(vertex)
        chain = [(first, layer_of[first]), *between, (last, layer_of[last])]
        chains[child, parent] = chain if first == child else chain[::-1]
    return layers, chains


def _neighbours(chains: Iterable[Sequence[Vertex]]) -> dict[Vertex, list[Vertex]]:
    found: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
    for chain in chains:
        for one, other in pairwise(chain):
            found[one].append(other)
            found[other].append(one)
    return found


def _order(layers: list[list[Vertex]], neighbours: Mapping[Vertex, list[Vertex]], *, backwards: bool) -> None:
    """Sort each layer by the mean place of its neighbours in the layer before (or, ``backwards``, behind)."""
    step = -1 if backwards else 1
    indices = range(len(layers) - 1, -1, -1) if backwards else range(len(layers))
    place: dict[Vertex, float] = {}
    for index in indices:
        own = {vertex: float(at) for at, vertex in enumerate(layers[index])}
        wanted = {
            vertex: _mean(
                [place[other] for other in neighbours.get(vertex, ()) if other[1] == index - step], own[vertex]
            )
            for vertex in layers[index]
        }
        layers[index].sort(key=lambda vertex: (wanted[vertex], own[vertex]))
        place |= {vertex: float(at) for at, vertex in enumerate(layers[index])}


def _places(
    layers: Sequence[Sequence[Vertex]], neighbours: Mapping[Vertex, list[Vertex]], size: Size
) -> dict[Vertex, float]:
    """Centre of each vertex across the layers; the smallest leaves half a node and the margin."""
    distance = size.across + size.gap_across
    across = {vertex: (at - (len(layer) - 1) / 2) * distance for layer in layers for at, vertex in enumerate(layer)}
    for sweep in range(2 * _SWEEPS):
        for layer in layers if sweep % 2 else layers[::-1]:
            wanted = [_mean([across[other] for other in neighbours.get(v, ())], across[v]) for v in layer]
            across |= dict(zip(layer, _spread(wanted, distance), strict=True))
    lowest = min(across.values(), default=0.0) - size.across / 2 - size.margin
    return {vertex: round(place - lowest, 1) for vertex, place in across.items()}


def _spread(wanted: Sequence[float], distance: float) -> list[float]:
    """The places nearest to ``wanted`` (least squares) that keep their order and ``distance``."""
    blocks: list[tuple[float, int]] = []  # sum of offsets, how many
    for at, place in enumerate(wanted):
        total, many = place - at * distance, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / many:
            before, fewer = blocks.pop()
            total, many = total + before, many + fewer
        blocks.append((total, many))
    offsets = [total / many for total, many in blocks for _ in range(many)]
    return [offset + at * distance for at, offset in enumerate(offsets)]


def _route(chain: Sequence[Vertex], points: Mapping[Vertex, Point], size: Size) -> tuple[Point, ...]:
    """From the child's edge over the waypoints to the parent's edge; a link within one layer leaves by its far side."""
    first, last = points[chain[0]], points[chain[-1]]
    half = size.along / 2
    out = half if last.along >= first.along else -half
    back = -half if last.along > first.along else half
    inner = tuple(points[vertex] for vertex in chain[1:-1])
    return (Point(first.along + out, first.across), *inner, Point(last.along + back, last.across))


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
