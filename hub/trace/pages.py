"""One unit or lot with everything known of it."""

from hub.errors import NotFound
from hub.page_paths import item_path
from hub.store.core.database import Reading
from hub.store.trace.lots import uses_of_lot
from hub.store.trace.queries import ResultRow
from hub.trace.catalogue import Catalogue, in_time_order, item_label, last_verdict, part_of_item, read_catalogue
from hub.trace.graph import graph, graph_node
from hub.trace.known import NOW, Known, standing
from hub.trace.line import holds_on, unit_codes, unit_refusals
from hub.trace.planned import against_plan
from hub.trace.results import result_views
from hub.trace.views import EvidenceSummary, GraphView, LotUse, LotView, UnitView
from traceability.genealogy import Link, TraceLimits, links_in_force
from traceability.identifier.item import ItemKind, lot_uri, parse_item, unit_uri

PAGE_LIMITS = TraceLimits(items=300)
"""More than this nobody reads in a picture; the trace API takes more."""


def unit_view(
    connection: Reading, gtin: str, serial: str, evidence: EvidenceSummary | None = None, known: Known | None = None
) -> UnitView:
    """The unit; ``NotFound`` when no record of anyone names it. ``evidence``: what checking it gave, if it was.

    Whichever of its names is asked for, it is the same unit, with the results under all of them.
    """
    try:
        return view_of_unit(connection, unit_uri(gtin, serial), evidence, known)
    except NotFound:
        raise NotFound(f"no record names the unit {serial} of part {gtin}", advice="check serial and GTIN") from None


def view_of_unit(
    connection: Reading, name: str, evidence: EvidenceSummary | None = None, known: Known | None = None
) -> UnitView:
    """The same by any of its names, also one of its organisation's own."""
    source = known or Known(connection)
    item = source.item(name)
    rows = source.results([item])[item]
    drawn = graph(connection, name, limits=PAGE_LIMITS, known=source)
    spellings = set(source.naming.spellings_of([item]))
    codes = unit_codes(connection, spellings, source.moment)
    holds = holds_on(connection, spellings | _lots_in(drawn), source.moment)
    refusals = unit_refusals(connection, spellings, source.moment)
    if not (rows or drawn.links or codes or holds or refusals):
        raise NotFound(f"no record names {name[:200]}", advice="check the identity")
    catalogue = read_catalogue(connection, [item])
    results = result_views(connection, rows, catalogue.master, source.moment.log_size)
    parsed = parse_item(item)
    part = part_of_item(parsed)
    plant = catalogue.maker(part, standing(rows))
    ordered = in_time_order(standing(rows))
    return UnitView(
        item=item,
        gtin=parsed.gtin,
        serial=item_label(parsed),
        part=catalogue.part(part),
        organisation=catalogue.master.organisation_of(plant),
        plant=catalogue.master.plant_named(plant),
        time_zone=catalogue.master.zone_of(plant).key,
        verdict=last_verdict(rows),
        first_time=ordered[0].event_time if ordered else None,
        last_time=ordered[-1].event_time if ordered else None,
        results=results,
        disputed_results=tuple(sorted({result.result_id for result in results if result.disputed})),
        graph=drawn,
        evidence=evidence,
        codes=codes,
        holds=holds,
        refusals=refusals,
        against_plan=against_plan(connection, source, drawn, ordered, results, plant, catalogue.master),
    )


def _lots_in(drawn: GraphView) -> set[str]:
    return {node.item for node in drawn.nodes if node.depth < 0 and node.kind is ItemKind.LOT}


def lot_view(
    connection: Reading, gtin: str, lot: str, *, offset: int = 0, limit: int = 100, known: Known | None = None
) -> LotView:
    """The lot and the units that took from it, ``limit`` from ``offset`` on, latest first."""
    try:
        return view_of_lot(connection, lot_uri(gtin, lot), offset=offset, limit=limit, known=known)
    except NotFound:
        raise NotFound(f"no record names the lot {lot} of part {gtin}", advice="check lot number and GTIN") from None


def view_of_lot(
    connection: Reading,
    name: str,
    *,
    offset: int = 0,
    limit: int = 100,
    known: Known | None = None,
    limits: TraceLimits = PAGE_LIMITS,
) -> LotView:
    """The same by any of its names, also one of its organisation's own; ``limits`` of its graph."""
    source = known or Known(connection)
    item = source.item(name)
    used_by, shown = _uses(connection, source, item, (offset, limit), limits)
    drawn = graph(connection, name, limits=limits, known=source)
    if not drawn.links:
        raise NotFound(f"no record names {name[:200]}", advice="check the identity")
    parsed = parse_item(item)
    users = {link.parent for link in shown}
    by_unit = source.results(users)
    catalogue = read_catalogue(connection, {item, *users})
    return LotView(
        item=item,
        gtin=parsed.gtin,
        lot=item_label(parsed),
        part=catalogue.part(part_of_item(parsed)),
        used_by=used_by,
        uses=tuple(_use(link, catalogue, by_unit, source) for link in shown),
        graph=drawn,
    )


def _uses(
    connection: Reading, source: Known, item: str, page: tuple[int, int], limits: TraceLimits
) -> tuple[int, list[Link]]:
    """How many units took from it, and those of a page, latest first; ``source`` need not ask for the others again."""
    offset, limit = page
    if source.moment == NOW and source.naming.spellings_of([item]) == {item}:
        plain = uses_of_lot(connection, item, offset, limit, limits.items + 1)
        if plain is not None:
            source.told_above(item, plain.first)
            return plain.used_by, plain.shown
    links = links_in_force(source.above([item]), source.moment.as_of)
    shown = sorted(links, key=lambda link: (link.event_time, link.parent), reverse=True)[offset : offset + limit]
    return len({link.parent for link in links}), shown


def _use(link: Link, catalogue: Catalogue, by_unit: dict[str, list[ResultRow]], known: Known) -> LotUse:
    user = graph_node(link.parent, 1, catalogue, by_unit, known, disputed=False)
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
