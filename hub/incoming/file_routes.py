"""``/api/v1/plants/{plant}/incoming/…/file``: plans, receipts and results as tables, out and in."""

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file
from hub.entry.stated_table import StatedTable, TableReport, load, look
from hub.incoming.agreed import plans_known
from hub.incoming.inspection_table import INSPECTION_TABLE, inspection_rows
from hub.incoming.plan_table import PLAN_TABLE, plan_rows
from hub.incoming.receipt_table import RECEIPT_TABLE, receipt_rows
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.quality.incoming import incoming_of
from hub.tabular.writing import Row
from traceability.record.incoming import GoodsReceiptRecord, IncomingInspectionRecord

router = APIRouter(prefix="/api/v1/plants/{plant}/incoming", tags=["incoming"])
Data = Annotated[bytes, Body(media_type=XLSX_TYPE)]
By = Annotated[str, Query(min_length=1, max_length=200)]
_REPORT = documented(TableReport)


@router.get("/plans/file", response_class=Response, responses=TABLE_FILE)
def get_plans_file(plant: str, hub: UsesHub, *, form: Form = Form.CSV, language: Language = Language.EN) -> Response:
    """What is agreed to be inspected, as a table that can be changed and sent back."""
    return _file(hub, PLAN_TABLE, lambda it: plan_rows(plans_known(it, plant)), form, language)


@router.post("/plans/file", response_class=Response, responses=_REPORT, dependencies=[AdminOnly])
def post_plans_file(plant: str, hub: UsesHub, data: Data, entered_by: By, *, dry_run: bool = True) -> Response:
    """Inspection plans as CSV (UTF-8 or GB18030) or Excel; rows of one part, supplier and day are one plan.

    With `dry_run`, the default, it is only told what is in the file.
    """
    return _taken(hub, plant, PLAN_TABLE, data, entered_by, dry_run=dry_run)


@router.get("/receipts/file", response_class=Response, responses=TABLE_FILE)
def get_receipts_file(plant: str, hub: UsesHub, *, form: Form = Form.CSV, language: Language = Language.EN) -> Response:
    """Everything that came, as a table that can be sent back."""

    def rows(connection: Reading) -> Iterable[Row]:
        return receipt_rows(incoming_of(connection, GoodsReceiptRecord, plant=plant))

    return _file(hub, RECEIPT_TABLE, rows, form, language)


@router.post("/receipts/file", response_class=Response, responses=_REPORT, dependencies=[AdminOnly])
def post_receipts_file(plant: str, hub: UsesHub, data: Data, entered_by: By, *, dry_run: bool = True) -> Response:
    """Goods receipts as CSV (UTF-8 or GB18030) or Excel; rows of one number are one receipt, which is entered once.

    What is agreed to be inspected is held. With `dry_run`, the default, it is only told what is in the file.
    """
    return _taken(hub, plant, RECEIPT_TABLE, data, entered_by, dry_run=dry_run)


@router.get("/inspections/file", response_class=Response, responses=TABLE_FILE)
def get_inspections_file(
    plant: str, hub: UsesHub, *, form: Form = Form.CSV, language: Language = Language.EN
) -> Response:
    """What was found of received lots, as a table that can be sent back."""

    def rows(connection: Reading) -> Iterable[Row]:
        receipts = incoming_of(connection, GoodsReceiptRecord, plant=plant)
        return inspection_rows(receipts, incoming_of(connection, IncomingInspectionRecord, plant=plant))

    return _file(hub, INSPECTION_TABLE, rows, form, language)


@router.post("/inspections/file", response_class=Response, responses=_REPORT, dependencies=[AdminOnly])
def post_inspections_file(plant: str, hub: UsesHub, data: Data, entered_by: By, *, dry_run: bool = True) -> Response:
    """Results of received lots as CSV (UTF-8 or GB18030) or Excel, judged in the order of the rows.

    A lot that is accepted is released. With `dry_run`, the default, it is only told what is in the file.
    """
    return _taken(hub, plant, INSPECTION_TABLE, data, entered_by, dry_run=dry_run)


def _file(
    hub: Hub, table: StatedTable, rows: Callable[[Reading], Iterable[Row]], form: Form, language: Language
) -> Response:
    with hub.store.reading() as connection:
        found = list(rows(connection))
    return table_file(table.sheets[0], found, form, language)


def _taken(hub: Hub, plant: str, table: StatedTable, data: bytes, by: str, *, dry_run: bool) -> Response:
    return json_answer(look(hub, plant, data, table, by) if dry_run else load(hub, plant, data, table, by=by))
