"""Genealogy around one item as a picture: nodes and links, back and forward."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import msgspec

from hub.page_paths import item_path
from hub.store.core.database import Reading
from hub.store.trace.queries import ResultRow
from hub.trace.catalogue import Catalogue, item_label, last_verdict, part_of_name, read_catalogue
from hub.trace.doubts import dispute_views, is_reportable, missing_views
from hub.trace.known import Known, standing
from hub.trace.pointer import Pointer
from hub.trace.results import result_views
from hub.trace.sealed import sealed_views
from hub.trace.views import GraphLink, GraphNode, GraphView, ResultView
from traceability.genealogy import Direction, Link, LinkKey, Trace, TraceLimits, trace
from traceability.identifier.item import parse_item

BOTH = (Direction.BACK, Direction.FORWARD)


def graph(
    connection: Reading,
    name: str,
    directions: Collection[Direction] = BOTH,
    limits: TraceLimits | None = None,
    known: Known | None = None,
) -> GraphView:
    """What went into an item and where it went, with who made each part; ``limits`` count for each direction.

    ``name`` may be any of the item's names. ``known`` says at which moment (by default: now).
    """
    source = known or Known(connection)
    item, moment = source.item(name), source.moment
    bounds = limits or TraceLimits()
    traces = [trace(item, source, direction, bounds, as_of=moment.as_of) for direction in sorted(directions)]
    depths = _depths(traces)
    by_unit = source.results(depths)
    catalogue = read_catalogue(connection, depths)
    links = _links(traces)
    disputes = [dispute for found in traces for dispute in found.disputes]
    views = dispute_views(connection, source, catalogue.master, disputes, depths)
    disputed = {each for view in views for each in view.items}
    sealed = sealed_views(connection, source, depths)
    missing = _missing(links, by_unit, {one.item for one in sealed})
    nodes = [
        graph_node(each, depth, catalogue, by_unit, source, disputed=each in disputed, missing=each in missing)
        for each, depth in depths.items()
    ]
    return GraphView(
        start=item,
        nodes=tuple(sorted(nodes, key=lambda node: (node.depth, node.part.id, node.label, node.item))),
        links=tuple(_link(link) for link in links),
        truncated=any(found.truncated for found in traces),
        disputes=views,
        missing=missing_views(connection, catalogue, missing),
        sealed=sealed,
        asked=None if name == item else name,
        as_of=moment.as_of,
        log_size=moment.log_size,
    )


def with_results(connection: Reading, view: GraphView, known: Known) -> GraphView:
    """``view`` with the results of each of its nodes, looked up all at once."""
    by_unit = known.results([node.item for node in view.nodes])
    item_at = {(row.batch_id, row.line): item for item, rows in by_unit.items() for row in rows}
    master = read_catalogue(connection, [view.start]).master
    rows = [row for several in by_unit.values() for row in several]
    found: defaultdict[str, list[ResultView]] = defaultdict(list)
    for result in result_views(connection, rows, master, known.moment.log_size):
        found[item_at[result.pointer.batch_id, result.pointer.line]].append(result)
    return msgspec.structs.replace(view, results={item: tuple(found[item]) for item in sorted(found)})


def graph_node(
    item: str,
    depth: int,
    catalogue: Catalogue,
    by_unit: Mapping[str, list[ResultRow]],
    known: Known,
    *,
    disputed: bool,
    missing: bool = False,
) -> GraphNode:
    """One item with what its results, if there are any, say of it."""
    parsed = parse_item(item)
    part = part_of_name(item)
    rows = standing(by_unit.get(item, []))
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
        has_records=bool(by_unit.get(item)),
        url=item_path(item),
        names=known.naming.others_of(item),
        missing=missing,
    )


def _missing(
    links: Collection[Link], by_unit: Mapping[str, list[ResultRow]], sealed: Collection[str]
) -> dict[str, list[Link]]:
    """Units built in by ``links`` that have no results, nor withheld ones, each with the links that name it."""
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        if not by_unit.get(link.child) and link.child not in sealed and is_reportable(link.child):
            found[link.child].append(link)
    return found


def _depths(traces: list[Trace]) -> dict[str, int]:
    """Signed depth of every item; one that is reached both ways (a cycle) stands where it is nearer, back first."""
    depths: dict[str, int] = {}
    for found in traces:
        sign = -1 if found.direction is Direction.BACK else 1
        for item, depth in found.depth_of.items():
            if item not in depths or depth < abs(depths[item]):
                depths[item] = sign * depth
    return depths


def _links(traces: list[Trace]) -> list[Link]:
    found: dict[LinkKey, Link] = {link.key: link for each in traces for link in each.links}
    return sorted(found.values(), key=lambda link: (link.parent, link.position or "", link.child))


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
        valid_from=link.valid_from,
        valid_to=link.valid_to,
        pointer=Pointer(link.log_index, link.line),
    )
