"""``/api/v1/requirements``: what companies agree along the chain, for the operator and for each of their sides."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.accounts.asker import Scope
from hub.api.access import Acting, AdminOnly, UsesHub, audit_of, may, whole_hub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file
from hub.incoming.identity import canonical_part
from hub.notify.views import Made as Told
from hub.parts import Hub
from hub.requirement import act
from hub.requirement.alike import AlikeView, alike
from hub.requirement.exchange import REQUIREMENT_TYPE, take_in, write_file
from hub.requirement.forms import (
    ActForm,
    AgreeForm,
    CounterForm,
    PassOnForm,
    ReasonForm,
    RemarkForm,
    RequirementForm,
    TellForm,
)
from hub.requirement.fulfil import fulfilment
from hub.requirement.read import find, folded, list_view, view
from hub.requirement.sheets import FULFILMENT, REQUIREMENTS, fulfilment_rows, read_proposals, requirement_rows
from hub.requirement.tell import tell
from hub.requirement.views import FulfilmentView, Made, RequirementList, RequirementView, TakenIn
from hub.sharing.audit import AuditDesk
from hub.store.quality.requirements import RequirementsWanted, stored_requirements
from hub.tabular.problem import Problem, refuse_problems
from traceability.encoding import from_base64
from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Party,
    Remark,
    RequirementContent,
    RequirementStep,
)
from traceability.requirement.fold import RequirementState

Acts = Annotated[Acting, Depends(may(Scope.WRITE))]
"""Whoever may act for a side: the operator for either, an organisation for its own."""
Reads = Annotated[Acting, Depends(may(Scope.READ))]
router = APIRouter(prefix="/api/v1", tags=["requirements"], dependencies=[Depends(may(Scope.READ))])
files = APIRouter(prefix="/api/v1", tags=["requirements"], dependencies=[AdminOnly])
_NEW: dict[int | str, dict[str, Any]] = {201: documented(Made)[200]}
_TOLD: dict[int | str, dict[str, Any]] = {201: documented(Told)[200]}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A signed file for the partner's hub", "content": {REQUIREMENT_TYPE: {}}}
}
_BODY = {"requestBody": {"required": True, "content": {REQUIREMENT_TYPE: {"schema": {"type": "string"}}}}}
Days = Annotated[int, Query(ge=1, le=3700)]


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file asks for; ``ids`` of what was proposed, empty in a dry run."""

    requirements: int
    problems: tuple[Problem, ...]
    ids: tuple[str, ...] = ()


@router.post("/requirements", status_code=201, response_class=Response, responses=_NEW)
def post_requirement(form: RequirementForm, acting: Acts) -> Response:
    """Propose a requirement, as the customer."""
    acting.side_of(form.customer)
    content = RequirementContent(
        customer=form.customer,
        supplier=form.supplier,
        part=canonical_part(form.part),
        title=form.title,
        terms=form.terms.terms,
        replaces=form.replaces,
    )
    return _created(act.propose(acting.hub, content, form.by))


@router.get("/requirements", response_class=Response, responses=documented(RequirementList))
def get_requirements(  # noqa: PLR0917 - the parameters are those of the address
    hub: UsesHub,
    party: str | None = None,
    customer: str | None = None,
    supplier: str | None = None,
    part: str | None = None,
    state: RequirementState | None = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Those that fit, the latest first."""
    named = None if part is None else canonical_part(part)
    wanted = RequirementsWanted(party=party, customer=customer, supplier=supplier, part=named)
    with hub.store.reading() as connection:
        return json_answer(list_view(connection, wanted, state, offset, limit))


@router.get("/requirements/file", response_class=Response, responses=TABLE_FILE)
def get_requirements_file(
    hub: UsesHub, form: Form = Form.CSV, language: Language = Language.ZH, state: RequirementState | None = None
) -> Response:
    """The latest terms of every requirement as a table, which can be read in again."""
    with hub.store.reading() as connection:
        found = [now for _, now in folded(connection, stored_requirements(connection, RequirementsWanted()))]
    rows = list(requirement_rows([one for one in found if state is None or one.state is state]))
    return table_file(REQUIREMENTS, rows, form, language)


@files.post("/requirements/file", response_class=Response, responses=documented(FileAnswer))
def post_requirements_file(
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = True,
) -> Response:
    """Propose every requirement of a CSV or Excel file, or none; a dry run, by default, lists what is wrong."""
    found = read_proposals(data)
    if dry_run:
        return json_answer(FileAnswer(requirements=len(found.contents), problems=found.problems))
    refuse_problems(found.problems)
    made = act.propose_all(hub, found.contents, by)
    return json_answer(FileAnswer(requirements=len(made), problems=(), ids=made))


@router.get("/requirements/{identity}", response_class=Response, responses=documented(RequirementView))
def get_requirement(identity: str, hub: UsesHub) -> Response:
    """Everything of one requirement; both sides see the same text, by its hash, and the same state."""
    with hub.store.reading() as connection:
        return json_answer(view(connection, identity))


@router.post("/requirements/{identity}/counter", status_code=201, response_class=Response, responses=_NEW)
def post_counter(identity: str, form: CounterForm, acting: Acts, seen: UsesHub) -> Response:
    """Propose other terms."""
    return _step(acting, seen, identity, form, Counter(terms=form.terms.terms, reason=form.reason))


@router.post("/requirements/{identity}/agree", status_code=201, response_class=Response, responses=_NEW)
def post_agree(identity: str, form: AgreeForm, acting: Acts, seen: UsesHub) -> Response:
    """Agree to the other side's latest terms, by their hash."""
    return _step(acting, seen, identity, form, Agree(terms=form.terms_hash))


@router.post("/requirements/{identity}/decline", status_code=201, response_class=Response, responses=_NEW)
def post_decline(identity: str, form: ReasonForm, acting: Acts, seen: UsesHub) -> Response:
    """There will be no agreement."""
    return _step(acting, seen, identity, form, Decline(reason=form.reason))


@router.post("/requirements/{identity}/end", status_code=201, response_class=Response, responses=_NEW)
def post_end(identity: str, form: ReasonForm, acting: Acts, seen: UsesHub) -> Response:
    """An agreement ends."""
    return _step(acting, seen, identity, form, End(reason=form.reason))


@router.post("/requirements/{identity}/remarks", status_code=201, response_class=Response, responses=_NEW)
def post_remark(identity: str, form: RemarkForm, acting: Acts, seen: UsesHub) -> Response:
    """Say something to the other side."""
    return _step(acting, seen, identity, form, Remark(text=form.text))


@router.post("/requirements/{identity}/pass-on", status_code=201, response_class=Response, responses=_NEW)
def post_pass_on(identity: str, form: PassOnForm, acting: Acts, seen: UsesHub) -> Response:
    """Ask the next tier; the original is cited by its hash, nothing of it is shown."""
    customer = _company(acting, seen, identity, Party.SUPPLIER)
    content = RequirementContent(
        customer=customer,
        supplier=form.supplier,
        part=canonical_part(form.part),
        title=form.title,
        terms=form.terms.terms,
    )
    return _created(act.pass_on(acting.hub, identity, content, form.by))


@router.get("/requirements/{identity}/fulfilment", response_class=Response, responses=documented(FulfilmentView))
def get_fulfilment(identity: str, request: Request, acting: Reads, hub: UsesHub) -> Response:
    """Every indicator against what the supplier shares: met, missed, or why it can't be told."""
    return json_answer(fulfilment(*_asked(identity, request, acting, hub)))


@router.post("/requirements/{identity}/notification", status_code=201, response_class=Response, responses=_TOLD)
def post_notification_of(identity: str, form: TellForm, acting: Acts, seen: UsesHub) -> Response:
    """Tell the supplier what is missed now; the answer names the notification."""
    _company(acting, seen, identity, Party.CUSTOMER)
    answer = json_answer(tell(acting.hub, identity, form.by))
    answer.status_code = 201
    return answer


@router.get("/requirements/{identity}/fulfilment/file", response_class=Response, responses=TABLE_FILE)
def get_fulfilment_file(  # noqa: PLR0917 - the parameters are those of the address
    identity: str,
    request: Request,
    acting: Reads,
    hub: UsesHub,
    form: Form = Form.CSV,
    language: Language = Language.ZH,
) -> Response:
    """The same as a table."""
    rows = list(fulfilment_rows(fulfilment(*_asked(identity, request, acting, hub))))
    return table_file(FULFILMENT, rows, form, language)


@router.get("/requirements/{identity}/consistency", response_class=Response, responses=documented(AlikeView))
def get_consistency(identity: str, request: Request, acting: Reads, hub: UsesHub, days: Days = 365) -> Response:
    """Are lots, and for the customer suppliers, alike (质量一致性): tested, with the size of every difference."""
    whole, name, question, audit = _asked(identity, request, acting, hub)
    return json_answer(alike(whole, name, days, acting.asker.organisation, question, audit))


@files.get("/requirements/{identity}/file", response_class=Response, responses=_FILE)
def get_file(identity: str, hub: UsesHub) -> Response:
    """The requirement with every change, signed by this hub."""
    with hub.store.reading() as connection:
        return Response(write_file(connection, hub, identity), media_type=REQUIREMENT_TYPE)


@files.post("/requirement-files", response_class=Response, responses=documented(TakenIn), openapi_extra=_BODY)
async def post_file(
    partner: str, request: Request, hub: UsesHub, hub_key: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """Take a file of a partner's hub; ``hub_key`` is that hub's public key, base64."""
    line = await request.body()
    key = from_base64(hub_key, "hub_key")
    identity, new = await run_in_threadpool(take_in, hub, line, partner=partner, partner_key=key)
    return json_answer(TakenIn(id=identity, new_changes=new))


def _company(acting: Acting, seen: Hub, identity: str, party: Party) -> str:
    """The company of a side; ``NotFound`` for a stranger as for an unknown id, ``ScopeMissing`` for the other side."""
    with seen.store.reading() as connection:
        stored, _ = find(connection, identity)
    company = stored.content.customer if party is Party.CUSTOMER else stored.content.supplier
    acting.side_of(company)
    return company


def _step(acting: Acting, seen: Hub, identity: str, form: ActForm, step: RequirementStep) -> Response:
    _company(acting, seen, identity, form.party)
    return _created(act.step(acting.hub, identity, step, act.Actor(party=form.party, by=form.by)))


def _asked(identity: str, request: Request, acting: Acting, seen: Hub) -> tuple[Hub, str, str, AuditDesk | None]:
    """Only a side, or the operator, reads figures; what the customer reads is noted for its supplier."""
    with seen.store.reading() as connection:
        stored, _ = find(connection, identity)
    audit = audit_of(request) if acting.asker.organisation == stored.content.customer else None
    return whole_hub(request), identity, f"{request.method} {request.url.path}", audit


def _created(made: Made) -> Response:
    response = json_answer(made)
    response.status_code = 201
    return response
