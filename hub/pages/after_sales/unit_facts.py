"""Everything that the page of a unit and its report tell, read from one snapshot of the store."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from hub.page_paths import characteristic_path, field_failures_path, passes_path
from hub.parts import Hub
from hub.recall.affected import shipped_to
from hub.recall.views import ShippedTo
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.quality.field import Failure, failures_of_units
from hub.trace.badge import evidence_summary
from hub.trace.catalogue import item_label
from hub.trace.day import DayPopulation, unit_day
from hub.trace.item_routes import item_evidence_path
from hub.trace.known import Known
from hub.trace.pages import view_of_unit
from hub.trace.routes import evidence_path
from hub.trace.views import GraphNode, MeasurementView, ResultView, UnitView
from traceability.identifier.item import ItemKind, parse_item
from traceability.unit import Verdict

HOUR = timedelta(hours=1)
MOST_LOTS = 4


class UnitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """``day`` by result and characteristic; ``claims`` the latest first; ``shipped`` the earliest first."""

    view: UnitView
    day: Mapping[tuple[str, str], DayPopulation]
    claims: tuple[Failure, ...]
    shipped: tuple[ShippedTo, ...]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Ways from a unit to those that were made like it."""

    lots: tuple[GraphNode, ...]
    station: ResultView | None
    """The result by which a station and an hour are chosen: the last one that was not OK, else the last."""
    station_url: str
    common_url: str
    failure_url: str


def unit_facts(connection: Reading, hub: Hub, name: str) -> UnitFacts:
    """``NotFound`` when no record of anyone names the unit."""
    asked = parse_item(name)
    url = evidence_path(asked.gtin, item_label(asked)) if asked.gtin else item_evidence_path(name)
    summary = evidence_summary(connection, hub, name, url)
    known = Known(connection)
    view = view_of_unit(connection, name, summary, known)
    populations = unit_day(connection, view).populations
    spellings = known.naming.spellings_of([view.item])
    return UnitFacts(
        view=view,
        day={(each.result_id, each.characteristic): each for each in populations},
        claims=tuple(failures_of_units(connection, spellings)),
        shipped=_shipped(connection, known, view.item),
    )


def beside(view: UnitView) -> Beside:
    """Same lot, same station that hour, what they have in common, where it all went."""
    lots = [node for node in view.graph.nodes if node.kind is ItemKind.LOT and node.depth < 0]
    station = _station(view.results)
    return Beside(
        lots=tuple(sorted(lots, key=lambda node: (-node.depth, node.part.id, node.label)))[:MOST_LOTS],
        station=station,
        station_url="" if station is None else _passes_url(station),
        common_url=f"/common?{urlencode({'item': view.item})}",
        failure_url=f"{field_failures_path(view.plant.id)}?{urlencode({'unit': view.item})}" if view.plant else "",
    )


def chart_url(view: UnitView, result: ResultView, value: MeasurementView) -> str | None:
    """The characteristic's own page at the plant that measured it; None where no control plan limits it."""
    if result.plant is None or (value.lsl is None and value.usl is None):
        return None
    question = {"part": view.part.id, "operation": result.operation.id}
    return f"{characteristic_path(result.plant.id, value.characteristic)}?{urlencode(question)}"


def hour_around(at: datetime) -> tuple[datetime, datetime]:
    """The whole hour that holds ``at``."""
    begin = at.replace(minute=0, second=0, microsecond=0)
    return begin, begin + HOUR


def _station(results: tuple[ResultView, ...]) -> ResultView | None:
    standing = [each for each in results if each.plant is not None and not each.erroneous]
    failed = [each for each in standing if each.verdict is Verdict.NOT_OK and not each.flags]
    return next(reversed(failed or standing), None)


def _passes_url(station: ResultView) -> str:
    assert station.plant is not None
    begin, end = hour_around(station.event_time)
    question = {
        "operation": station.operation.id,
        "work_cell": station.work_cell,
        "begin": begin.isoformat(),
        "end": end.isoformat(),
    }
    return f"{passes_path(station.plant.id)}?{urlencode(question)}"


def _shipped(connection: Reading, known: Known, item: str) -> tuple[ShippedTo, ...]:
    master = read_master(connection)
    return tuple(shipped_to(each, master) for each in known.shipments([item]).get(item, ()))
