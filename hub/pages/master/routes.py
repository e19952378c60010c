"""Addresses of the pages of master data. What they show, ``/api/v1/master`` answers under the same policy."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.intake.kinds import WORKBOOK
from hub.master import asked
from hub.master.importing import today_of
from hub.master.plan_kind import KINDS, SHEETS
from hub.master.undoing import undo
from hub.page_paths import MASTER_PATH, master_kind_path
from hub.pages.files.beside import UsesBeside
from hub.pages.frame.navigation import Crumb
from hub.pages.improvement.sent import given_by
from hub.pages.master.sent import FileSaid, as_file, checked, editable, row_of, taken
from hub.pages.master.tables import DIFFERENCES, changes_table, kinds_table, things_table, versions_table
from hub.pages.plants.entering import DONE, refused
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
MOST = 100_000


@router.get(MASTER_PATH)
def get_master_page(request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What master data is there, and what was changed?"""
    return _overview(request, hub, asker, pages, FileSaid())


@router.get(MASTER_PATH + "/{kind}")
def get_kind_page(  # noqa: PLR0917 - what the route needs
    kind: str, request: Request, hub: UsesHub, pages: UsesPages, as_of: str = "", plant: str = ""
) -> Response:
    """What holds on a day?"""
    asked.checked_kind(kind)
    speech, day, trouble = pages.speech(request), today_of(hub), ""
    try:
        day = date.fromisoformat(as_of) if as_of else day
    except ValueError:
        trouble = speech.say("%(given)s is no day: write it as 2026-03-31.", given=as_of[:20])
    with hub.store.reading() as connection:
        found = asked.things(connection, kind, day, plant=plant[:200], before=None, offset=0, limit=MOST)
    title = KINDS[kind].sheet.words.told(speech.language.value)
    context = {
        "kind": KINDS[kind],
        "title": title,
        "meaning": KINDS[kind].sheet.meaning.told(speech.language.value),
        "day": day,
        "plant": plant[:200],
        "trouble": trouble,
        "path": master_kind_path(kind),
    }
    table = Filled(things_table(KINDS[kind], speech), found.things)
    trail = (Crumb(speech.say("Master data"), MASTER_PATH), Crumb(title))
    return refused(pages.show(request, "master_kind.html", context, tables=(table,), trail=trail), trouble)


@router.get(MASTER_PATH + "/{kind}/item")
def get_item_page(  # noqa: PLR0917 - what the route needs
    kind: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages, about: str = "", plant: str = ""
) -> Response:
    """What did it say when, and who said so?"""
    return _item(kind, about[:700], plant[:200], request, hub, asker, pages)


@router.post(MASTER_PATH + "/import", dependencies=[AdminOnly])
async def post_file(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    beside: UsesBeside,
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form(max_length=60)] = "",
    what: Annotated[str, Form(max_length=10)] = "check",
) -> Response:
    """Enter a file, or only say what is in it; a large one is checked beside other work."""
    data = await file.read()

    def answer() -> Response:
        try:
            elsewhere = beside.taken(kind or WORKBOOK, "", data, file.filename)
        except EntryRefused as error:
            return _overview(request, hub, asker, pages, FileSaid(trouble=pages.speech(request).refusal(error)))
        if elsewhere is not None:
            return elsewhere
        language = pages.speech(request).language.value
        if what == "enter":
            said = taken(hub, data, kind or None, language, asker.signature)
        else:
            said = checked(hub, data, kind or None, language)
        return _overview(request, hub, asker, pages, said)

    return await run_in_threadpool(answer)


@router.post(MASTER_PATH + "/changes/{change}/undo", dependencies=[AdminOnly])
def post_undo(change: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """State again what held before a change."""
    try:
        undo(hub, change, by=asker.signature)
    except EntryRefused as error:
        return _overview(request, hub, asker, pages, FileSaid(trouble=str(error)))
    return RedirectResponse(f"{MASTER_PATH}?{DONE}=1#changes", status_code=303)


@router.post(MASTER_PATH + "/{kind}/item", dependencies=[AdminOnly])
async def post_item(kind: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """State one thing anew, from a day on."""
    asked.checked_kind(kind)
    typed = {name: str(value) for name, value in given_by(await request.form(), "").items()}
    about, plant = typed.pop("item_about", ""), typed.pop("item_plant", "")

    def answer() -> Response:
        said = taken(hub, as_file(KINDS[kind], typed), kind, pages.speech(request).language.value, asker.signature)
        if not said.entered:
            return _item(kind, about, plant, request, hub, asker, pages, said, typed)
        return RedirectResponse(f"{MASTER_PATH}?{DONE}=1#changes", status_code=303)

    return await run_in_threadpool(answer)


def enters(asker: Asker) -> bool:
    """Master data are the operator's to state."""
    return asker.is_operator and asker.may_act and Permission.MASTER in asker.permissions


def _overview(request: Request, hub: Hub, asker: Asker, pages: Pages, said: FileSaid) -> Response:
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        changes = asked.change_views(connection)
    undone = next((one for one in changes if one.change == request.query_params.get("undo")), None)
    context = {
        "said": said,
        "undone": undone,
        "enters": enters(asker),
        "done": bool(request.query_params.get(DONE)) or said.entered,
        "sheets": [(sheet.name, sheet.words.told(speech.language.value)) for sheet in SHEETS],
    }
    differences = said.report.differences if said.report else ()
    tables = (
        Filled(kinds_table(), asked.kinds()),
        Filled(changes_table(pages.zone(request)), changes),
        Filled(DIFFERENCES, differences),
    )
    shown = pages.show(request, "master.html", context, tables=tables, trail=(Crumb(speech.say("Master data")),))
    return refused(shown, said.trouble or "".join(said.problems[:1]))


def _item(  # noqa: PLR0917 - what the page needs
    kind: str,
    about: str,
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    said: FileSaid | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    speech, known = pages.speech(request), KINDS[asked.checked_kind(kind)]
    with hub.store.reading() as connection:
        found = asked.versions(connection, kind, about, plant)
        row = row_of(connection, known, about, plant, today_of(hub)) if editable(known) else {}
    given = typed or (row | {"valid_from": today_of(hub).isoformat()} if row else {})
    title = known.sheet.words.told(speech.language.value)
    context = {
        "kind": known,
        "about": about,
        "plant": plant,
        "said": said or FileSaid(),
        "given": given,
        "enters": enters(asker),
        "path": f"{master_kind_path(kind)}/item",
        "speak": speech.language.value,
    }
    trail = (Crumb(speech.say("Master data"), MASTER_PATH), Crumb(title, master_kind_path(kind)), Crumb(about))
    table = Filled(versions_table(pages.zone(request)), found.versions)
    shown = pages.show(request, "master_item.html", context, tables=(table,), trail=trail)
    return refused(shown, "x" if said and (said.trouble or said.problems) else "")
