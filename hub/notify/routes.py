"""``/api/v1/notifications``: quality notifications between companies, for the operator and for each of their sides."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import UsesAsker, UsesHub, whole_hub
from hub.api.answer import documented, json_answer
from hub.notify import act, guest
from hub.notify.attach import attach, download
from hub.notify.forms import (
    DeadlineForm,
    ForwardForm,
    GuestForm,
    MessageForm,
    NotificationForm,
    StepForm,
    TransitionForm,
)
from hub.notify.from_recall import items_of_recall
from hub.notify.mailbox import Box, Sieve, UnreadView, unread_of
from hub.notify.read import find, list_view, view
from hub.notify.side import Acts, ReadersOnly, check_named, hub_of_side
from hub.notify.step import enter_step
from hub.notify.views import GuestLinkView, Made, NotificationList, NotificationView
from hub.recall.routes import UsesRecalls
from hub.store.mail.notifications import Wanted
from traceability.record.notification import (
    Deadline,
    EightDStep,
    Message,
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

router = APIRouter(prefix="/api/v1/notifications", tags=["notifications"], dependencies=[ReadersOnly])
_LINK: dict[int | str, dict[str, Any]] = {201: documented(GuestLinkView)[200]}
_NEW: dict[int | str, dict[str, Any]] = {201: documented(Made)[200]}


@router.post("", status_code=201, response_class=Response, responses=_NEW)
def post_notification(form: NotificationForm, acting: Acts, hub: UsesHub, recalls: UsesRecalls) -> Response:
    """Make a notification, of items that are named or that a recall found; it is told when it is moved to SENT."""
    acting.side_of(form.sender)
    items = form.items
    if form.from_recall is not None:
        recalls.read(form.from_recall, asker=acting.asker)
        items = items_of_recall(hub, recalls, form.from_recall, form.receiver, form.recall_items)
    fields = form.model_dump(exclude={"by", "items", "from_recall", "recall_items"})
    content = NotificationContent(items=act.canonical(items), **fields)
    return _created(act.make(acting.hub, content, form.by))


@router.get("", response_class=Response, responses=documented(NotificationList))
def get_notifications(  # noqa: PLR0917 - the parameters are those of the address
    hub: UsesHub,
    asker: UsesAsker,
    party: str | None = None,
    sender: str | None = None,
    receiver: str | None = None,
    state: NotificationState | None = None,
    type: NotificationType | None = None,  # noqa: A002 - the name in the address
    severity: Severity | None = None,
    item: str | None = None,
    box: Box | None = None,
    q: Annotated[str, Query(max_length=400)] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Those that fit, the latest first. ``box`` is that of the asker's company, for the operator that of ``party``;
    ``q`` stands in title, description, id, company or item."""
    named = None if item is None else act.canonical([item])[0]
    wanted = Wanted(party=party, sender=sender, receiver=receiver, type=type, severity=severity, item=named)
    sieve = Sieve(state=state, box=box, text=q, us=asker.organisation or party or "")
    with hub.store.reading() as connection:
        return json_answer(list_view(connection, wanted, sieve, hub.clock().date(), offset, limit))


@router.get("/unread", response_class=Response, responses=documented(UnreadView))
def get_unread(request: Request, asker: UsesAsker) -> Response:
    """In which notifications others did something since the asker, who has an account, opened them on the pages."""
    return json_answer(unread_of(whole_hub(request), asker))


@router.get("/{identity}", response_class=Response, responses=documented(NotificationView))
def get_notification(identity: str, hub: UsesHub) -> Response:
    """Everything of one notification."""
    with hub.store.reading() as connection:
        return json_answer(view(connection, identity, hub.clock().date()))


@router.post("/{identity}/transitions", status_code=201, response_class=Response, responses=_NEW)
def post_transition(identity: str, form: TransitionForm, acting: Acts, seen: UsesHub) -> Response:
    """Move it into another state."""
    hub = hub_of_side(acting, seen, identity, form.side)
    return _created(act.change(hub, identity, Transition(to=form.to, reason=form.reason), form.actor))


@router.post("/{identity}/messages", status_code=201, response_class=Response, responses=_NEW)
def post_message(identity: str, form: MessageForm, acting: Acts, seen: UsesHub) -> Response:
    """Say something to the other side."""
    hub = hub_of_side(acting, seen, identity, form.side)
    return _created(act.change(hub, identity, Message(text=form.text), form.actor))


@router.post("/{identity}/8d", status_code=201, response_class=Response, responses=_NEW)
def post_step(identity: str, form: StepForm, acting: Acts, seen: UsesHub) -> Response:
    """Enter a discipline of the 8D report; evidence must be attached already."""
    hub = hub_of_side(acting, seen, identity, form.side)
    step = EightDStep(**form.model_dump(exclude={"side", "by", "evidence"}), evidence=tuple(form.evidence))
    return _created(enter_step(hub, identity, step, form.actor))


@router.post("/{identity}/deadline", status_code=201, response_class=Response, responses=_NEW)
def post_deadline(identity: str, form: DeadlineForm, acting: Acts, seen: UsesHub) -> Response:
    """Set, move or take away the date by which an answer is expected."""
    hub = hub_of_side(acting, seen, identity, Side.SENDER)
    deadline = Deadline(target_date=form.target_date, reason=form.reason)
    return _created(act.change(hub, identity, deadline, act.Actor(side=Side.SENDER, by=form.by)))


@router.post("/{identity}/forward", status_code=201, response_class=Response, responses=_NEW)
def post_forward(identity: str, form: ForwardForm, acting: Acts, seen: UsesHub) -> Response:
    """Tell the next tier; the original is cited by its hash, nothing of it is shown but what is named here."""
    hub = hub_of_side(acting, seen, identity, Side.RECEIVER)
    check_named(acting, seen, identity, form.items)
    return _created(act.forward(hub, identity, **form.model_dump()))


@router.post("/{identity}/guest-link", status_code=201, response_class=Response, responses=_LINK)
def post_guest_link(identity: str, form: GuestForm, acting: Acts, seen: UsesHub) -> Response:
    """A link by which the receiver answers without an account; it is shown only once."""
    hub = hub_of_side(acting, seen, identity, Side.SENDER)
    return _created(guest.give_link(hub, identity, form.by, form.lasts))


@router.delete("/{identity}/guest-link", response_class=Response)
def delete_guest_links(identity: str, acting: Acts, seen: UsesHub, by: str) -> Response:
    """Take back all its guest links."""
    hub = hub_of_side(acting, seen, identity, Side.SENDER)
    return json_answer(guest.revoke_links(hub, identity, by))


@router.put("/{identity}/attachments/{name}", status_code=201, response_class=Response, responses=_NEW)
async def put_attachment(  # noqa: PLR0917 - the parameters are those of the address
    identity: str, name: str, side: Side, by: str, request: Request, acting: Acts, seen: UsesHub
) -> Response:
    """Attach a file: the body is its bytes, at most 10 MB."""
    hub = await run_in_threadpool(hub_of_side, acting, seen, identity, side)
    content = await request.body()
    return _created(await run_in_threadpool(attach, hub, identity, name, content, act.Actor(side=side, by=by)))


@router.get("/{identity}/attachments/{hash_}", response_class=Response)
def get_attachment(identity: str, hash_: str, hub: UsesHub) -> Response:
    """An attached file, always as a download."""
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    return download(hub, now.attachments, hash_)


def _created(view: Made | GuestLinkView) -> Response:
    response = json_answer(view)
    response.status_code = 201
    return response
