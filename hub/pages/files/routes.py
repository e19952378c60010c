"""Addresses of the pages of files. What they show, ``/api/v1/…/files`` answers."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused, NotFound
from hub.intake.desk import IntakeDesk
from hub.intake.kinds import kinds_at
from hub.intake.routes import AtHub, AtPlant, UsesIntake, kind_at
from hub.intake.views import STOPPABLE, WORKING, IntakeView, State
from hub.page_paths import MASTER_PATH, PLANTS_PATH, files_path
from hub.pages.eyes import to_show
from hub.pages.files.beside import UsesBeside
from hub.pages.files.tables import files_table, kind_text, state_text
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import may_enter, plant_trail, refused
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.suppliers.asked import plant_entry

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_OF_PLANT = PLANTS_PATH + "/{plant}/files"
_OF_HUB = MASTER_PATH + "/files"
Word = Annotated[str, Form(max_length=400)]


@router.get(_OF_PLANT)
def get_files_page(  # noqa: PLR0917 - what the route needs
    place: AtPlant, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesIntake, pages: UsesPages
) -> Response:
    """Which files were sent, and how far is each?"""
    return _list(place, request, hub, asker, desk, pages)


@router.get(_OF_HUB)
def get_master_files_page(  # noqa: PLR0917 - what the route needs
    place: AtHub, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesIntake, pages: UsesPages
) -> Response:
    """Which files of master data were sent, and how far is each?"""
    return _list(place, request, hub, asker, desk, pages)


@router.get(_OF_PLANT + "/{identity}")
def get_file_page(  # noqa: PLR0917 - what the route needs
    place: AtPlant, identity: str, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesIntake, pages: UsesPages
) -> Response:
    """How far is this file, and what is wrong with it?"""
    return _one(place, identity, request, hub, asker, desk, pages)


@router.get(_OF_HUB + "/{identity}")
def get_master_file_page(  # noqa: PLR0917 - what the route needs
    place: AtHub, identity: str, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesIntake, pages: UsesPages
) -> Response:
    """How far is this file of master data, and what is wrong with it?"""
    return _one(place, identity, request, hub, asker, desk, pages)


@router.post(_OF_PLANT, dependencies=[AdminOnly])
async def post_file_page(  # noqa: PLR0917 - what the route needs
    place: AtPlant,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesIntake,
    pages: UsesPages,
    beside: UsesBeside,
    file: UploadFile,
    kind: Annotated[str, Form(max_length=60)],
    part: Word = "",
    operation: Word = "",
    note: Word = "",
    encoding: Word = "",
) -> Response:
    """Have a file checked."""
    data = await file.read()

    def answer() -> Response:
        given = {"part": part, "operation": operation, "note": note, "encoding": encoding}
        options = {name: text for name, text in given.items() if text}
        try:
            return beside.begun(kind, place, data, file.filename, options)
        except EntryRefused as error:
            return _list(place, request, hub, asker, desk, pages, pages.speech(request).refusal(error))

    return await run_in_threadpool(answer)


@router.post(_OF_PLANT + "/{identity}/{what}", dependencies=[AdminOnly])
def post_step_page(  # noqa: PLR0917 - what the route needs
    place: AtPlant,
    identity: str,
    what: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesIntake,
    pages: UsesPages,
) -> Response:
    """Enter a file, or give it up."""
    return _step(place, identity, what, request, hub, asker, desk, pages)


@router.post(_OF_HUB + "/{identity}/{what}", dependencies=[AdminOnly])
def post_master_step_page(  # noqa: PLR0917 - what the route needs
    place: AtHub,
    identity: str,
    what: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesIntake,
    pages: UsesPages,
) -> Response:
    """Enter a file of master data, or give it up."""
    return _step(place, identity, what, request, hub, asker, desk, pages)


def _step(  # noqa: PLR0917 - what the page needs
    place: str,
    identity: str,
    what: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    desk: IntakeDesk,
    pages: Pages,
) -> Response:
    try:
        if what == "enter":
            kind_at(place, desk.read(place, identity).kind, asker)
            desk.enter(place, identity, by=asker.signature)
        elif what == "give-up":
            desk.give_up(place, identity)
        else:
            raise NotFound(f"there is no step {what[:60]!r}", advice="use enter or give-up")
    except EntryRefused as error:
        trouble = pages.speech(request).refusal(error)
        return _one(place, identity, request, hub, asker, desk, pages, trouble)
    return RedirectResponse(f"{files_path(place)}/{identity}", status_code=303)


def _list(  # noqa: PLR0917 - what the page needs
    place: str, request: Request, hub: Hub, asker: Asker, desk: IntakeDesk, pages: Pages, trouble: str = ""
) -> Response:
    speech, known = pages.speech(request), kinds_at(place)
    context = _context(place, request, hub, asker) | {
        "trouble": trouble,
        "kinds": [
            (one.name, kind_text(one, one.name, speech)) for one in known.values() if one.needs in asker.permissions
        ],
    }
    path = files_path(place)
    table = Filled(files_table(known, lambda identity: f"{path}/{identity}", pages.zone(request)), desk.list(place))
    trail = _trail(context, speech)
    return refused(pages.show(request, "files.html", context, tables=(table,), trail=trail), trouble)


def _one(  # noqa: PLR0917 - what the page needs
    place: str,
    identity: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    desk: IntakeDesk,
    pages: Pages,
    trouble: str = "",
) -> Response:
    speech = pages.speech(request)
    view = desk.read(place, identity)
    context = _context(place, request, hub, asker) | {
        "trouble": trouble,
        "view": view,
        "kind": kind_text(kinds_at(place).get(view.kind), view.kind, speech),
        "state": state_text(view.state, speech),
        "working": view.state in WORKING,
        "stoppable": view.state in STOPPABLE,
        "checked": view.state is State.CHECKED,
        "entered": view.state is State.ENTERED,
        "most": _most(view),
        "told": [one.told(speech.language.value) for one in view.problems],
        "zone": pages.zone(request),
    }
    trail = (*_trail(context, speech, files_path(place)), Crumb(view.name or view.id))
    return refused(pages.show(request, "file.html", context, trail=trail), trouble)


def _most(view: IntakeView) -> int | None:
    """Rows at which the bar is full; None where nobody knows before the end."""
    return view.total if view.total and view.total >= view.rows_read else None


def _context(place: str, request: Request, hub: Hub, asker: Asker) -> dict[str, object]:
    if not place:
        return {"plant": None, "path": files_path(""), "enters": asker.may_act and asker.is_operator}
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, place)
        enters = may_enter(connection, asker, place)
    return {"plant": entry.named, "path": files_path(place), "enters": enters}


def _trail(context: dict[str, object], speech: Speech, path: str | None = None) -> tuple[Crumb, ...]:
    title = speech.say("Files")
    plant = context["plant"]
    if plant is None:
        return (Crumb(speech.say("Master data"), MASTER_PATH), Crumb(title, path))
    *before, _ = plant_trail(plant, title, speech)  # type: ignore[arg-type]
    return (*before, Crumb(title, path))
