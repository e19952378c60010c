"""Routes of what became of units in the field."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.csv_table import Problem
from hub.entry.field import enter_failure_file, enter_failures, enter_usages, read_failures
from hub.entry.field_forms import FailuresForm, UsagesForm
from hub.entry.forms import Entered, entered
from hub.store.quality.field import Failure, field_failures

router = APIRouter(prefix="/api/v1", tags=["field"])
MOST_LINES = 1000


class FailureList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of claims, the latest entered first."""

    total: int
    offset: int
    failures: tuple[Failure, ...]


class FailureFileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of claims holds; ``log_index`` None while nothing was entered."""

    rows: int
    encoding: str
    problems: tuple[Problem, ...]
    log_index: int | None = None


@router.get("/plants/{plant}/field-failures", response_class=Response, responses=documented(FailureList))
def get_failures(
    plant: str,
    hub: UsesHub,
    *,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
) -> Response:
    """Claims that a plant answers for."""
    with hub.store.reading() as connection:
        every = field_failures(connection, [plant])[::-1]
    return json_answer(FailureList(total=len(every), offset=offset, failures=tuple(every[offset : offset + limit])))


@router.post("/plants/{plant}/field-failures", status_code=201, dependencies=[AdminOnly])
def post_failures(plant: str, form: FailuresForm, hub: UsesHub) -> Entered:
    """Enter claims: units that failed in the field."""
    return entered(enter_failures(hub, plant, form.failures, entered_by=form.entered_by))


@router.post(
    "/plants/{plant}/field-failures/file",
    response_class=Response,
    responses=documented(FailureFileAnswer),
    dependencies=[AdminOnly],
)
def post_failure_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type="text/csv")],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = False,
) -> Response:
    """Enter claims from a CSV or Excel file; with `dry_run` only say what is in it and what is wrong."""
    file = read_failures(data)
    answer = FailureFileAnswer(rows=len(file.rows), encoding=file.encoding, problems=file.problems)
    if not dry_run:
        stored = enter_failure_file(hub, plant, file, entered_by=entered_by)
        answer = msgspec.structs.replace(answer, log_index=stored.id)
    return json_answer(answer)


@router.post("/plants/{plant}/field-usage", status_code=201, dependencies=[AdminOnly])
def post_usage(plant: str, form: UsagesForm, hub: UsesHub) -> Entered:
    """Enter how much units have been used."""
    return entered(enter_usages(hub, plant, form.readings, entered_by=form.entered_by))
