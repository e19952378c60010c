"""Addresses of the pages of improvement. What they show, ``/api/v1/plants`` answers by the same functions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.design.routes import design_feedback
from hub.errors import EntryRefused, NotFound
from hub.improvement import act
from hub.improvement.forms import ImprovementForm
from hub.improvement.read import day_at, find, improvements_of, view
from hub.improvement.weak import EffectUnit
from hub.improvement.weak_points import weak_points
from hub.kept import UsesKept
from hub.page_paths import PLANTS_PATH, improvement_path, plant_path
from hub.pages.eyes import to_show
from hub.pages.frame.navigation import Crumb
from hub.pages.improvement.beginning import beginning_context, chosen_spot
from hub.pages.improvement.board import board_context, improvements_table
from hub.pages.improvement.design_tables import components_table, tolerances_table
from hub.pages.improvement.one import form_context, one_context
from hub.pages.improvement.sent import given_by, made_check, read, step_of, target_given
from hub.pages.improvement.weak_table import weak_table
from hub.pages.plants.entering import DONE, may_enter, plant_trail
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.master.queries import parts_named, read_master
from hub.suppliers.asked import plant_entry
from traceability.improvement.state import Improvement

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_OF_PLANT = PLANTS_PATH + "/{plant}"
_ALL = _OF_PLANT + "/improvements"
Words = Annotated[str, Query(max_length=400)]


@router.get(_OF_PLANT + "/weak-points")
def get_weak_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    kept: UsesKept,
    pages: UsesPages,
    by: EffectUnit = EffectUnit.UNITS,
) -> Response:
    """Where does this plant lose most?"""
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        now = hub.clock()
        question = ("weak-points", by)
        found = kept.answer(connection, asker, plant, question, now, lambda: weak_points(connection, plant, now, by))
        parts = parts_named(connection, {one.part for one in found.points if one.part})
        enters = may_enter(connection, asker, plant)
    speech = pages.speech(request)
    names = {part: speech.named(known.named) for part, known in parts.items()}
    return pages.show(
        request,
        "weak_points.html",
        {"entry": entry, "found": found, "units": tuple(EffectUnit), "enters": enters},
        tables=(Filled(weak_table(plant, names, by), found.points),),
        trail=plant_trail(entry.named, speech.say("Weak points"), speech),
    )


@router.get(_OF_PLANT + "/design")
def get_design_page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, kept: UsesKept, pages: UsesPages
) -> Response:
    """What do our processes and the field say to the designers?"""
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        now, question = hub.clock(), ("design",)
        found = kept.answer(connection, asker, plant, question, now, lambda: design_feedback(connection, plant, now))
    speech = pages.speech(request)
    return pages.show(
        request,
        "design.html",
        {"entry": entry, "found": found},
        tables=(
            Filled(tolerances_table(), found.tolerances),
            Filled(components_table(), found.components.components),
        ),
        trail=plant_trail(entry.named, speech.say("Feedback to design"), speech),
    )


@router.get(_ALL)
def get_board(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What is being improved, and what is overdue?"""
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        lines = [line for line, _ in improvements_of(connection, plant, hub.clock())]
        enters = may_enter(connection, asker, plant)
    speech = pages.speech(request)
    zone = pages.zone(request, entry.time_zone)
    return pages.show(
        request,
        "improvements.html",
        board_context(plant, lines, speech) | {"entry": entry, "enters": enters},
        tables=(Filled(improvements_table(plant, zone), lines),),
        trail=plant_trail(entry.named, speech.say("Improvements"), speech),
    )


@router.get(_ALL + "/new")
def get_beginning(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    kind: Words = "",
    subject: Words = "",
    part: Words = "",
    operation: Words = "",
) -> Response:
    """Begin an improvement, of a weak point or of one's own choice."""
    speech, named = pages.speech(request), (kind, subject, part, operation)
    with hub.store.reading() as connection:
        today = day_at(read_master(connection), plant, hub.clock())
        spot = chosen_spot(weak_points(connection, plant, hub.clock()).points, *named) if kind else None
    return _beginning(plant, request, hub, asker, pages, beginning_context(spot, asker.signature, today, speech))


@router.post(_ALL, dependencies=[AdminOnly])
async def post_beginning(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Begin it."""
    given = given_by(await request.form(), asker.signature)

    def begin() -> Response:
        weak = {name: given[name] for name in ("kind", "subject", "found", "n", "effect") if name in given}
        target = target_given(given) if "metric" in given and "value" in given else None
        try:
            form = read(ImprovementForm, given | {"weak_point": weak, "target": target})
            aim = None if form.target is None else form.target.at(plant)
            made = act.begin(hub, form.at(plant), form.by, aim)
        except EntryRefused as error:
            with hub.store.reading() as connection:
                today = day_at(read_master(connection), plant, hub.clock())
            context = beginning_context(None, asker.signature, today, pages.speech(request))
            again = context | {"given": context["given"] | given, "trouble": str(error)}
            return _beginning(plant, request, hub, asker, pages, again)
        return RedirectResponse(improvement_path(plant, made.id), status_code=303)

    return await run_in_threadpool(begin)


@router.get(_ALL + "/{identity}")
def get_improvement_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    identity: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    view_as: Annotated[str, Query(alias="view", pattern="^(pdca|8d)$")] = "pdca",
) -> Response:
    """Where does this improvement stand, and did it work?"""
    return _one(plant, identity, request, hub, asker, pages, view_as)


@router.post(_ALL + "/{identity}/{what}", dependencies=[AdminOnly])
async def post_step(  # noqa: PLR0917 - what the route needs
    plant: str, identity: str, what: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """Take a step, or make a planned check."""
    given = given_by(await request.form(), asker.signature)

    def take() -> Response:
        now = _found(hub, plant, identity)
        try:
            if what == "result":
                made_check(hub, now, given)
            else:
                act.step(hub, identity, step_of(hub, now, what, given), asker.signature)
        except EntryRefused as error:
            return _one(plant, identity, request, hub, asker, pages, "pdca", str(error))
        return RedirectResponse(f"{improvement_path(plant, identity)}?{DONE}=1#said", status_code=303)

    return await run_in_threadpool(take)


def _one(  # noqa: PLR0917 - what the page needs
    plant: str,
    identity: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    tab: str,
    trouble: str = "",
) -> Response:
    _found(hub, plant, identity)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        found = view(connection, identity, hub.clock())
        enters = may_enter(connection, asker, plant)
    speech = pages.speech(request)
    context: dict[str, Any] = one_context(found, tab, speech) | form_context(found)
    shown = {
        "entry": entry,
        "enters": enters,
        "trouble": trouble,
        "signature": asker.signature,
        "done": request.query_params.get(DONE) == "1",
        "zone": pages.zone(request, entry.time_zone),
        "path": improvement_path(plant, identity),
    }
    trail = (
        *plant_trail(entry.named, "", speech)[:2],
        Crumb(speech.say("Improvements"), f"{plant_path(plant)}/improvements"),
        Crumb(found.line.title),
    )
    return pages.show(request, "improvement.html", context | shown, trail=trail)


def _beginning(  # noqa: PLR0917 - what the page needs
    plant: str, request: Request, hub: Hub, asker: Asker, pages: Pages, context: dict[str, Any]
) -> Response:
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        enters = may_enter(connection, asker, plant)
    speech = pages.speech(request)
    trail = (
        *plant_trail(entry.named, "", speech)[:2],
        Crumb(speech.say("Improvements"), f"{plant_path(plant)}/improvements"),
        Crumb(speech.say("Begin an improvement")),
    )
    return pages.show(
        request, "improvement_new.html", {"entry": entry, "enters": enters, "trouble": ""} | context, trail=trail
    )


def _found(hub: Hub, plant: str, identity: str) -> Improvement:
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    if now.content.plant != plant:
        raise NotFound(f"plant {plant[:100]!r} has no improvement {identity[:100]!r}", advice="check the address")
    return now
