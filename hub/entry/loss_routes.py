"""Routes of the loss ledger: the entries, files of them, and what the records themselves cost."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Query, Response
from pydantic import Field

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.csv_table import Problem
from hub.entry.forms import Form, Key
from hub.entry.loss_file import read_losses
from hub.entry.losses import Computed, enter_computed_losses, enter_loss_file
from hub.scorecard.computed_losses import Month
from hub.scorecard.loss_years import LossYear, loss_years
from hub.store.quality.queries import LossLine, loss_lines
from traceability.quality.loss import ParetoLine, pareto

router = APIRouter(prefix="/api/v1", tags=["losses"])

MOST_LINES = 1000


class LossLedger(msgspec.Struct, frozen=True, kw_only=True):
    """A page of loss entries, the latest first; ``pareto`` is over the items of all that count, by currency."""

    total: int
    offset: int
    lines: tuple[LossLine, ...]
    pareto: dict[str, tuple[ParetoLine, ...]]


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of losses holds; ``log_index`` None while nothing was entered."""

    rows: int
    sums: dict[str, Decimal]
    """By currency."""
    encoding: str
    problems: tuple[Problem, ...]
    log_index: int | None = None


class MonthForm(Form):
    """Which month to compute."""

    year: Annotated[int, Field(ge=2000, le=9998)]
    month: Annotated[int, Field(ge=1, le=12)]
    entered_by: Key


@router.get("/plants/{plant}/losses", response_class=Response, responses=documented(LossLedger))
def get_losses(
    plant: str,
    hub: UsesHub,
    *,
    begin: date | None = None,
    end: date | None = None,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
) -> Response:
    """The loss ledger of a plant, by the days on which costs accrue; reversed entries are marked."""
    with hub.store.reading() as connection:
        every = loss_lines(connection, [plant])
    lines = [line for line in every if (begin or date.min) <= line.accrued <= (end or date.max)][::-1]
    sums: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        if line.reversed_by is None:
            by_item = sums.setdefault(line.currency, {})
            by_item[line.item] = by_item.get(line.item, Decimal(0)) + line.amount
    return json_answer(
        LossLedger(
            total=len(lines),
            offset=offset,
            lines=tuple(lines[offset : offset + limit]),
            pareto={currency: pareto(by_item) for currency, by_item in sorted(sums.items())},
        )
    )


class LossYears(msgspec.Struct, frozen=True, kw_only=True):
    """Losses of a plant year by year, earliest first."""

    plant: str
    years: tuple[LossYear, ...]


@router.get("/plants/{plant}/losses/years", response_class=Response, responses=documented(LossYears))
def get_loss_years(plant: str, hub: UsesHub) -> Response:
    """Losses by item and their rates over the output value, year by year."""
    with hub.store.reading() as connection:
        lines = loss_lines(connection, [plant])
        years = loss_years(connection, plant, lines, hub.clock().date())
    return json_answer(LossYears(plant=plant, years=years))


@router.post(
    "/plants/{plant}/losses/file", response_class=Response, responses=documented(FileAnswer), dependencies=[AdminOnly]
)
def post_loss_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type="text/csv")],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = False,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$")] = "CNY",
) -> Response:
    """Enter losses from a CSV or Excel file; with `dry_run` only say what is in it and what is wrong."""
    file = read_losses(data, currency)
    sums: dict[str, Decimal] = {}
    for row in file.rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    answer = FileAnswer(rows=len(file.rows), sums=sums, encoding=file.encoding, problems=file.problems)
    if dry_run:
        return json_answer(answer)
    stored = enter_loss_file(hub, plant, file, entered_by=entered_by)
    return json_answer(msgspec.structs.replace(answer, log_index=stored.id))


@router.post(
    "/plants/{plant}/losses/from-records",
    response_class=Response,
    responses=documented(Computed),
    dependencies=[AdminOnly],
)
def post_computed(plant: str, form: MonthForm, hub: UsesHub) -> Response:
    """Enter scrap and rework of a month from the records, by the plant's cost rates."""
    month = Month(form.year, form.month)
    return json_answer(enter_computed_losses(hub, plant, month, entered_by=form.entered_by))
