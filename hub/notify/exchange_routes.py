"""Notifications from hub to hub, where companies are told, and the letters that went out. All need the admin token."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.notify.act import require_organisation
from hub.notify.exchange import NOTIFICATION_TYPE, take_in, write_file
from hub.notify.forms import ContactForm
from hub.notify.read import find
from hub.notify.views import LetterView, TakenIn
from hub.store.core.instant import from_micros
from hub.store.mail.letters import Contact, contact_of, letters_of, put_contact
from traceability.encoding import from_base64

router = APIRouter(prefix="/api/v1", tags=["notifications"], dependencies=[AdminOnly])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A signed file for the partner's hub", "content": {NOTIFICATION_TYPE: {}}}
}
_BODY = {"requestBody": {"required": True, "content": {NOTIFICATION_TYPE: {"schema": {"type": "string"}}}}}


@router.get("/notifications/{identity}/file", response_class=Response, responses=_FILE)
def get_file(identity: str, hub: UsesHub) -> Response:
    """The notification with every change, signed by this hub."""
    with hub.store.reading() as connection:
        return Response(write_file(connection, hub, identity), media_type=NOTIFICATION_TYPE)


@router.post("/notification-files", response_class=Response, responses=documented(TakenIn), openapi_extra=_BODY)
async def post_file(
    partner: str, request: Request, hub: UsesHub, hub_key: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """Take a file of a partner's hub; ``hub_key`` is that hub's public key, base64."""
    line = await request.body()
    key = from_base64(hub_key, "hub_key")
    identity, new = await run_in_threadpool(take_in, hub, line, partner=partner, partner_key=key)
    return json_answer(TakenIn(id=identity, new_changes=new))


@router.put("/organisations/{organisation}/contact", status_code=204, response_class=Response)
def put_contact_of(organisation: str, form: ContactForm, hub: UsesHub) -> Response:
    """Where a company is told; not part of the ledger, so it can be forgotten."""
    with hub.store.writing() as connection:
        require_organisation(connection, organisation)
        put_contact(connection, Contact(organisation, form.mail, form.webhook))
    return Response(status_code=204)


@router.get("/organisations/{organisation}/contact", response_class=Response, responses=documented(Contact))
def get_contact_of(organisation: str, hub: UsesHub) -> Response:
    """Where a company is told."""
    with hub.store.reading() as connection:
        require_organisation(connection, organisation)
        return json_answer(contact_of(connection, organisation) or Contact(organisation, "", ""))


@router.get("/notifications/{identity}/letters", response_class=Response, responses=documented(tuple[LetterView, ...]))
def get_letters(identity: str, hub: UsesHub) -> Response:
    """What was told where, and what became of it."""
    with hub.store.reading() as connection:
        find(connection, identity)
        letters = letters_of(connection, identity)
    views = tuple(
        LetterView(
            channel=each.channel,
            address=each.address,
            subject=each.subject,
            state=each.state,
            tries=each.tries,
            problem=each.problem,
            written_at=from_micros(each.written_at),
        )
        for each in letters
    )
    return json_answer(views)
