"""``/api/v1/incoming``: what is agreed, expected, received, inspected, decided and found later at a plant."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file
from hub.entry.forms import Entered, entered
from hub.errors import EntryRefused
from hub.incoming.agreed import enter_plan, plans_known
from hub.incoming.answers import (
    EscapeList,
    ExpectedList,
    PlanAnswer,
    PlanList,
    Received,
    SupplyList,
    agreed,
    plan_answer,
)
from hub.incoming.board import supplies
from hub.incoming.decide import enter_escape, enter_lot_decision, enter_switch
from hub.incoming.escapes import escapes
from hub.incoming.expected import expected
from hub.incoming.forms import EscapeForm, InspectionForm, LotDecisionForm, PlanForm, ReceiptForm, SwitchForm
from hub.incoming.inspect import enter_inspection
from hub.incoming.lots import LotState
from hub.incoming.read import ReceiptList, ReceiptView, receipt_list, receipt_view
from hub.incoming.receive import enter_receipt
from hub.incoming.sheets import LOTS, SUPPLIES, lot_rows, supply_rows
from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import LARGEST_SHARE, Severity
from traceability.quality.sampling_plan.letters import InspectionLevel

router = APIRouter(prefix="/api/v1", tags=["incoming"])
Size = Annotated[int, Query(ge=2, le=10**9)]
_MOST = 100_000


@router.get("/incoming/sampling-plan", response_class=Response, responses=documented(PlanAnswer))
def get_sampling_plan(
    hub: UsesHub,  # noqa: ARG001 - whoever asks must be known
    size: Size,
    aql: Annotated[Decimal, Query(gt=0, le=LARGEST_SHARE)],
    level: InspectionLevel = InspectionLevel.II,
    severity: Severity = Severity.NORMAL,
) -> Response:
    """The plan of ISO 2859-1 / GB/T 2828.1 for a lot, with its operating characteristic and risks."""
    try:
        return json_answer(plan_answer(size, aql, level, severity))
    except OutOfDomain as error:
        raise EntryRefused(error.what, where="aql", advice="take a preferred AQL") from None


@router.post("/plants/{plant}/incoming/plans", status_code=201, dependencies=[AdminOnly])
def post_plan(plant: str, form: PlanForm, hub: UsesHub) -> Entered:
    """State what is inspected of a part, of one supplier or of everybody, from a day on."""
    return entered(enter_plan(hub, plant, form))


@router.get("/plants/{plant}/incoming/plans", response_class=Response, responses=documented(PlanList))
def get_plans(plant: str, hub: UsesHub) -> Response:
    """What is agreed to be inspected."""
    with hub.store.reading() as connection:
        plans = plans_known(connection, plant)
    return json_answer(PlanList(plans=tuple(agreed(one) for one in plans)))


@router.get("/plants/{plant}/incoming/expected", response_class=Response, responses=documented(ExpectedList))
def get_expected(plant: str, hub: UsesHub, *, all_of_them: bool = False) -> Response:
    """Lots and serials that suppliers' own records announce, and that have not come yet."""
    with hub.store.reading() as connection:
        found = expected(connection, plant, all_of_them=all_of_them)
    return json_answer(ExpectedList(shipments=tuple(found)))


@router.post(
    "/plants/{plant}/incoming/receipts",
    status_code=201,
    response_class=Response,
    responses={201: documented(Received)[200]},
    dependencies=[AdminOnly],
)
def post_receipt(plant: str, form: ReceiptForm, hub: UsesHub) -> Response:
    """Receive goods by scan; what is agreed to be inspected is held until it is judged."""
    answer = json_answer(Received(id=enter_receipt(hub, plant, form)))
    answer.status_code = 201
    return answer


@router.get("/plants/{plant}/incoming/receipts", response_class=Response, responses=documented(ReceiptList))
def get_receipts(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    hub: UsesHub,
    supplier: str | None = None,
    state: LotState | None = None,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Receipts, the latest first; with ``state`` those that hold a lot in it."""
    with hub.store.reading() as connection:
        return json_answer(receipt_list(connection, plant, supplier, state, offset, limit))


@router.get("/plants/{plant}/incoming/receipts/{receipt}", response_class=Response, responses=documented(ReceiptView))
def get_receipt(plant: str, receipt: str, hub: UsesHub) -> Response:
    """What came, what is to be inspected of it and by which plan, and what became of it."""
    with hub.store.reading() as connection:
        return json_answer(receipt_view(connection, plant, receipt))


@router.post("/plants/{plant}/incoming/receipts/{receipt}/inspections", status_code=201, dependencies=[AdminOnly])
def post_inspection(plant: str, receipt: str, form: InspectionForm, hub: UsesHub) -> Entered:
    """Judge a lot by the plan that is due; accepted, it is released."""
    return entered(enter_inspection(hub, plant, receipt, form))


@router.post("/plants/{plant}/incoming/receipts/{receipt}/decisions", status_code=201, dependencies=[AdminOnly])
def post_lot_decision(plant: str, receipt: str, form: LotDecisionForm, hub: UsesHub) -> Entered:
    """Release a lot by concession, hold it again, send it back or scrap it."""
    return entered(enter_lot_decision(hub, plant, receipt, form))


@router.post("/plants/{plant}/incoming/decisions", status_code=201, dependencies=[AdminOnly])
def post_switch(plant: str, form: SwitchForm, hub: UsesHub) -> Entered:
    """Agree to reduced inspection of a supplier's part, end it, or go on after it was discontinued."""
    return entered(enter_switch(hub, plant, form))


@router.post("/plants/{plant}/incoming/escapes", status_code=201, dependencies=[AdminOnly])
def post_escape(plant: str, form: EscapeForm, hub: UsesHub) -> Entered:
    """Enter that something received turned out defective in production or in the field."""
    return entered(enter_escape(hub, plant, form))


@router.get("/plants/{plant}/incoming/escapes", response_class=Response, responses=documented(EscapeList))
def get_escapes(plant: str, hub: UsesHub) -> Response:
    """What failed later, traced back to the receipts that can have brought it."""
    with hub.store.reading() as connection:
        return json_answer(EscapeList(escapes=tuple(escapes(connection, plant))))


@router.get("/plants/{plant}/incoming/supplies", response_class=Response, responses=documented(SupplyList))
def get_supplies(plant: str, hub: UsesHub, on: date | None = None) -> Response:
    """Each supplier's part: lots, findings, escapes, and how the next lot is inspected."""
    with hub.store.reading() as connection:
        return json_answer(SupplyList(supplies=tuple(supplies(hub, connection, plant, on or hub.clock().date()))))


@router.get("/plants/{plant}/incoming/lots/file", response_class=Response, responses=TABLE_FILE)
def get_lots_file(plant: str, hub: UsesHub, form: Form = Form.CSV, language: Language = Language.ZH) -> Response:
    """Every received lot as a table."""
    with hub.store.reading() as connection:
        found = receipt_list(connection, plant, None, None, 0, _MOST)
    rows = list(lot_rows(found.receipts))
    return table_file(LOTS, rows, form, language)


@router.get("/plants/{plant}/incoming/supplies/file", response_class=Response, responses=TABLE_FILE)
def get_supplies_file(plant: str, hub: UsesHub, form: Form = Form.CSV, language: Language = Language.ZH) -> Response:
    """Suppliers' parts as a table."""
    with hub.store.reading() as connection:
        rows = list(supply_rows(supplies(hub, connection, plant, hub.clock().date())))
    return table_file(SUPPLIES, rows, form, language)
