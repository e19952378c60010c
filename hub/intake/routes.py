"""``/api/v1/plants/{plant}/files…`` and ``/api/v1/master/files…``: large files, taken in beside other work."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, whole_hub
from hub.api.answer import documented, json_answer
from hub.errors import NotFound, ScopeMissing
from hub.intake.desk import IntakeDesk
from hub.intake.kinds import FileKind, kinds_at
from hub.intake.views import IntakesView, IntakeView
from hub.parts import Hub
from hub.store.sharing.queries import owners_of_plants
from traceability.aqdef.letters import Encoding

_TYPE = "application/octet-stream"
Name = Annotated[str, Query(min_length=1, max_length=200)]
Kind = Annotated[str, Query(max_length=60, description="what the file holds; the list of refusals names every kind")]


async def intake_of(request: Request) -> IntakeDesk:
    """Where files are taken in."""
    desk = request.app.state.intake
    assert isinstance(desk, IntakeDesk)
    return desk


UsesIntake = Annotated[IntakeDesk, Depends(intake_of)]


def check_own(hub: Hub, asker: Asker, plant: str) -> None:
    """``NotFound`` unless the files of a place ("": of the whole hub) are ``asker``'s to know of."""
    with hub.store.reading() as connection:
        owner = owners_of_plants(connection).get(plant) if plant else ""
    of_person = asker.person is None or not asker.person.plants or plant in asker.person.plants
    own = asker.is_operator or (bool(plant) and owner == asker.organisation and of_person)
    if not own or owner is None:
        what = f"there is no plant {plant[:60]!r}" if plant else "master data are the operator's"
        raise NotFound(what, advice="/api/v1/suppliers lists the plants; files are shown to their own people only")


def kind_at(plant: str, name: str, asker: Asker) -> FileKind:
    """A kind of file that ``asker`` may enter at a place; ``NotFound``, ``ScopeMissing``."""
    known = kinds_at(plant)
    if name not in known:
        raise NotFound(f"there is no kind of file {name[:60]!r}", advice=f"use one of {', '.join(known)}")
    kind = known[name]
    if not asker.admin and kind.needs not in asker.permissions:
        raise ScopeMissing(f"your role does not go with {str(kind.needs)!r}", advice="ask an administrator for another")
    return kind


async def at_plant(plant: str, request: Request, asker: UsesAsker) -> str:
    """The plant of the address, whose files the asker may know of."""
    check_own(whole_hub(request), asker, plant)
    return plant


async def at_hub(request: Request, asker: UsesAsker) -> str:
    """The whole hub: master data."""
    check_own(whole_hub(request), asker, "")
    return ""


router = APIRouter(prefix="/api/v1/plants/{plant}/files", tags=["files"])
of_hub = APIRouter(prefix="/api/v1/master/files", tags=["files"])
AtPlant = Annotated[str, Depends(at_plant)]
AtHub = Annotated[str, Depends(at_hub)]
_ALL = documented(IntakesView)
_ONE = documented(IntakeView)
_BEGUN = documented(IntakeView, 202)


@router.post("", status_code=202, response_class=Response, responses=_BEGUN, dependencies=[AdminOnly])
def post_file(  # noqa: PLR0917 - what the route needs
    place: AtPlant,
    asker: UsesAsker,
    desk: UsesIntake,
    data: Annotated[bytes, Body(media_type=_TYPE)],
    kind: Kind,
    entered_by: Name,
    name: Annotated[str, Query(max_length=200)] = "",
    part: Annotated[str, Query(max_length=400)] = "",
    operation: Annotated[str, Query(max_length=200)] = "",
    note: Annotated[str, Query(max_length=2000)] = "",
    encoding: Encoding | None = None,
) -> Response:
    """Have a file checked, whatever its size up to the limit for tables; it is entered when told so.

    `kind` is one of history, losses, costs, lot-inspections, field-returns, field-failures, indicator-values, targets,
    incoming-plans, goods-receipts, incoming-inspections, improvements, improvement-causes, improvement-actions,
    improvement-checks, improvement-standards, knowledge.
    `part`, `operation`, `note` and `encoding` are for history. The same file is refused while it is under way.
    """
    given = {"part": part, "operation": operation, "note": note, "encoding": encoding or ""}
    options = {key: value for key, value in given.items() if value}
    return json_answer(
        desk.begin(kind_at(place, kind, asker), place, data, by=entered_by, name=name, options=options), 202
    )


@of_hub.post("", status_code=202, response_class=Response, responses=_BEGUN, dependencies=[AdminOnly])
def post_master_file(  # noqa: PLR0917 - what the route needs
    place: AtHub,
    asker: UsesAsker,
    desk: UsesIntake,
    data: Annotated[bytes, Body(media_type=_TYPE)],
    kind: Kind,
    entered_by: Name,
    name: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Have a file of master data checked; it is entered when told so.

    `kind` is a table of master data, or `workbook` where the sheets say it.
    """
    return json_answer(desk.begin(kind_at(place, kind, asker), place, data, by=entered_by, name=name, options={}), 202)


@router.get("", response_class=Response, responses=_ALL)
def get_files(place: AtPlant, desk: UsesIntake) -> Response:
    """Files that were sent lately, and how far each is."""
    return json_answer(IntakesView(files=desk.list(place)))


@of_hub.get("", response_class=Response, responses=_ALL)
def get_master_files(place: AtHub, desk: UsesIntake) -> Response:
    """Files of master data that were sent lately, and how far each is."""
    return json_answer(IntakesView(files=desk.list(place)))


@router.get("/{identity}", response_class=Response, responses=_ONE)
def get_file(place: AtPlant, identity: str, desk: UsesIntake) -> Response:
    """How far one file is, and what is wrong with it."""
    return json_answer(desk.read(place, identity))


@of_hub.get("/{identity}", response_class=Response, responses=_ONE)
def get_master_file(place: AtHub, identity: str, desk: UsesIntake) -> Response:
    """How far one file of master data is, and what is wrong with it."""
    return json_answer(desk.read(place, identity))


@router.post("/{identity}/enter", response_class=Response, responses=_ONE, dependencies=[AdminOnly])
def post_enter(place: AtPlant, identity: str, desk: UsesIntake, asker: UsesAsker, entered_by: Name) -> Response:
    """Enter a file that was checked, wholly or not at all."""
    kind_at(place, desk.read(place, identity).kind, asker)
    return json_answer(desk.enter(place, identity, by=entered_by))


@of_hub.post("/{identity}/enter", response_class=Response, responses=_ONE, dependencies=[AdminOnly])
def post_master_enter(place: AtHub, identity: str, desk: UsesIntake, entered_by: Name) -> Response:
    """Enter a file of master data that was checked, wholly or not at all."""
    return json_answer(desk.enter(place, identity, by=entered_by))


@router.post("/{identity}/give-up", response_class=Response, responses=_ONE, dependencies=[AdminOnly])
def post_give_up(place: AtPlant, identity: str, desk: UsesIntake) -> Response:
    """Let a file be, before anything of it is entered."""
    return json_answer(desk.give_up(place, identity))


@of_hub.post("/{identity}/give-up", response_class=Response, responses=_ONE, dependencies=[AdminOnly])
def post_master_give_up(place: AtHub, identity: str, desk: UsesIntake) -> Response:
    """Let a file of master data be, before anything of it is entered."""
    return json_answer(desk.give_up(place, identity))
