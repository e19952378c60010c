"""The Level of a plant with the gap to the next one, its self-assessment, and its declaration."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.declaration.declare import compose, declarations_of, declare
from hub.entry.economics import enter_assessment
from hub.errors import EntryRefused, NotFound
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.declaration_page import declaration_context
from hub.pages.declaration_routes import WRITER
from hub.pages.eyes import to_show
from hub.pages.level_words import binding_text
from hub.pages.plant_page import metric_rows
from hub.pages.plants.assessment_page import answers_of_form, assessment_context
from hub.pages.plants.entering import DONE, entered_at, may_enter, plant_trail, refused
from hub.pages.plants.level_gap import gap_table
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.pages.words import subject_word
from hub.parts import Hub
from hub.scorecard.assess import assess, level_history
from hub.store.rollup.scores import answers_of_plants
from hub.suppliers.asked import plant_entry
from hub.suppliers.board import by_plant
from hub.suppliers.routes import UsesSuppliers
from traceability.quality.level import Level
from traceability.quality.questionnaire import Dimension

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PLANT = PLANTS_PATH + "/{plant}"
PREVIEW = "preview"


async def form_of(request: Request) -> FormData:
    """Every field of the form: its names are those of the questionnaire."""
    return await request.form(max_fields=500)


@router.get(_PLANT + "/level")
def get_level_page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages
) -> Response:
    """Which Level, what holds it there, and how far is the next one?"""
    speech = pages.speech(request)
    row = next(iter(by_plant(desk.board(hub, asker), [plant])), None)
    grade = desk.grades(hub, asker).get(plant)
    if row is None or grade is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/plants lists them")
    with hub.store.reading() as connection:
        context: dict[str, Any] = {
            "level_history": level_history(connection, plant),
            "declarations": declarations_of(connection, plant),
            "enters": may_enter(connection, asker, plant),
            "declares": may_enter(connection, asker, plant, Permission.DECLARE),
        }
    context |= {
        "row": row,
        "grade": grade,
        "metrics": metric_rows(grade, speech),
        "binding": binding_text(speech, grade),
        "next_level": None if grade.level is Level.L4 else Level(grade.level + 1),
        "subjects": lambda binding: [speech.say(subject_word(subject)) for subject in binding],
        "path": plant_path(plant),
        "done": bool(request.query_params.get(DONE)),
        "zone": pages.zone(request, row.time_zone),
    }
    trail = plant_trail(row.plant, speech.say("Level"), speech)
    return pages.show(request, "level.html", context, tables=(gap_table(grade, speech),), trail=trail)


@router.post(_PLANT + "/level", dependencies=[AdminOnly])
def post_level(plant: str, hub: UsesHub, asker: UsesAsker) -> Response:
    """Assess the Level now and seal the result."""
    assess(hub, plant, assessed_by=asker.signature)
    return RedirectResponse(f"{plant_path(plant)}/level?{DONE}=1#history", 303)


@router.get(_PLANT + "/self-assessment")
def get_self_assessment(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What do we do, and what shows it?"""
    return _questionnaire(plant, request, hub, asker, pages)


@router.post(_PLANT + "/self-assessment", dependencies=[AdminOnly])
def post_self_assessment(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[FormData, Depends(form_of)],
) -> Response:
    """Enter the answers about one dimension; they take the place of earlier ones."""
    given = {name: value for name, value in form.items() if isinstance(value, str)}

    def enter() -> None:
        dimension = _dimension(given.get("dimension", ""))
        answers = answers_of_form(dimension, given)
        enter_assessment(hub, plant, dimension=dimension, answers=answers, entered_by=asker.signature)

    def again(text: str) -> Response:
        return _questionnaire(plant, request, hub, asker, pages, trouble=text, given=given)

    return entered_at(f"{plant_path(plant)}/self-assessment", enter, again, "#said")


@router.get(_PLANT + "/declaration")
def get_declaration_preview(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What would be declared now? Nothing is signed by looking."""
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        document = compose(connection, hub, plant, identity=PREVIEW, declared_by=asker.signature or PREVIEW)
        declares = may_enter(connection, asker, plant, Permission.DECLARE)
    context = declaration_context(document, "", WRITER) | {"path": plant_path(plant), "declares": declares}
    trail = plant_trail(entry.named, speech.say("Declaration, a preview"), speech)
    return pages.show(request, "declaration_preview.html", context, trail=trail)


@router.post(_PLANT + "/declaration", dependencies=[AdminOnly])
def post_declaration(plant: str, hub: UsesHub, asker: UsesAsker) -> Response:
    """Sign the declaration as it is now, and seal its hash."""
    identity, _ = declare(hub, plant, declared_by=asker.signature)
    return RedirectResponse(f"/declarations/{identity}", 303)


def _dimension(text: str) -> Dimension:
    try:
        return Dimension(text)
    except ValueError:
        raise EntryRefused(f"{text[:20]!r} is no dimension", where="dimension", advice="load the page again") from None


def _questionnaire(
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    given: Mapping[str, str] | None = None,
) -> Response:
    speech = pages.speech(request)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        answers = answers_of_plants(connection, [plant]).get(plant, ())
        enters = may_enter(connection, asker, plant)
    context = assessment_context(answers, given or {}, speech) | {
        "plant": entry.named,
        "organisation": entry.organisation,
        "path": plant_path(plant),
        "enters": enters,
        "trouble": trouble,
        "done": bool(request.query_params.get(DONE)),
    }
    answer = pages.show(
        request,
        "self_assessment.html",
        context,
        trail=plant_trail(entry.named, speech.say("Self-assessment"), speech),
    )
    return refused(answer, trouble)
