"""``/api/v1/plants/{plant}/improvements/records/file``: improvements with all that belongs to them, out and in."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file, workbook_file
from hub.entry.stated_table import TableReport, load, look
from hub.improvement.read import folded
from hub.improvement.record_sheets import ACTIONS, BEGUN, CAUSES, CHECKS, STANDARDS, record_tables
from hub.improvement.record_table import ONE_BY_ONE, RECORD_TABLE
from hub.store.quality.improvements import stored_improvements

router = APIRouter(prefix="/api/v1/plants/{plant}/improvements", tags=["improvement"])


class Table(StrEnum):
    """Which of the tables a CSV file holds; a workbook holds all of them."""

    IMPROVEMENTS = BEGUN.name
    CAUSES = CAUSES.name
    ACTIONS = ACTIONS.name
    CHECKS = CHECKS.name
    STANDARDS = STANDARDS.name


@router.get("/records/file", response_class=Response, responses=TABLE_FILE)
def get_records(
    plant: str,
    hub: UsesHub,
    *,
    form: Form = Form.XLSX,
    table: Table = Table.IMPROVEMENTS,
    language: Language = Language.EN,
) -> Response:
    """Weak points with targets, causes, actions, checks and standards, to be worked on and sent back."""
    with hub.store.reading() as connection:
        found = [now for _, now in folded(connection, stored_improvements(connection, plant)[::-1])]
    tables = record_tables(found)
    if form is Form.XLSX:
        return workbook_file(tables, language, BEGUN.name)
    return next(table_file(sheet, rows, form, language) for sheet, rows in tables if sheet.name == table)


@router.post("/records/file", response_class=Response, responses=documented(TableReport), dependencies=[AdminOnly])
def post_records(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    table: Table = Table.IMPROVEMENTS,
    *,
    dry_run: bool = True,
) -> Response:
    """Improvements as an Excel workbook, or one of its tables as CSV (UTF-8 or GB18030).

    Rows say what is to hold: what differs from it is entered as steps of the improvements. With `dry_run`, the
    default, it is only told what is in the file.
    """
    stated = ONE_BY_ONE.get(table, RECORD_TABLE)
    if dry_run:
        return json_answer(look(hub, plant, data, stated, entered_by))
    return json_answer(load(hub, plant, data, stated, by=entered_by))
