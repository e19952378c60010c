"""What is done in a notification by forms of its page; each act is that of the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import Acting, UsesHub
from hub.errors import EntryRefused
from hub.notify import act, guest
from hub.notify.attach import attach
from hub.notify.files import MAX_SIZE
from hub.notify.side import Acts, check_named, hub_of_side
from hub.notify.step import enter_step
from hub.page_paths import NOTIFICATIONS_PATH, notification_path
from hub.pages.notifications.forms import (
    DisciplineForm,
    DueForm,
    LinkForm,
    MoveForm,
    OnwardForm,
    SayForm,
    SideForm,
    lines,
)
from hub.pages.notifications.routes import thread_page
from hub.pages.notifications.thread import NOTHING_TYPED
from hub.pages.plants.entering import DONE, refused
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from traceability.record.notification import Change, Deadline, EightDStep, Message, Side, Transition

_ONE = NOTIFICATIONS_PATH + "/{identity}"
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Thread:
    """A notification in which somebody acts by a form."""

    def __init__(self, identity: str, request: Request, hub: UsesHub, acting: Acts, pages: UsesPages) -> None:
        self.identity = identity
        self.request = request
        self.hub: Hub = hub
        self.acting: Acting = acting
        self.pages: Pages = pages

    def of(self, side: Side) -> tuple[Hub, act.Actor]:
        """The hub to act on, and who acts; refused to whoever is not of that side."""
        hub = hub_of_side(self.acting, self.hub, self.identity, side)
        return hub, act.Actor(side=side, by=self.acting.asker.signature)

    def change(self, side: Side, content: Change, anchor: str) -> Response:
        """Enter a change and lead back."""
        hub, actor = self.of(side)
        return self.entered(side, lambda: act.change(hub, self.identity, content, actor), anchor)

    def entered(self, side: Side, enter: Callable[[], object], anchor: str, **given: str) -> Response:
        """Enter something and lead back to the thread; what is refused is said on it, with what was typed."""
        try:
            enter()
        except EntryRefused as error:
            return refused(self.page(side, {"trouble": str(error), "given": NOTHING_TYPED | given}), "refused")
        question = urlencode({DONE: "1", "side": side.value})
        return RedirectResponse(f"{notification_path(self.identity)}?{question}{anchor}", status_code=303)

    def page(self, side: Side, more: dict[str, object]) -> Response:
        """The thread itself as the answer."""
        return thread_page(self.identity, self.request, self.hub, self.acting.asker, self.pages, side, more)


UsesThread = Annotated[Thread, Depends(Thread)]


@router.post(_ONE + "/transition")
def post_transition(thread: UsesThread, form: Annotated[MoveForm, Form()]) -> Response:
    """Send, confirm, accept, decline, close."""
    return thread.change(form.side, Transition(to=form.to, reason=form.reason), "#said")


@router.post(_ONE + "/message")
def post_message(thread: UsesThread, form: Annotated[SayForm, Form()]) -> Response:
    """Say something to the other side."""
    hub, actor = thread.of(form.side)

    def say() -> None:
        if not form.text.strip():
            raise EntryRefused("nothing was written", where="message", advice="write something and send it again")
        act.change(hub, thread.identity, Message(text=form.text), actor)

    return thread.entered(form.side, say, "#thread", text=form.text)


@router.post(_ONE + "/8d")
def post_discipline(thread: UsesThread, form: Annotated[DisciplineForm, Form()]) -> Response:
    """Fill in a discipline of the 8D report."""
    hub, actor = thread.of(form.side)
    fields = form.model_dump(exclude={"side", "csrf", "evidence"})
    step = EightDStep(**fields, evidence=tuple(form.evidence))
    given = {"discipline": str(form.discipline), "step": form.text}
    return thread.entered(
        form.side, lambda: enter_step(hub, thread.identity, step, actor), f"#d{form.discipline}", **given
    )


@router.post(_ONE + "/deadline")
def post_deadline(thread: UsesThread, form: Annotated[DueForm, Form()]) -> Response:
    """Move the date by which an answer is expected, and say why."""
    hub, actor = thread.of(Side.SENDER)

    def move() -> None:
        if not form.reason.strip():
            raise EntryRefused("a reason is needed", where="deadline", advice="say why the date changes")
        act.change(hub, thread.identity, Deadline(target_date=form.target_date, reason=form.reason), actor)

    return thread.entered(Side.SENDER, move, "#said")


@router.post(_ONE + "/forward")
def post_forward(thread: UsesThread, form: Annotated[OnwardForm, Form()]) -> Response:
    """Tell the next tier; it is a draft until it is sent."""
    hub, actor = thread.of(Side.RECEIVER)
    items = lines(form.items)
    try:
        check_named(thread.acting, thread.hub, thread.identity, items)
        made = act.forward(
            hub, thread.identity, receiver=form.receiver, title=form.title, description=form.description, items=items,
            by=actor.by,
        )  # fmt: skip
    except EntryRefused as error:
        return refused(thread.page(Side.RECEIVER, {"trouble": str(error)}), "refused")
    return RedirectResponse(f"{notification_path(made.id)}?{DONE}=1", status_code=303)


@router.post(_ONE + "/guest-link")
def post_guest_link(thread: UsesThread, form: Annotated[LinkForm, Form()]) -> Response:
    """A link by which the receiver answers without an account: on this answer and never again."""
    hub, actor = thread.of(Side.SENDER)
    try:
        given = guest.give_link(hub, thread.identity, actor.by, timedelta(days=form.days))
    except EntryRefused as error:
        return refused(thread.page(Side.SENDER, {"trouble": str(error)}), "refused")
    link = f"{thread.request.base_url.scheme}://{thread.request.base_url.netloc}{given.path}"
    answer = thread.page(Side.SENDER, {"link": link, "link_expires": given.expires})
    answer.headers.update(PRIVATE)
    return answer


@router.post(_ONE + "/guest-link/withdrawal")
def post_withdrawal(thread: UsesThread, form: Annotated[SideForm, Form()]) -> Response:
    """Take back every guest link."""
    hub, actor = thread.of(Side.SENDER)
    return thread.entered(form.side, lambda: guest.revoke_links(hub, thread.identity, actor.by), "#guest")


@router.post(_ONE + "/attachments")
async def post_attachment(
    thread: UsesThread, side: Annotated[Side, Form()], file: Annotated[UploadFile, File()]
) -> Response:
    """Attach a file; of one that is too large no more is read than shows it."""
    content, name = await file.read(MAX_SIZE + 1), file.filename or "file"

    def enter() -> Response:
        hub, actor = thread.of(side)
        return thread.entered(side, lambda: attach(hub, thread.identity, name, content, actor), "#files")

    return await run_in_threadpool(enter)
