"""``/api/v1/plants/{plant}/history…``: loading a plant's past, what was loaded, what it says, undoing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Query, Response
from pydantic import AwareDatetime

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.history.figures import ImportedFigures, figures
from hub.history.importing import Asked, LoadReport, load, look, undo_load
from hub.store.quality.history import ImportedResult, StoredLoad, count_imported, imported_results, loads_of
from traceability.aqdef.letters import Encoding

router = APIRouter(prefix="/api/v1/plants/{plant}/history", tags=["imported history"])

MOST = 1000
_TYPE = "application/octet-stream"
Name = Annotated[str, Query(min_length=1, max_length=200)]
Begin = Annotated[AwareDatetime | None, Query()]


class LoadsView(msgspec.Struct, frozen=True, kw_only=True):
    """Every load of a plant, the latest first."""

    plant: str
    loads: tuple[StoredLoad, ...]
    imported: bool = True


class ResultsView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of imported results by time."""

    plant: str
    total: int
    offset: int
    results: tuple[ImportedResult, ...]
    imported: bool = True


class UndoneView(msgspec.Struct, frozen=True, kw_only=True):
    """Where it stands that a load counts no more."""

    load: str
    log_index: int


@router.get("", response_class=Response, responses=documented(LoadsView))
def get_loads(plant: str, hub: UsesHub) -> Response:
    """What was loaded into a plant's past, undone loads too."""
    with hub.store.reading() as connection:
        return json_answer(LoadsView(plant=plant, loads=tuple(loads_of(connection, plant))))


@router.get("/figures", response_class=Response, responses=documented(ImportedFigures))
def get_figures(plant: str, hub: UsesHub, begin: Begin = None, end: Begin = None) -> Response:
    """Counts, first-pass yields and spread of imported results, apart from everything that is signed."""
    with hub.store.reading() as connection:
        return json_answer(figures(plant, imported_results(connection, plant, begin, end), begin, end))


@router.get("/results", response_class=Response, responses=documented(ResultsView))
def get_results(
    plant: str,
    hub: UsesHub,
    *,
    begin: Begin = None,
    end: Begin = None,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """Imported results by time."""
    with hub.store.reading() as connection:
        total = count_imported(connection, plant, begin, end)
        shown = tuple(imported_results(connection, plant, begin, end, offset=offset, limit=limit))
    return json_answer(ResultsView(plant=plant, total=total, offset=offset, results=shown))


@router.post("/import", response_class=Response, responses=documented(LoadReport), dependencies=[AdminOnly])
def post_load(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=_TYPE)],
    entered_by: Name,
    *,
    dry_run: bool = True,
    part: Annotated[str, Query(max_length=400)] = "",
    operation: Annotated[str, Query(max_length=200)] = "",
    note: Annotated[str, Query(max_length=2000)] = "",
    encoding: Encoding | None = None,
) -> Response:
    """Load a CSV, Excel or AQDEF file into a plant's past.

    With `dry_run`, the default, it is only told what is in it and what is wrong. `part` and `operation` are for AQDEF.
    `encoding` is that of its letters; an AQDEF file that is neither UTF-8 nor plainly Chinese is refused without it.
    """
    asked = Asked(plant=plant, part=part, operation=operation, note=note, encoding=encoding or "")
    return json_answer(look(hub, data, asked) if dry_run else load(hub, data, asked, by=entered_by))


@router.post(
    "/loads/{load_name}/undo", response_class=Response, responses=documented(UndoneView), dependencies=[AdminOnly]
)
def post_undo(
    plant: str,
    load_name: str,
    hub: UsesHub,
    entered_by: Name,
    reason: Annotated[str, Query(min_length=1, max_length=2000)],
) -> Response:
    """A load counts no more; its records stay in the ledger."""
    index = undo_load(hub, plant, load_name, reason=reason, by=entered_by)
    return json_answer(UndoneView(load=load_name, log_index=index))
