"""Addresses of the mailbox. What they show, ``/api/v1/notifications`` answers by the same functions."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker, Scope
from hub.accounts.permission import Permission
from hub.api.access import Acting, UsesAsker, UsesHub, may, whole_hub
from hub.named import Named
from hub.notify.attach import download
from hub.notify.mailbox import Box, Sieve, have_read, unread_of
from hub.notify.read import find, list_view, view
from hub.notify.views import NotificationLine
from hub.page_paths import NOTIFICATIONS_PATH
from hub.pages.frame.navigation import Crumb
from hub.pages.notifications.mail_table import mail_table
from hub.pages.notifications.thread import thread_context
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.mail.notifications import Wanted
from hub.store.master.queries import read_master
from traceability.record.notification import Side

MOST_LISTED = 5_000
Reader = Annotated[Acting, Depends(may(Scope.READ))]
Words = Annotated[str, Query(max_length=400)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(NOTIFICATIONS_PATH)
def get_mailbox(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    box: Box = Box.INBOX,
    q: Words = "",
    party: Words = "",
) -> Response:
    """What did others tell us, and what waits for us?"""
    us = asker.organisation or party
    sieve = Sieve(box=box, text=q, us=us)
    with hub.store.reading() as connection:
        companies = read_master(connection).organisations
        found = list_view(connection, Wanted(party=us or None), sieve, hub.clock().date(), 0, MOST_LISTED)
    unread = unread_of(whole_hub(request), asker)
    context = {
        "found": found,
        "boxes": [(each, found.boxes[each]) for each in Box],
        "box": box,
        "q": q,
        "party": party,
        "companies": sorted(companies.values(), key=lambda one: one.id) if asker.is_operator else (),
        "unread": unread.unread,
        "may_tell": may_tell(asker),
        "question": request.url.query,
    }
    rows = sorted(found.notifications, key=_changed, reverse=True)
    return pages.show(
        request,
        "notifications.html",
        context,
        tables=(Filled(mail_table(companies, frozenset(unread.notifications), pages.zone(request)), rows),),
        trail=(Crumb(pages.speech(request).say("Notifications")),),
    )


@router.post(NOTIFICATIONS_PATH + "/read")
def post_read(acting: Reader) -> Response:
    """Mark everything as read; nobody else is told."""
    have_read(acting.hub, acting.asker, unread_of(acting.hub, acting.asker).notifications)
    return RedirectResponse(NOTIFICATIONS_PATH, status_code=303)


@router.get(NOTIFICATIONS_PATH + "/{identity}")
def get_thread(  # noqa: PLR0917 - what the route needs
    identity: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    side: Side | None = None,
    *,
    done: bool = False,
) -> Response:
    """What is it about, what happened, and what must I do?"""
    answer = thread_page(identity, request, hub, asker, pages, side, {"done": done})
    if asker.person is not None and identity in unread_of(hub_ := whole_hub(request), asker).notifications:
        have_read(hub_, asker, (identity,))
    return answer


@router.get(NOTIFICATIONS_PATH + "/{identity}/attachments/{hash_}")
def get_attached(identity: str, hash_: str, hub: UsesHub) -> Response:
    """An attached file, always as a download."""
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    return download(hub, now.attachments, hash_)


def thread_page(  # noqa: PLR0917 - what the page needs
    identity: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    side: Side | None,
    more: Mapping[str, Any],
) -> Response:
    """The page of one notification; ``more`` goes over its variables."""
    with hub.store.reading() as connection:
        shown = view(connection, identity, hub.clock().date())
        companies: dict[str, Named] = read_master(connection).organisations
    speech = pages.speech(request)
    context = thread_context(shown, companies, asker, side, zone=pages.zone(request), speech=speech)
    trail = (Crumb(speech.say("Notifications"), NOTIFICATIONS_PATH), Crumb(shown.content.title))
    return pages.show(request, "notification.html", context | {"done": False} | dict(more), trail=trail)


def may_tell(asker: Asker) -> bool:
    """Whether forms are shown that tell somebody something."""
    return asker.may_act and Permission.ACT in asker.permissions


def _changed(line: NotificationLine) -> Any:
    return line.changed_at
