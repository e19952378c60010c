"""Addresses of the knowledge base's pages. What they show, ``/api/v1/knowledge`` answers by the same functions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused, NotFound
from hub.knowledge.find import case, cases, words_of
from hub.knowledge.forms import CaseForm
from hub.knowledge.keep import change, keep, keep_improvement
from hub.page_paths import KNOWLEDGE_PATH, PLANTS_PATH, case_path
from hub.pages.eyes import to_show
from hub.pages.frame.navigation import Crumb
from hub.pages.improvement.sent import given_by
from hub.pages.knowledge.cases_table import about_text, cases_table
from hub.pages.plants.entering import DONE, may_enter, refused
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.master.queries import read_master
from hub.store.quality.knowledge import ABOUT, KnowledgeWanted

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_OF_PLANT = PLANTS_PATH + "/{plant}/knowledge"
Words = Annotated[str, Query(max_length=400)]
MOST = 500


@router.get(KNOWLEDGE_PATH)
def get_knowledge_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    q: Words = "",
    part: Words = "",
    characteristic: Words = "",
    defect: Words = "",
    operation: Words = "",
    machine_type: Words = "",
    best: bool = False,
) -> Response:
    """Has somebody solved this before?"""
    about = {
        "part": part, "characteristic": characteristic, "defect": defect, "operation": operation,
        "machine_type": machine_type,
    }  # fmt: skip
    asked = {"q": q, "best": best} | about
    return _search(request, hub, asker, pages, asked)


@router.get(KNOWLEDGE_PATH + "/{identity}")
def get_case_page(identity: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What was it, and what worked?"""
    return _case(identity, request, hub, asker, pages)


@router.post(_OF_PLANT, dependencies=[AdminOnly])
async def post_case_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Enter a case: by hand, or of an improvement."""
    given = given_by(await request.form(), asker.signature)

    def enter() -> Response:
        try:
            if "improvement" in given:
                machine = given.get("machine_type", "")
                kept = keep_improvement(hub, plant, given["improvement"], machine, (), asker.signature)
            else:
                kept = keep(hub, read_case(given).at(plant), (), asker.signature)
        except EntryRefused as error:
            return _search(request, hub, asker, pages, {}, str(error), given)
        return RedirectResponse(f"{case_path(kept.id)}?{DONE}=1", status_code=303)

    return await run_in_threadpool(enter)


@router.post(_OF_PLANT + "/{identity}/sharing", dependencies=[AdminOnly])
async def post_sharing_page(  # noqa: PLR0917 - what the route needs
    plant: str, identity: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """Share it, end sharing it, or withdraw it."""
    form = await request.form()
    partners = [line.strip() for line in str(form.get("shared_with", "")).splitlines() if line.strip()]
    withdrawn = str(form.get("withdrawn", "")) == "true"

    def share() -> Response:
        with hub.store.reading() as connection:
            known = case(connection, identity, "")
        if known.content.plant != plant:
            raise NotFound(f"plant {plant[:100]!r} has no case {identity[:100]!r}", advice="check the address")
        try:
            change(hub, identity, None, partners, asker.signature, withdrawn=withdrawn)
        except EntryRefused as error:
            return _case(identity, request, hub, asker, pages, str(error))
        return RedirectResponse(f"{case_path(identity)}?{DONE}=1", status_code=303)

    return await run_in_threadpool(share)


def read_case(given: dict[str, Any]) -> CaseForm:
    """As the API takes it; ``EntryRefused`` says which field is wrong."""
    try:
        return CaseForm.model_validate({name: value for name, value in given.items() if name in CaseForm.model_fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "form"
        raise EntryRefused(first["msg"], where=where, advice="correct it and send it again") from None


def _search(  # noqa: PLR0917 - what the page needs
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    asked: dict[str, Any],
    trouble: str = "",
    given: dict[str, Any] | None = None,
) -> Response:
    wanted = KnowledgeWanted(words=words_of(asked.get("q", "")), **{name: asked.get(name, "") for name in ABOUT})
    with to_show(request, hub, asker).store.reading() as connection:
        found = cases(connection, wanted, asker.organisation, best=asked.get("best", False), limit=MOST)
        plants = read_master(connection).plants
        own = [plant for plant in plants if may_enter(connection, asker, plant)]
    context = {
        "asked": {"q": "", "best": False} | dict.fromkeys(ABOUT, "") | asked,
        "about": ABOUT,
        "found": found,
        "plants": {plant: plants[plant] for plant in own},
        "trouble": trouble,
        "given": dict.fromkeys(("title", "problem", "cause", "action", "result", *ABOUT), "") | (given or {}),
    }
    speech = pages.speech(request)
    answer = pages.show(
        request,
        "knowledge.html",
        context,
        tables=(Filled(cases_table(pages.zone(request)), found.cases),),
        trail=(Crumb(speech.say("Knowledge base")),),
    )
    return refused(answer, trouble)


def _case(  # noqa: PLR0917 - what the page needs
    identity: str, request: Request, hub: Hub, asker: Asker, pages: Pages, trouble: str = ""
) -> Response:
    with to_show(request, hub, asker).store.reading() as connection:
        found = case(connection, identity, asker.organisation)
        enters = may_enter(connection, asker, found.content.plant)
    speech = pages.speech(request)
    context = {
        "found": found,
        "about": about_text(found),
        "enters": enters,
        "trouble": trouble,
        "done": request.query_params.get(DONE) == "1",
        "zone": pages.zone(request),
    }
    trail = (Crumb(speech.say("Knowledge base"), KNOWLEDGE_PATH), Crumb(found.content.title))
    return refused(pages.show(request, "case.html", context, trail=trail), trouble)
