"""``/api/v1/account`` and ``/api/v1/users``: one's own account, and those that one manages."""

from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.accounts.asker import Asker, Person
from hub.accounts.events import EventsView, account_events
from hub.accounts.own_tokens import (
    USUAL_DAYS,
    OwnTokenMade,
    OwnTokenView,
    list_own_tokens,
    make_own_token,
    revoke_own_token,
)
from hub.accounts.people import (
    Invited,
    Manager,
    PersonView,
    add_person,
    change_role,
    disable_person,
    enable_person,
    list_people,
    manager_of,
    reset_person,
)
from hub.accounts.permission import Permission, Role, Scope
from hub.accounts.sessions import SessionView, list_sessions
from hub.accounts.trail import Happened, note
from hub.api.access import UsesAsker, whole_hub
from hub.api.answer import documented, json_answer
from hub.errors import NotFound, ScopeMissing
from hub.parts import Hub
from hub.store.account.people import StoredAccount, account_by_id
from hub.store.account.sessions import end_session

router = APIRouter(prefix="/api/v1", tags=["accounts"])


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and what it may do; ``login`` '' where it is no person."""

    login: str
    name: str
    organisation: str
    role: Role | None
    plants: tuple[str, ...]
    permissions: tuple[Permission, ...]


class PersonForm(BaseModel):
    """A new account. ``plants`` of its organisation, or none for all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"login": "li.na@supplier-a.example", "name": "李娜", "organisation": "supplier-a", "role": "quality"}
            ]
        },
    )
    login: Annotated[str, Field(min_length=1, max_length=100)]
    role: Role
    name: Annotated[str, Field(max_length=100)] = ""
    organisation: Annotated[str, Field(max_length=200)] = ""
    plants: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = []


class RoleForm(BaseModel):
    """Another role; without ``plants`` they stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "auditor"}]})
    role: Role
    plants: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] | None = None


class OwnTokenForm(BaseModel):
    """A token for one's own programs."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"scopes": ["read"], "days": 90, "note": "monthly report"}]}
    )
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    days: Annotated[int, Field(ge=1, le=365)] = USUAL_DAYS
    note: Annotated[str, Field(max_length=200)] = ""


def person_of(asker: UsesAsker) -> Person:
    """``ScopeMissing`` unless a person asks."""
    if asker.person is None:
        raise ScopeMissing("this is about a person's account, and no person asks", advice="sign in")
    return asker.person


def whole_of(request: Request, asker: UsesAsker) -> Hub:
    """The hub past every policy: accounts are no records, and each route here says whose they are."""
    assert asker is not None
    return whole_hub(request)


UsesPerson = Annotated[Person, Depends(person_of)]
WholeHub = Annotated[Hub, Depends(whole_of)]


def managing(asker: UsesAsker) -> Manager:
    """Who manages accounts."""
    return manager_of(asker)


UsesManager = Annotated[Manager, Depends(managing)]


@router.get("/account", response_class=Response, responses=documented(AccountView))
def get_account(asker: UsesAsker) -> Response:
    """Who am I here, and what may I do?"""
    return json_answer(account_view(asker))


@router.get("/account/sessions", response_class=Response, responses=documented(tuple[SessionView, ...]))
def get_sessions(hub: WholeHub, person: UsesPerson) -> Response:
    """Where am I signed in?"""
    with hub.store.reading() as connection:
        return json_answer(list_sessions(connection, person.account, hub.clock(), person.session))


@router.delete("/account/sessions/{session}", status_code=204)
def delete_session(session: str, hub: WholeHub, person: UsesPerson) -> None:
    """End one of one's own sessions."""
    end_own_session(hub, person, session)


@router.get("/account/tokens", response_class=Response, responses=documented(tuple[OwnTokenView, ...]))
def get_tokens(hub: WholeHub, person: UsesPerson) -> Response:
    """One's own tokens; never the tokens themselves."""
    with hub.store.reading() as connection:
        return json_answer(list_own_tokens(connection, person.account))


@router.post("/account/tokens", status_code=201, response_class=Response, responses=documented(OwnTokenMade, 201))
def post_token(form: OwnTokenForm, hub: WholeHub, person: UsesPerson) -> Response:
    """Make a token; it is shown this once."""
    made = make_own_token(hub, own_account(hub, person), form.scopes, valid=timedelta(days=form.days), text=form.note)
    return json_answer(made, 201)


@router.delete("/account/tokens/{token}", status_code=204)
def delete_token(token: str, hub: WholeHub, person: UsesPerson) -> None:
    """A token is good for nothing any more."""
    revoke_own_token(hub, own_account(hub, person), token)


@router.get("/users", response_class=Response, responses=documented(tuple[PersonView, ...]))
def get_users(hub: WholeHub, manager: UsesManager) -> Response:
    """The accounts that one manages."""
    with hub.store.reading() as connection:
        return json_answer(list_people(connection, manager))


@router.post("/users", status_code=201, response_class=Response, responses=documented(Invited, 201))
def post_user(form: PersonForm, hub: WholeHub, manager: UsesManager) -> Response:
    """Add an account; its one-time link is shown this once."""
    made = add_person(
        hub,
        form.login,
        role=form.role,
        name=form.name,
        organisation=form.organisation or manager.organisation,
        plants=form.plants,
        manager=manager,
    )
    return json_answer(made, 201)


@router.post("/users/{identity}/role", response_class=Response, responses=documented(PersonView))
def post_role(identity: str, form: RoleForm, hub: WholeHub, manager: UsesManager) -> Response:
    """Give somebody another role."""
    return json_answer(change_role(hub, identity, form.role, form.plants, manager))


@router.post("/users/{identity}/reset", response_class=Response, responses=documented(Invited))
def post_reset(identity: str, hub: WholeHub, manager: UsesManager) -> Response:
    """Take password, second factor and sessions away; a new one-time link is shown this once."""
    return json_answer(reset_person(hub, identity, manager))


@router.post("/users/{identity}/disable", status_code=204)
def post_disable(identity: str, hub: WholeHub, manager: UsesManager) -> None:
    """Nobody signs in by this account any more."""
    disable_person(hub, identity, manager)


@router.post("/users/{identity}/enable", status_code=204)
def post_enable(identity: str, hub: WholeHub, manager: UsesManager) -> None:
    """The account is good again."""
    enable_person(hub, identity, manager)


@router.get("/account-events", response_class=Response, responses=documented(EventsView))
def get_events(
    hub: WholeHub,
    asker: UsesAsker,
    *,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Sign-ins, failures and changes of accounts, the latest first: of one's organisation, for the operator of all."""
    may_read_trail(asker)
    with hub.store.reading() as connection:
        return json_answer(account_events(connection, asker.organisation or None, before, limit))


def may_read_trail(asker: Asker) -> None:
    """``ScopeMissing`` unless a person asks, or the operator by its token: the trail holds personal data."""
    if not asker.admin and asker.person is None:
        raise ScopeMissing("the trail of accounts is read by people who signed in", advice="sign in as an auditor")
    if asker.plants:
        raise ScopeMissing("the trail is of the whole company, and you work for some plants", advice="ask a colleague")


def account_view(asker: Asker) -> AccountView:
    """Who asks."""
    person = asker.person
    return AccountView(
        login=person.login if person else "",
        name=person.name if person else "",
        organisation=asker.organisation,
        role=person.role if person else None,
        plants=tuple(sorted(person.plants)) if person else (),
        permissions=tuple(sorted(asker.permissions)),
    )


def own_account(hub: Hub, person: Person) -> StoredAccount:
    """The account of who asks, as it is now."""
    with hub.store.reading() as connection:
        found = account_by_id(connection, person.account)
    if found is None:
        raise NotFound("your account is gone", advice="ask an administrator")
    return found


def end_own_session(hub: Hub, person: Person, session: str) -> None:
    """End one of one's own sessions; ``NotFound``."""
    whose = own_account(hub, person)
    with hub.store.writing() as connection:
        if not end_session(connection, person.account, session):
            raise NotFound(f"you have no session {session[:60]!r}")
        note(connection, hub, Happened.SESSION_ENDED, whose, by=whose.id)
