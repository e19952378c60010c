"""One account, for whoever manages it: its role and plants, and what is asked back before it is done."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.events import EventView, last_change
from hub.accounts.people import (
    Invited,
    Manager,
    PersonView,
    change_role,
    disable_person,
    enable_person,
    person_of_id,
    reset_person,
)
from hub.accounts.permission import Role
from hub.accounts.routes import UsesManager, WholeHub
from hub.accounts.trail import MOST_TEXT
from hub.api.session import base_of
from hub.errors import EntryRefused
from hub.pages.account_paths import USERS_PATH
from hub.pages.sign_in_page import private_page
from hub.parts import Hub
from hub.store.master.queries import read_master

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ONE = f"{USERS_PATH}/{{identity}}"
Sure = Annotated[str, Form(max_length=10)]


class Extent(StrEnum):
    """Of which plants somebody is."""

    ALL = "all"
    SOME = "some"


@router.get(_ONE)
def get_user_page(identity: str, request: Request, hub: WholeHub, manager: UsesManager) -> Response:
    """What may this person do, and where?"""
    return _page(identity, request, hub, manager)


@router.post(f"{_ONE}/role")
def post_role_form(  # noqa: PLR0917 - a form's fields
    identity: str,
    request: Request,
    hub: WholeHub,
    manager: UsesManager,
    role: Annotated[Role, Form()],
    extent: Annotated[Extent | None, Form()] = None,
    plants: Annotated[list[str], Form(max_length=1000)] = [],  # noqa: B006 - read only, as FastAPI wants it
) -> Response:
    """Give somebody another role, or other plants; these stay where no extent is told."""
    if extent is Extent.SOME and not plants:
        return _page(identity, request, hub, manager, trouble="no plant is chosen: choose some, or all of them")
    chosen = None if extent is None else plants if extent is Extent.SOME else []
    try:
        change_role(hub, identity, role, chosen, manager)
    except EntryRefused as error:
        return _page(identity, request, hub, manager, trouble=str(error))
    return _back(identity)


@router.post(f"{_ONE}/reset")
def post_reset_form(identity: str, request: Request, hub: WholeHub, manager: UsesManager, sure: Sure = "") -> Response:
    """A new beginning; the new link is shown this once."""
    if not sure:
        return _back(identity)
    return _page(identity, request, hub, manager, invited=reset_person(hub, identity, manager))


@router.post(f"{_ONE}/disable")
def post_disable_form(
    identity: str, request: Request, hub: WholeHub, manager: UsesManager, sure: Sure = ""
) -> Response:
    """Nobody signs in by this account any more."""
    try:
        if sure:
            disable_person(hub, identity, manager)
    except EntryRefused as error:
        return _page(identity, request, hub, manager, trouble=str(error))
    return _back(identity)


@router.post(f"{_ONE}/enable")
def post_enable_form(identity: str, hub: WholeHub, manager: UsesManager) -> Response:
    """The account is good again."""
    enable_person(hub, identity, manager)
    return _back(identity)


def _page(
    identity: str,
    request: Request,
    hub: Hub,
    manager: Manager,
    *,
    invited: Invited | None = None,
    trouble: str = "",
) -> Response:
    with hub.store.reading() as connection:
        one = person_of_id(connection, identity, manager)
        changed = last_change(connection, one.id)
        own = [
            entry.named
            for entry in read_master(connection).plants.values()
            if entry.organisation.id == one.organisation and (not manager.plants or entry.named.id in manager.plants)
        ]
    context: dict[str, Any] = {
        "one": one,
        "plants": sorted(own, key=lambda each: each.id),
        "roles": tuple(Role),
        "changed": changed,
        "was": changed and Role(changed.detail["was"]),
        "now": changed and Role(changed.detail["now"]),
        "before": _before(one, changed, manager),
        "whole": not manager.plants,
        "invited": invited,
        "trouble": trouble,
        "base": base_of(request),
    }
    return private_page(request, "user.html", context, status=422 if trouble else 200)


def _before(one: PersonView, changed: EventView | None, manager: Manager) -> tuple[Role, tuple[str, ...]] | None:
    """Role and plants to set back to; None where that is not known, or is not the manager's to give."""
    if changed is None or "had" not in changed.detail or len(changed.detail["had"]) >= MOST_TEXT:
        return None
    role, plants = Role(changed.detail["was"]), tuple(changed.detail["had"].split())
    same = (role, plants) == (one.role, one.plants)
    return None if same or not manager.manages(one.organisation, plants) else (role, plants)


def _back(identity: str) -> Response:
    return RedirectResponse(f"{USERS_PATH}/{identity}", status_code=303)
