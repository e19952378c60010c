"""The accounts that somebody manages, and the trail of what happened to accounts."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from hub.accounts.events import account_events
from hub.accounts.people import (
    Invited,
    Manager,
    add_person,
    list_people,
)
from hub.accounts.permission import ROLE_MAY, Permission, Role
from hub.accounts.routes import UsesManager, WholeHub, may_read_trail
from hub.api.access import UsesAsker
from hub.api.session import base_of
from hub.errors import EntryRefused
from hub.pages.account_paths import USERS_PATH
from hub.pages.sign_in_page import Field, private_page
from hub.parts import Hub
from hub.store.sharing.queries import organisations_known

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
EVENTS_SHOWN = 100
ChosenRole = Annotated[Role, Form()]


@router.get(USERS_PATH)
def get_users_page(request: Request, hub: WholeHub, manager: UsesManager) -> Response:
    """Who may sign in here, as what?"""
    return _page(request, hub, manager)


@router.post(USERS_PATH)
def post_user_form(  # noqa: PLR0917 - a form's fields
    request: Request,
    hub: WholeHub,
    manager: UsesManager,
    login: Field,
    role: ChosenRole,
    name: Field = "",
    organisation: Field = "",
    plants: Field = "",
) -> Response:
    """Add an account; its link is shown this once."""
    try:
        invited = add_person(
            hub,
            login,
            role=role,
            name=name,
            organisation=organisation or manager.organisation,
            plants=plants.replace(",", " ").split(),
            manager=manager,
        )
    except EntryRefused as error:
        return _page(request, hub, manager, trouble=str(error))
    return _page(request, hub, manager, invited=invited)


@router.get(f"{USERS_PATH}/events")
def get_events_page(
    request: Request,
    hub: WholeHub,
    asker: UsesAsker,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Who signed in, who failed, who changed what?"""
    may_read_trail(asker)
    with hub.store.reading() as connection:
        view = account_events(connection, asker.organisation or None, before, EVENTS_SHOWN)
    return private_page(request, "user_events.html", {"view": view})


def _page(
    request: Request, hub: Hub, manager: Manager, *, invited: Invited | None = None, trouble: str = ""
) -> Response:
    with hub.store.reading() as connection:
        context: dict[str, Any] = {
            "people": list_people(connection, manager),
            "organisations": sorted(organisations_known(connection)) if not manager.organisation else [],
        }
    context |= {
        "roles": tuple(Role),
        "matrix": [(permission, [permission in ROLE_MAY[role] for role in Role]) for permission in Permission],
        "invited": invited,
        "trouble": trouble,
        "base": base_of(request),
        "manager": manager,
    }
    return private_page(request, "users.html", context, status=422 if trouble else 200)
