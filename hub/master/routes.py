"""``/api/v1/master/…``: what there is, what holds on a day or held as it was known, files in and out, undoing."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import AwareDatetime

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Language, download, table_file, workbook_file
from hub.errors import EntryRefused
from hub.master import asked, dictionary
from hub.master.exporting import tables
from hub.master.importing import ImportReport, dry_run, import_file, today_of
from hub.master.plan_file import plan_on, plan_toml
from hub.master.undoing import Undone, undo
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.horizon import log_before

router = APIRouter(prefix="/api/v1/master", tags=["master data"])

MOST = 1000
Text = Annotated[str, Query(max_length=700)]
KnownAt = Annotated[AwareDatetime | None, Query(description="as the hub's records said at that time")]


@router.get("", response_class=Response, responses=documented(tuple[asked.KindView, ...]))
def get_kinds(_: UsesHub) -> Response:
    """The kinds of master data and the tables that each of them fills."""
    return json_answer(asked.kinds())


@router.get("/kinds/{kind}", response_class=Response, responses=documented(asked.ThingsView))
def get_things(
    kind: str,
    hub: UsesHub,
    *,
    as_of: date | None = None,
    known_at: KnownAt = None,
    plant: Text = "",
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """What holds on a day (`as_of`, by default today), as it is known now or was known at `known_at`."""
    with hub.store.reading() as connection:
        view = asked.things(
            connection,
            kind,
            as_of or today_of(hub),
            plant=plant,
            before=_before(connection, known_at),
            offset=offset,
            limit=limit,
        )
    return json_answer(view)


@router.get("/kinds/{kind}/versions", response_class=Response, responses=documented(asked.VersionsView))
def get_versions(kind: str, about: Text, hub: UsesHub, plant: Text = "") -> Response:
    """Every version of one thing, those that count no more too."""
    with hub.store.reading() as connection:
        return json_answer(asked.versions(connection, kind, about, plant))


@router.get("/export", response_class=Response, responses=TABLE_FILE)
def get_export(
    hub: UsesHub,
    *,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    file: Literal["xlsx", "csv"] = "xlsx",
    language: Language = Language.EN,
    as_of: date | None = None,
    known_at: KnownAt = None,
    every: bool = False,
) -> Response:
    """One table or kind (else everything) as it holds on a day; with `every` all versions. An import takes it back."""
    with hub.store.reading() as connection:
        day = None if every else as_of or today_of(hub)
        found = tables(connection, kind, day, _before(connection, known_at))
    if file == "xlsx":
        return workbook_file(found, language, kind or "master")
    if len(found) != 1:
        names = ", ".join(sheet.name for sheet, _ in found)
        raise EntryRefused("CSV holds one table", where="kind", advice=f"name one of {names}, or take file=xlsx")
    return table_file(*found[0], file, language, kind or "")


@router.post("/import", response_class=Response, responses=documented(ImportReport), dependencies=[AdminOnly])
def post_import(
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    dry_run_: Annotated[bool, Query(alias="dry_run")] = True,
) -> Response:
    """A workbook or (with `kind`) a CSV file of master data.

    With `dry_run`, the default, it is only told what is in it, what is wrong and what would change. With
    `dry_run=false` it is entered, whole or not at all.
    """
    if dry_run_:
        return json_answer(dry_run(hub, data, kind))
    return json_answer(import_file(hub, data, by=entered_by, kind=kind))


@router.get("/changes", response_class=Response, responses=documented(tuple[asked.ChangeView, ...]))
def get_changes(hub: UsesHub) -> Response:
    """What was entered together, the latest first."""
    with hub.store.reading() as connection:
        return json_answer(asked.change_views(connection))


@router.post("/changes/{change}/undo", response_class=Response, responses=documented(Undone), dependencies=[AdminOnly])
def post_undo(change: str, hub: UsesHub, entered_by: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """State again what held before a change; the change stays in the ledger."""
    return json_answer(undo(hub, change, by=entered_by))


@router.get("/dictionary", response_class=Response)
def get_dictionary(
    _: UsesHub, *, file: Literal["json", "html", "markdown", "csv", "xlsx"] = "json", language: Language = Language.EN
) -> Response:
    """The data dictionary 数据标准: every table, field, type and meaning."""
    if file == "html":
        return Response(dictionary.html(language), media_type="text/html; charset=utf-8")
    if file == "markdown":
        return Response(dictionary.markdown(language), media_type="text/markdown; charset=utf-8")
    if file in {"csv", "xlsx"}:
        return table_file(dictionary.DICTIONARY, dictionary.rows(language), file, language, "dictionary")
    return json_answer(tuple(dictionary.entries(language)))


@router.get("/plan-file", response_class=Response)
def get_plan_file(hub: UsesHub, plant: Text, part: Text, as_of: date | None = None) -> Response:
    """The control plan that holds on a day as `control-plan.toml`, for the plant to sign and send to its lines."""
    with hub.store.reading() as connection:
        held = plan_on(connection, plant, part, as_of or today_of(hub))
    return download(plan_toml(held.plan, held.begin).encode(), "application/toml; charset=utf-8", "control-plan.toml")


def _before(connection: Reading, known_at: AwareDatetime | None) -> int | None:
    return None if known_at is None else log_before(connection, to_micros(known_at))
