"""``/api/v1/plants/{plant}/costs``: quality costs by category, item, part, operation, supplier and cause."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file, workbook_file
from hub.cost.asked import AskedCosts, today_at
from hub.cost.cost_file import read_costs
from hub.cost.enter import enter_cost, enter_cost_file, enter_loss_cause, reverse_cost
from hub.cost.entries import CostEntry, cost_entries
from hub.cost.forms import CostForm, CostReversalForm, LossCauseForm
from hub.cost.report import CostReport, cost_report
from hub.cost.saved import AskedBenefit, BenefitAnswer, saved_by
from hub.cost.sheets import (
    ENTRIES,
    ITEMS,
    LEDGER,
    MONTHS,
    TRACED,
    dimension_rows,
    dimension_sheet,
    entry_rows,
    item_rows,
    month_rows,
    traced_rows,
)
from hub.entry.forms import Entered, entered
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry
from hub.tabular.problem import Problem
from hub.tabular.sheet import Sheet
from hub.tabular.writing import Row
from traceability.quality.cost.allocate import Dimension
from traceability.quality.window import Window

router = APIRouter(prefix="/api/v1/plants/{plant}", tags=["costs"])
Question = Annotated[AskedCosts, Depends()]
MOST_LINES = 1000
_TABLE = (
    "application/octet-stream",
    "the file's bytes: CSV in UTF-8 or GB18030, or an Excel workbook",
)


class CostLedger(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cost entries, the latest first; reversed ones are marked."""

    total: int
    offset: int
    lines: tuple[CostEntry, ...]


class CostMade(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a cost entry, and where it stands in the log."""

    id: str
    log_index: int


class CostFileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of costs holds; ``log_index`` None while nothing was entered."""

    rows: int
    sums: dict[str, Decimal]
    """By currency."""
    encoding: str
    problems: tuple[Problem, ...]
    log_index: int | None = None


class Table(StrEnum):
    """A part of the report as a file."""

    MONTHS = "months"
    ITEMS = "items"
    PART = "part"
    OPERATION = "operation"
    SUPPLIER = "supplier"
    CAUSE = "cause"
    TRACED = "traced"
    """What suppliers were allocated, and by what."""
    ENTRIES = "entries"
    FORM = "form"
    """No rows, but the headings that ``POST /costs/file`` takes."""
    ALL = "all"
    """Every table of the report in one workbook; CSV: the months."""


_CREATED: dict[int | str, dict[str, Any]] = {201: documented(CostMade)[200]}


@router.get("/costs", response_class=Response, responses=documented(CostReport))
def get_costs(plant: str, hub: UsesHub, asked: Question) -> Response:
    """Quality costs that accrue in a period, by category, month, item, part, operation, supplier and cause."""
    return json_answer(report_of(hub, plant, asked))


@router.get("/costs/file", response_class=Response, responses=TABLE_FILE)
def get_costs_file(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    hub: UsesHub,
    asked: Question,
    table: Table = Table.ALL,
    form: Form = Form.CSV,
    language: Language = Language.ZH,
) -> Response:
    """The report, or the entries, as tables."""
    if table is Table.FORM:
        return table_file(ENTRIES, [], form, language)
    if table is Table.ENTRIES:
        with hub.store.reading() as connection:
            plant_entry(connection, plant)
            rows = list(entry_rows(cost_entries(connection, plant)))
        return table_file(LEDGER, rows, form, language)
    tables = tables_of(report_of(hub, plant, asked))
    if table is Table.ALL:
        if form is Form.XLSX:
            return workbook_file(tables.values(), language, "costs")
        table = Table.MONTHS
    sheet, found = tables[table]
    return table_file(sheet, found, form, language)


@router.get("/costs/entries", response_class=Response, responses=documented(CostLedger))
def get_cost_entries(
    plant: str,
    hub: UsesHub,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
) -> Response:
    """Entries of prevention and appraisal costs."""
    with hub.store.reading() as connection:
        plant_entry(connection, plant)
        lines = cost_entries(connection, plant)[::-1]
    return json_answer(CostLedger(total=len(lines), offset=offset, lines=tuple(lines[offset : offset + limit])))


@router.get("/costs/benefit", response_class=Response, responses=documented(BenefitAnswer))
def get_benefit(plant: str, hub: UsesHub, asked: Annotated[AskedBenefit, Depends()]) -> Response:
    """What an action saved: costs of its cause per unit or month before and after, with payback and uncertainty."""
    with hub.store.reading() as connection:
        return json_answer(saved_by(connection, plant, asked, hub.clock()))


@router.post("/costs", status_code=201, response_class=Response, responses=_CREATED, dependencies=[AdminOnly])
def post_cost(plant: str, form: CostForm, hub: UsesHub) -> Response:
    """Enter a cost of prevention or appraisal; failures are entered as losses."""
    identity, stored = enter_cost(hub, plant, form)
    answer = json_answer(CostMade(id=identity, log_index=stored.id))
    answer.status_code = 201
    return answer


@router.post("/costs/file", response_class=Response, responses=documented(CostFileAnswer), dependencies=[AdminOnly])
def post_cost_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=_TABLE[0], description=_TABLE[1])],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = False,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$")] = "CNY",
) -> Response:
    """Enter costs from a CSV or Excel file; with `dry_run` only say what is in it and what is wrong."""
    file = read_costs(data, currency)
    answer = CostFileAnswer(rows=len(file.rows), sums=file.sums, encoding=file.encoding, problems=file.problems)
    if dry_run:
        return json_answer(answer)
    stored = enter_cost_file(hub, plant, file, entered_by=entered_by)
    return json_answer(msgspec.structs.replace(answer, log_index=stored.id))


@router.post("/costs/{cost}/reversal", status_code=201, dependencies=[AdminOnly])
def post_cost_reversal(plant: str, cost: str, form: CostReversalForm, hub: UsesHub) -> Entered:
    """Undo a cost entry; both stay in the ledger."""
    return entered(reverse_cost(hub, plant, cost, form))


@router.post("/losses/{loss}/cause", status_code=201, dependencies=[AdminOnly])
def post_loss_cause(plant: str, loss: str, form: LossCauseForm, hub: UsesHub) -> Entered:
    """Say what caused a loss; the last word counts."""
    return entered(enter_loss_cause(hub, plant, loss, form))


def report_of(hub: Hub, plant: str, asked: AskedCosts) -> CostReport:
    """As asked, by the hub's clock."""
    with hub.store.reading() as connection:
        return report_in(connection, plant, window_of(connection, hub, plant, asked), asked, hub.clock())


def window_of(connection: Reading, hub: Hub, plant: str, asked: AskedCosts) -> Window:
    """The period that is meant today at a plant that there is."""
    plant_entry(connection, plant)
    return asked.window(today_at(connection, plant, hub.clock()))


def report_in(connection: Reading, plant: str, window: Window, asked: AskedCosts, now: datetime) -> CostReport:
    """Of one period."""
    return cost_report(connection, plant, window, now, narrowed=asked.place, net=asked.net)


def tables_of(report: CostReport) -> dict[Table, tuple[Sheet, Sequence[Row]]]:
    """Every table of the report."""
    found: dict[Table, tuple[Sheet, Sequence[Row]]] = {
        Table.MONTHS: (MONTHS, list(month_rows(report))),
        Table.ITEMS: (ITEMS, list(item_rows(report))),
    }
    for each in Dimension:
        found[Table(each.value)] = (dimension_sheet(each), list(dimension_rows(report, each)))
    found[Table.TRACED] = (TRACED, list(traced_rows(report)))
    return found
