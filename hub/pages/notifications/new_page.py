"""A new notification: from a unit, a lot, a recall, an alarm or a requirement, or of one's own."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import UsesHub
from hub.errors import EntryRefused
from hub.notify import act
from hub.notify.side import Acts
from hub.page_paths import NOTIFICATIONS_PATH, notification_path
from hub.pages.frame.navigation import Crumb
from hub.pages.notifications.forms import NewForm, lines
from hub.pages.notifications.mail_table import named_by
from hub.pages.plants.entering import DONE, refused
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.master.queries import read_master
from traceability.record.notification import (
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

MOST_GIVEN = 100
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(NOTIFICATIONS_PATH + "/new")
def get_new_page(  # noqa: PLR0917 - the parameters are those of the address
    request: Request,
    hub: UsesHub,
    acting: Acts,
    pages: UsesPages,
    item: Annotated[list[str], Query(max_length=MOST_GIVEN)] = [],  # noqa: B006 - read only, as FastAPI wants it
    receiver: Annotated[str, Query(max_length=200)] = "",
    title: Annotated[str, Query(max_length=200)] = "",
    description: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Whom do I tell what?"""
    given = {"items": "\n".join(item), "receiver": receiver, "title": title, "description": description}
    return _page(request, hub, acting.asker, pages, given)


@router.post(NOTIFICATIONS_PATH)
def post_new(
    request: Request, hub: UsesHub, acting: Acts, pages: UsesPages, form: Annotated[NewForm, Form()]
) -> Response:
    """Make the draft; send it where that is asked."""
    acting.side_of(form.sender)
    by = acting.asker.signature
    try:
        fields = form.model_dump(exclude={"items", "csrf", "send"})
        content = NotificationContent(items=act.canonical(lines(form.items)), **fields)
        made = act.make(acting.hub, content, by)
    except EntryRefused as error:
        given = {name: str(value or "") for name, value in form.model_dump(exclude={"csrf", "send"}).items()}
        return refused(_page(request, hub, acting.asker, pages, given, str(error)), "refused")
    if form.send:
        act.change(acting.hub, made.id, Transition(to=NotificationState.SENT), act.Actor(side=Side.SENDER, by=by))
    return RedirectResponse(f"{notification_path(made.id)}?{DONE}=1", status_code=303)


def _page(  # noqa: PLR0917 - what the page needs
    request: Request, hub: Hub, asker: Asker, pages: Pages, given: dict[str, str], trouble: str = ""
) -> Response:
    with hub.store.reading() as connection:
        known = read_master(connection).organisations
    companies = sorted(known.values(), key=lambda one: one.id)
    defaults = {"type": NotificationType.INVESTIGATION.value, "severity": Severity.MAJOR.value, "target_date": ""}
    context: dict[str, Any] = {
        "senders": companies if asker.is_operator else [named_by(known, asker.organisation)],
        "receivers": [one for one in companies if one.id != asker.organisation],
        "types": tuple(NotificationType),
        "severities": tuple(Severity),
        "given": defaults | {"sender": ""} | given,
        "trouble": trouble,
    }
    speech = pages.speech(request)
    trail = (Crumb(speech.say("Notifications"), NOTIFICATIONS_PATH), Crumb(speech.say("New notification")))
    return pages.show(request, "notification_new.html", context, trail=trail)
