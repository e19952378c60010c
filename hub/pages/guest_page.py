"""The page behind a guest link: a supplier without the software reads a notification and answers it.

The link's secret is the only permission, and stands in the address: so there is nothing to forge from another site, the
page is never cached, and it tells no other site where its visitor came from. Plain forms, no script.
"""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import UsesHub
from hub.errors import EntryRefused
from hub.notify.act import change
from hub.notify.attach import attach, download
from hub.notify.guest import GUEST, GUEST_PATH, guest_notification
from hub.pages.notification_words import DISCIPLINES
from hub.pages.routes import UsesPages
from hub.parts import Hub
from traceability.notification.fold import Notification
from traceability.notification.states import next_states
from traceability.record.notification import (
    Change,
    EightDStep,
    Message,
    NotificationState,
    Side,
    StepStatus,
    Transition,
)

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SHOWN_ITEMS = 500
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
Words = Annotated[str, Form(max_length=20_000)]


@router.get(GUEST_PATH + "{secret}")
def get_guest_page(secret: str, request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """The notification and what may be answered now."""
    return _page(_find(hub, secret), secret, request, pages)


@router.post(GUEST_PATH + "{secret}/transition")
def post_guest_transition(
    secret: str, hub: UsesHub, to: Annotated[NotificationState, Form()], reason: Words = ""
) -> Response:
    """Acknowledge, accept or decline."""
    return _act(hub, secret, Transition(to=to, reason=reason))


@router.post(GUEST_PATH + "{secret}/message")
def post_guest_message(secret: str, hub: UsesHub, text: Words) -> Response:
    """Say something."""
    return _act(hub, secret, Message(text=text))


@router.post(GUEST_PATH + "{secret}/8d")
def post_guest_step(
    secret: str,
    hub: UsesHub,
    discipline: Annotated[int, Form(ge=1, le=8)],
    status: Annotated[StepStatus, Form()],
    text: Words,
) -> Response:
    """Fill in a discipline of the 8D report."""
    return _act(hub, secret, EightDStep(discipline=discipline, status=status, text=text))


@router.post(GUEST_PATH + "{secret}/attachments")
async def post_guest_attachment(secret: str, hub: UsesHub, file: Annotated[UploadFile, File()]) -> Response:
    """Attach a file."""
    content = await file.read()
    name = file.filename or "file"
    now = await run_in_threadpool(_find, hub, secret)
    await run_in_threadpool(attach, hub, now.id, name, content, GUEST)
    return _back(secret)


@router.get(GUEST_PATH + "{secret}/attachments/{hash_}")
def get_guest_attachment(secret: str, hash_: str, hub: UsesHub) -> Response:
    """An attached file."""
    return download(hub, _find(hub, secret).attachments, hash_)


def _find(hub: Hub, secret: str) -> Notification:
    with hub.store.reading() as connection:
        return guest_notification(connection, secret, hub.clock())


def _act(hub: Hub, secret: str, content: Change) -> Response:
    now = _find(hub, secret)
    if isinstance(content, Message) and not content.text.strip():
        raise EntryRefused("nothing was written", where="message", advice="write something and send it again")
    change(hub, now.id, content, GUEST)
    return _back(secret)


def _back(secret: str) -> Response:
    return RedirectResponse(GUEST_PATH + secret, status_code=303, headers=_PRIVATE)


def _page(now: Notification, secret: str, request: Request, pages: UsesPages) -> Response:
    context: dict[str, Any] = {
        "now": now,
        "base": GUEST_PATH + secret,
        "moves": next_states(now.state, Side.RECEIVER),
        "items": now.content.items[:SHOWN_ITEMS],
        "hidden_items": len(now.content.items) - SHOWN_ITEMS,
        "steps": {step.entry.discipline: step.entry for step in now.steps},
        "disciplines": DISCIPLINES,
        "statuses": tuple(StepStatus),
        "declines": NotificationState.DECLINED,
        "said": [item for item in now.history if isinstance(item.content, Message | Transition)],
        "is_message": lambda content: isinstance(content, Message),
    }
    answer = pages.answer(request, "guest.html", context)
    answer.headers.update(_PRIVATE)
    return answer
