"""Genealogy around one item as a picture: nodes and links, back and forward."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from hub.page_paths import item_path
from hub.store.database import Reading
from hub.store.trace_queries import ResultRow, StoreLinks, results_of_units
from hub.trace.catalogue import Catalogue, item_label, last_verdict, part_of_item, read_catalogue
from hub.trace.views import GraphLink, GraphNode, GraphView
from traceability.genealogy import Direction, Link, Trace, TraceLimits, trace
from traceability.identifier.item import parse_item

BOTH = (Direction.BACK, Direction.FORWARD)


def graph(
    connection: Reading, item: str, directions: Collection[Direction] = BOTH, limits: TraceLimits | None = None
) -> GraphView:
    """What went into ``item`` and where it went, with who made each part; ``limits`` count for each direction."""
    bounds = limits or TraceLimits()
    links = StoreLinks(connection)
    traces = [trace(item, links, direction, bounds) for direction in sorted(directions)]
    depths = _depths(traces)
    results = results_of_units(connection, depths)
    by_unit: dict[str, list[ResultRow]] = defaultdict(list)
    for row in results:
        by_unit[row.unit or ""].append(row)
    catalogue = read_catalogue(connection, depths)
    disputed = frozenset[str]().union(*(found.disputed for found in traces))
    nodes = [graph_node(each, depth, catalogue, by_unit, disputed=each in disputed) for each, depth in depths.items()]
    return GraphView(
        start=item,
        nodes=tuple(sorted(nodes, key=lambda node: (node.depth, node.part.id, node.label, node.item))),
        links=_links(traces),
        truncated=any(found.truncated for found in traces),
    )


def graph_node(
    item: str, depth: int, catalogue: Catalogue, by_unit: Mapping[str, list[ResultRow]], *, disputed: bool
) -> GraphNode:
    """One item with what its results, if there are any, say of it."""
    parsed = parse_item(item)
    part = part_of_item(parsed)
    rows = by_unit.get(item, [])
    plant = catalogue.maker(part, rows)
    return GraphNode(
        item=item,
        kind=parsed.kind,
        label=item_label(parsed),
        part=catalogue.part(part),
        organisation=catalogue.master.organisation_of(plant),
        plant=catalogue.master.plant_named(plant),
        verdict=last_verdict(rows),
        depth=depth,
        disputed=disputed,
        has_records=bool(rows),
        url=item_path(item),
    )


def _depths(traces: list[Trace]) -> dict[str, int]:
    """Signed depth of every item; one that is reached both ways (a cycle) stands where it is nearer, back first."""
    depths: dict[str, int] = {}
    for found in traces:
        sign = -1 if found.direction is Direction.BACK else 1
        for item, depth in found.depth_of.items():
            if item not in depths or depth < abs(depths[item]):
                depths[item] = sign * depth
    return depths


def _links(traces: list[Trace]) -> tuple[GraphLink, ...]:
    found: dict[tuple[str, str, str], Link] = {}
    for each in traces:
        for link in each.links:
            found[link.parent, link.position or "", link.child] = link
    return tuple(_link(found[key]) for key in sorted(found))


def _link(link: Link) -> GraphLink:
    return GraphLink(
        parent=link.parent,
        child=link.child,
        certain=link.certain,
        position=link.position,
        quantity=link.quantity,
        uom=link.uom,
        operation=link.operation,
        event_time=link.event_time,
        author=link.author,
    )
