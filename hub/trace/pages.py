"""One unit or lot with everything known of it."""

from collections import defaultdict

from hub.errors import NotFound
from hub.page_paths import item_path
from hub.store.database import Reading
from hub.store.trace_queries import ResultRow, StoreLinks, results_of_units
from hub.trace.catalogue import Catalogue, in_time_order, last_verdict, read_catalogue
from hub.trace.graph import graph, graph_node
from hub.trace.results import result_views
from hub.trace.views import EvidenceSummary, LotUse, LotView, UnitView
from traceability.genealogy import Link, TraceLimits, links_in_force
from traceability.identifier.item import lot_uri, part_uri, unit_uri

PAGE_LIMITS = TraceLimits(items=300)
"""More than this nobody reads in a picture; the trace API takes more."""


def unit_view(connection: Reading, gtin: str, serial: str, evidence: EvidenceSummary | None = None) -> UnitView:
    """The unit; ``NotFound`` when no record of anyone names it. ``evidence``: what checking it gave, if it was."""
    item = unit_uri(gtin, serial)
    rows = results_of_units(connection, [item])
    drawn = graph(connection, item, limits=PAGE_LIMITS)
    if not rows and not drawn.links:
        raise NotFound(f"no record names the unit {serial} of part {gtin}", advice="check serial and GTIN")
    catalogue = read_catalogue(connection, [item])
    results = result_views(connection, rows, catalogue.master)
    part = part_uri(gtin)
    plant = catalogue.maker(part, rows)
    entry = catalogue.master.plants.get(plant or "")
    ordered = in_time_order(rows)
    return UnitView(
        item=item,
        gtin=gtin,
        serial=serial,
        part=catalogue.part(part),
        organisation=catalogue.master.organisation_of(plant),
        plant=catalogue.master.plant_named(plant),
        time_zone=entry.time_zone if entry else "UTC",
        verdict=last_verdict(rows),
        first_time=ordered[0].event_time if ordered else None,
        last_time=ordered[-1].event_time if ordered else None,
        results=results,
        disputed_results=tuple(sorted({result.result_id for result in results if result.disputed})),
        graph=drawn,
        evidence=evidence,
    )


def lot_view(connection: Reading, gtin: str, lot: str, *, offset: int = 0, limit: int = 100) -> LotView:
    """The lot and the units that took from it, ``limit`` from ``offset`` on, latest first."""
    item = lot_uri(gtin, lot)
    links = links_in_force(StoreLinks(connection).above([item]))
    drawn = graph(connection, item, limits=PAGE_LIMITS)
    if not drawn.links:
        raise NotFound(f"no record names the lot {lot} of part {gtin}", advice="check lot number and GTIN")
    shown = sorted(links, key=lambda link: (link.event_time, link.parent), reverse=True)[offset : offset + limit]
    users = {link.parent for link in shown}
    by_unit: dict[str, list[ResultRow]] = defaultdict(list)
    for row in results_of_units(connection, users):
        by_unit[row.unit or ""].append(row)
    catalogue = read_catalogue(connection, {item, *users})
    return LotView(
        item=item,
        gtin=gtin,
        lot=lot,
        part=catalogue.part(part_uri(gtin)),
        used_by=len({link.parent for link in links}),
        uses=tuple(_use(link, catalogue, by_unit) for link in shown),
        graph=drawn,
    )


def _use(link: Link, catalogue: Catalogue, by_unit: dict[str, list[ResultRow]]) -> LotUse:
    user = graph_node(link.parent, 1, catalogue, by_unit, disputed=False)
    return LotUse(
        item=user.item,
        label=user.label,
        part=user.part,
        plant=user.plant,
        organisation=user.organisation,
        verdict=user.verdict,
        position=link.position,
        quantity=link.quantity,
        uom=link.uom,
        operation=link.operation,
        event_time=link.event_time,
        url=item_path(link.parent),
    )
