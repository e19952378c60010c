"""A genealogy narrowed to one direction and some levels: what a reader folds, folded by the address."""

from collections.abc import Collection
from enum import StrEnum

import msgspec

from hub.trace.views import GraphView

WAY_PARAMETER, LEVELS_PARAMETER = "way", "levels"
OFFERED_LEVELS = (1, 2, 3)


class Way(StrEnum):
    """Which way is looked."""

    BOTH = "both"
    BACK = "back"
    FORWARD = "forward"


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """The graph as it is shown; ``hidden`` nodes are there and not shown. ``levels`` None: all of them."""

    graph: GraphView
    way: Way
    levels: int | None
    hidden: int
    deepest: int


def folded(graph: GraphView, way: str | None, levels: str | None) -> Folded:
    """What an address asks for; what it says that means nothing is left out."""
    chosen = next((each for each in Way if each.value == way), Way.BOTH)
    most = int(levels) if levels in {str(level) for level in OFFERED_LEVELS} else None
    nodes = tuple(node for node in graph.nodes if _is_shown(node.depth, chosen, most))
    shown = {node.item for node in nodes}
    kept = msgspec.structs.replace(
        graph,
        nodes=nodes,
        links=tuple(link for link in graph.links if link.parent in shown and link.child in shown),
        sealed=tuple(each for each in graph.sealed if each.item in shown),
    )
    return Folded(
        graph=kept,
        way=chosen,
        levels=most,
        hidden=len(graph.nodes) - len(nodes),
        deepest=_deepest(graph),
    )


def _is_shown(depth: int, way: Way, most: int | None) -> bool:
    if (way is Way.BACK and depth > 0) or (way is Way.FORWARD and depth < 0):
        return False
    return most is None or abs(depth) <= most


def _deepest(graph: GraphView) -> int:
    depths: Collection[int] = [abs(node.depth) for node in graph.nodes]
    return max(depths, default=0)
