"""``/api/v1/suppliers``: what the pages of suppliers show, by the same functions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.errors import NotFound
from hub.kept import UsesKept
from hub.suppliers.asked import Asked, Chart, Rules, subject_of
from hub.suppliers.board import by_plant
from hub.suppliers.chart_views import ControlChart
from hub.suppliers.control_chart import control_chart
from hub.suppliers.desk import SupplierDesk
from hub.suppliers.kept_lists import kept_part
from hub.suppliers.lots import lot_comparison
from hub.suppliers.pareto import pareto
from hub.suppliers.part_views import PartView
from hub.suppliers.spread import capability, characteristics, histogram, trend
from hub.suppliers.views import (
    CapabilityAnswer,
    CharacteristicList,
    CharacteristicTrend,
    Histogram,
    LotComparison,
    Pareto,
    SupplierBoard,
    SupplierRow,
)

router = APIRouter(prefix="/api/v1/suppliers", tags=["suppliers"])
Question = Annotated[Asked, Depends()]
_ONE = "/{plant}/characteristics/{characteristic}"


def suppliers_of(request: Request) -> SupplierDesk:
    """Who keeps the list of this application."""
    desk = request.app.state.suppliers
    assert isinstance(desk, SupplierDesk)
    return desk


UsesSuppliers = Annotated[SupplierDesk, Depends(suppliers_of)]


@router.get("", response_class=Response, responses=documented(SupplierBoard))
def get_suppliers(
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesSuppliers,
    plant: Annotated[list[str], Query(max_length=200)] = [],  # noqa: B006 - read only, as FastAPI wants it
) -> Response:
    """Every supplier that may be seen, the lowest Level first; with `plant`, repeated, only those."""
    board = desk.board(hub, asker)
    rows = by_plant(board, plant) if plant else board.suppliers
    return json_answer(SupplierBoard(as_of=board.as_of, log_size=board.log_size, suppliers=rows))


@router.get("/{plant}", response_class=Response, responses=documented(SupplierRow))
def get_supplier(plant: str, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers) -> Response:
    """One supplier's line of the list."""
    found = by_plant(desk.board(hub, asker), [plant])
    if not found:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/suppliers lists them")
    return json_answer(found[0])


@router.get("/{plant}/pareto", response_class=Response, responses=documented(Pareto))
def get_pareto(plant: str, hub: UsesHub, asked: Question) -> Response:
    """Defects of the period, most frequent first."""
    with hub.store.reading() as connection:
        return json_answer(pareto(connection, plant, asked, hub.clock()))


@router.get("/{plant}/part", response_class=Response, responses=documented(PartView))
def get_part(plant: str, hub: UsesHub, asker: UsesAsker, kept: UsesKept, asked: Question) -> Response:
    """One part as the plant makes it: yields, capability, defects and lots, and what was agreed about it."""
    with hub.store.reading() as connection:
        return json_answer(kept_part(kept, connection, asker, plant, asked, hub.clock()))


@router.get("/{plant}/characteristics", response_class=Response, responses=documented(CharacteristicList))
def get_characteristics(plant: str, hub: UsesHub) -> Response:
    """Capability of every planned characteristic over twelve months."""
    with hub.store.reading() as connection:
        return json_answer(characteristics(connection, plant, hub.clock()))


@router.get(_ONE + "/chart", response_class=Response, responses=documented(ControlChart))
def get_chart(
    plant: str,
    characteristic: str,
    hub: UsesHub,
    asked: Question,
    *,
    chart: Chart | None = None,
    rules: Rules = Rules.WESTERN_ELECTRIC,
) -> Response:
    """The control chart of the last values in the period, with the rules that were broken."""
    with hub.store.reading() as connection:
        subject = subject_of(connection, plant, characteristic, asked, hub.clock())
        return json_answer(control_chart(connection, subject, chart, rules))


@router.get(_ONE + "/histogram", response_class=Response, responses=documented(Histogram))
def get_histogram(plant: str, characteristic: str, hub: UsesHub, asked: Question) -> Response:
    """How all values of the period lie, with the fitted curve."""
    with hub.store.reading() as connection:
        return json_answer(histogram(connection, subject_of(connection, plant, characteristic, asked, hub.clock())))


@router.get(_ONE + "/capability", response_class=Response, responses=documented(CapabilityAnswer))
def get_capability(plant: str, characteristic: str, hub: UsesHub, asked: Question) -> Response:
    """Capability in the period."""
    with hub.store.reading() as connection:
        now = hub.clock()
        return json_answer(capability(connection, subject_of(connection, plant, characteristic, asked, now), now))


@router.get(_ONE + "/trend", response_class=Response, responses=documented(CharacteristicTrend))
def get_trend(plant: str, characteristic: str, hub: UsesHub, asked: Question) -> Response:
    """The period in twelve parts."""
    with hub.store.reading() as connection:
        return json_answer(trend(connection, subject_of(connection, plant, characteristic, asked, hub.clock())))


@router.get(_ONE + "/lots", response_class=Response, responses=documented(LotComparison))
def get_lots(plant: str, characteristic: str, hub: UsesHub, asked: Question) -> Response:
    """The lots that were used last, beside each other."""
    with hub.store.reading() as connection:
        return json_answer(
            lot_comparison(connection, subject_of(connection, plant, characteristic, asked, hub.clock()))
        )
