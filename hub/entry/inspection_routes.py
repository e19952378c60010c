"""Routes of lots judged on samples and of field returns: entered one by one or as a file, and read back."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.csv_table import Problem
from hub.entry.forms import Entered, entered
from hub.entry.inspection import enter_field_return, enter_lot_file, enter_lot_inspection, enter_return_file
from hub.entry.inspection_file import StatedFile, read_field_returns, read_lot_inspections
from hub.entry.inspection_forms import EnteredInspection, EnteredReturn, FieldReturnForm, LotInspectionForm
from hub.scorecard.lots import field_returns, lot_inspections
from traceability.quality.field_return import CohortReturns
from traceability.quality.sampling import PartInspection

router = APIRouter(prefix="/api/v1", tags=["inspections"])
Csv = Annotated[bytes, Body(media_type="text/csv")]
EnteredBy = Annotated[str, Query(min_length=1, max_length=200)]


class StatedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds; ``log_index`` None while nothing was entered."""

    rows: int
    encoding: str
    problems: tuple[Problem, ...]
    log_index: int | None = None


class LotList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of submissions of lots, the latest entered first."""

    total: int
    offset: int
    lots: tuple[PartInspection, ...]


class ReturnList(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of each part and month of shipment."""

    cohorts: tuple[CohortReturns, ...]


@router.post("/plants/{plant}/lot-inspections", status_code=201, dependencies=[AdminOnly])
def post_lot_inspection(plant: str, form: EnteredInspection, hub: UsesHub) -> Entered:
    """Enter one submission of a lot that was judged on a sample (rule R14)."""
    return entered(enter_lot_inspection(hub, plant, form))


@router.post("/plants/{plant}/field-returns", status_code=201, dependencies=[AdminOnly])
def post_field_return(plant: str, form: EnteredReturn, hub: UsesHub) -> Entered:
    """Enter how many units of one month's shipments failed in the field, in total up to a day (rule R5)."""
    return entered(enter_field_return(hub, plant, form))


@router.post(
    "/plants/{plant}/lot-inspections/file",
    response_class=Response,
    responses=documented(StatedAnswer),
    dependencies=[AdminOnly],
)
def post_lot_file(plant: str, hub: UsesHub, data: Csv, entered_by: EnteredBy, *, dry_run: bool = False) -> Response:
    """Enter lots from a CSV or Excel file; with `dry_run` only say what is in it and what is wrong."""
    file = read_lot_inspections(data)
    stored = None if dry_run else enter_lot_file(hub, plant, file, entered_by=entered_by)
    return json_answer(_answer(file, None if stored is None else stored.id))


@router.post(
    "/plants/{plant}/field-returns/file",
    response_class=Response,
    responses=documented(StatedAnswer),
    dependencies=[AdminOnly],
)
def post_return_file(plant: str, hub: UsesHub, data: Csv, entered_by: EnteredBy, *, dry_run: bool = False) -> Response:
    """Enter field returns from a CSV file in UTF-8 or GB18030; `dry_run` as with lots."""
    file = read_field_returns(data)
    stored = None if dry_run else enter_return_file(hub, plant, file, entered_by=entered_by)
    return json_answer(_answer(file, None if stored is None else stored.id))


@router.get("/plants/{plant}/lot-inspections", response_class=Response, responses=documented(LotList))
def get_lot_inspections(
    plant: str,
    hub: UsesHub,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The lots of a plant that were judged on samples, every submission."""
    with hub.store.reading() as connection:
        found = lot_inspections(connection, [plant]).get(plant, ())[::-1]
    return json_answer(LotList(total=len(found), offset=offset, lots=found[offset : offset + limit]))


@router.get("/plants/{plant}/field-returns", response_class=Response, responses=documented(ReturnList))
def get_field_returns(plant: str, hub: UsesHub) -> Response:
    """What came back from the field, by part and month of shipment."""
    with hub.store.reading() as connection:
        return json_answer(ReturnList(cohorts=field_returns(connection, [plant]).get(plant, ())))


def _answer(file: StatedFile[LotInspectionForm] | StatedFile[FieldReturnForm], log_index: int | None) -> StatedAnswer:
    return StatedAnswer(rows=len(file.rows), encoding=file.encoding, problems=file.problems, log_index=log_index)
