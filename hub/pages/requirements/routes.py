"""Addresses of the pages of requirements. What they show, ``/api/v1/requirements`` answers under the same policy."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker, Scope
from hub.accounts.permission import Permission
from hub.api.access import Acting, UsesAsker, UsesHub, audit_of, may, whole_hub
from hub.errors import EntryRefused
from hub.incoming.identity import canonical_part
from hub.page_paths import REQUIREMENTS_PATH, notification_path, requirement_path
from hub.pages.frame.navigation import Crumb
from hub.pages.improvement.sent import read
from hub.pages.plants.entering import DONE, refused
from hub.pages.requirements.list_page import Look, requirement_rows
from hub.pages.requirements.one_page import PASS_ON, TELL, OneSaid, choices, one_context
from hub.pages.requirements.sent import TypedTerms, read_terms, step_of, text, typed_by
from hub.pages.requirements.tables import requirements_table
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.requirement import act
from hub.requirement.forms import PassOnForm, RequirementForm
from hub.requirement.read import find
from hub.requirement.standing import FulfilmentDesk
from hub.requirement.tell import tell
from hub.requirement.views import Met
from hub.store.master.queries import read_master
from traceability.record.requirement import Party, RequirementContent
from traceability.requirement.fold import RequirementState

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Acts = Annotated[Acting, Depends(may(Scope.WRITE))]


@router.get(REQUIREMENTS_PATH)
def get_requirements_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    party: Party | None = None,
    state: str = "",
    fulfilled: str = "",
) -> Response:
    """What is agreed, and is it kept?"""
    known = RequirementState(state) if state in set(RequirementState) else None
    rows = requirement_rows(_look(request, hub, asker), party, known)
    if fulfilled in set(Met):
        rows = [one for one in rows if one.fulfilled is not None and one.fulfilled.verdict.value == fulfilled]
    speech = pages.speech(request)
    context = {
        "chosen": {"party": party.value if party else "", "state": state, "fulfilled": fulfilled},
        "parties": tuple(Party) if asker.organisation else (),
        "states": tuple(RequirementState),
        "met": tuple(Met),
        "enters": _acts(asker),
    }
    table = Filled(requirements_table(pages.zone(request)), rows)
    return pages.show(
        request, "requirements.html", context, tables=(table,), trail=(Crumb(speech.say("Requirements")),)
    )


@router.get(REQUIREMENTS_PATH + "/new")
def get_new_page(request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages, replaces: str = "") -> Response:
    """What do we ask of a supplier?"""
    typed = TypedTerms(valid_from=hub.clock().date().isoformat(), replaces=replaces[:200])
    return _new(request, hub, asker, pages, typed)


@router.get(REQUIREMENTS_PATH + "/{identity}")
def get_requirement_page(identity: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What is asked, what is, and what can I do?"""
    return _one(identity, request, hub, asker, pages, OneSaid())


@router.post(REQUIREMENTS_PATH)
async def post_new(request: Request, hub: UsesHub, acting: Acts, pages: UsesPages) -> Response:
    """Propose a requirement."""
    typed = typed_by(await request.form())
    acting.side_of(typed.customer)

    def enter() -> Response:
        try:
            made = act.propose(acting.hub, _content(typed), _by(acting))
        except EntryRefused as error:
            return refused(_new(request, hub, acting.asker, pages, typed, str(error)), str(error))
        return _done(made.id)

    return await run_in_threadpool(enter)


@router.post(REQUIREMENTS_PATH + "/{identity}/{what}")
async def post_step(  # noqa: PLR0917 - what the route needs
    identity: str, what: str, request: Request, hub: UsesHub, acting: Acts, pages: UsesPages
) -> Response:
    """Counter, agree, decline, end, remark, pass on, or tell what is missed."""
    form = await request.form()

    def enter() -> Response:
        try:
            return _done(*_entered(identity, what, form, hub, acting))
        except EntryRefused as error:
            typed = typed_by(form) if what in ("counter", PASS_ON) else None
            said = OneSaid(trouble=str(error), typed=typed, what=what)
            return refused(_one(identity, request, hub, acting.asker, pages, said), said.trouble)

    return await run_in_threadpool(enter)


def _entered(identity: str, what: str, form: FormData, seen: Hub, acting: Acting) -> tuple[str, str]:
    """The requirement to go on with, and the notification that was sent, if one was."""
    party = _party(what, form)
    with seen.store.reading() as connection:
        stored, _ = find(connection, identity)
    acting.side_of(stored.content.customer if party is Party.CUSTOMER else stored.content.supplier)
    if what == TELL:
        return identity, tell(acting.hub, identity, _by(acting)).id
    if what == PASS_ON:
        content = _content(typed_by(form), customer=stored.content.supplier)
        return act.pass_on(acting.hub, identity, content, _by(acting)).id, ""
    actor = act.Actor(party=party, by=_by(acting))
    return act.step(acting.hub, identity, step_of(what, form, party), actor).id, ""


def _party(what: str, form: FormData) -> Party:
    fixed = {TELL: Party.CUSTOMER, PASS_ON: Party.SUPPLIER}
    if what in fixed:
        return fixed[what]
    try:
        return Party(text(form, "party"))
    except ValueError:
        raise EntryRefused("it is not said for which side", where="party", advice="choose the side") from None


def _content(typed: TypedTerms, customer: str = "") -> RequirementContent:
    terms = read_terms(typed)
    given = {"supplier": typed.supplier, "part": typed.part, "title": typed.title, "by": "-", "terms": terms}
    if customer:
        onwards = read(PassOnForm, given)
        part = canonical_part(onwards.part)
        return RequirementContent(
            customer=customer, supplier=onwards.supplier, part=part, title=onwards.title, terms=terms.terms
        )
    form = read(RequirementForm, given | {"customer": typed.customer, "replaces": typed.replaces})
    return RequirementContent(
        customer=form.customer,
        supplier=form.supplier,
        part=canonical_part(form.part),
        title=form.title,
        terms=terms.terms,
        replaces=form.replaces,
    )


def _done(identity: str, told: str = "") -> Response:
    asked = {DONE: "1"} | ({"told": told} if told else {})
    return RedirectResponse(f"{requirement_path(identity)}?{urlencode(asked)}", status_code=303)


def _by(acting: Acting) -> str:
    return acting.asker.signature


def _acts(asker: Asker) -> bool:
    return asker.may_act and Permission.ACT in asker.permissions and Scope.WRITE in asker.scopes


def _look(request: Request, hub: Hub, asker: Asker) -> Look:
    desk = request.app.state.fulfilments
    assert isinstance(desk, FulfilmentDesk)
    return Look(
        seen=hub,
        whole=whole_hub(request),
        asker=asker,
        audit=audit_of(request),
        desk=desk,
        asked=f"{request.method} {request.url.path}",
    )


def _new(  # noqa: PLR0917 - what the page needs
    request: Request, hub: Hub, asker: Asker, pages: Pages, typed: TypedTerms, trouble: str = ""
) -> Response:
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        companies = read_master(connection).organisations
    mine = [one for one in companies.values() if asker.organisation in ("", one.id)]
    context = {
        "typed": typed,
        "trouble": trouble,
        "customers": sorted(mine, key=lambda one: one.name),
        "companies": sorted(companies.values(), key=lambda one: one.name),
        "enters": _acts(asker),
    } | choices()
    trail = (Crumb(speech.say("Requirements"), REQUIREMENTS_PATH), Crumb(speech.say("Propose a requirement")))
    return pages.show(request, "requirement_new.html", context, trail=trail)


def _one(  # noqa: PLR0917 - what the page needs
    identity: str, request: Request, hub: Hub, asker: Asker, pages: Pages, said: OneSaid
) -> Response:
    speech = pages.speech(request)
    told = request.query_params.get("told", "")[:200]
    context, tables = one_context(_look(request, hub, asker), identity, said, speech)
    context |= {
        "path": requirement_path(identity),
        "done": bool(request.query_params.get(DONE)),
        "told": notification_path(told) if told else "",
        "zone": pages.zone(request),
    }
    trail = (Crumb(speech.say("Requirements"), REQUIREMENTS_PATH), Crumb(context["view"].content.title))
    return pages.show(request, "requirement.html", context, tables=tables, trail=trail)
