"""Accounts: made, changed, reset and disabled, by whoever manages those of an organisation."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.accounts.desk import LONGEST_LOGIN, as_login
from hub.accounts.permission import Permission, Role
from hub.accounts.secret import hash_of, new_id, new_secret
from hub.accounts.throttle import of_name
from hub.accounts.trail import COMMAND, Happened, clean, note
from hub.errors import EntryRefused, NotFound, ScopeMissing
from hub.parts import Hub
from hub.store.account.people import (
    StoredAccount,
    StoredLink,
    account_by_id,
    account_by_login,
    accounts_of,
    add_account,
    change_account,
    count_able,
    drop_links,
    put_link,
)
from hub.store.account.sessions import end_sessions_of
from hub.store.account.trail import forget_failures
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import from_micros, to_micros
from hub.store.ledger.authors import latest_organisation
from hub.store.sharing.queries import owners_of_plants

LINK_VALID = timedelta(hours=24)
LINK_PATH = "/sign-in/link/"
MOST_NAME = 100
MOST_SHOWN = 500


class Manager(msgspec.Struct, frozen=True, kw_only=True):
    """Who manages: an account of ``organisation``, or the operator ("") who manages those of everybody."""

    by: str = COMMAND
    organisation: str = ""
    plants: frozenset[str] = frozenset()
    """Only accounts of these of the organisation's plants; of every one when empty."""

    def manages(self, organisation: str, plants: Collection[str]) -> bool:
        """Whether accounts of ``plants`` (none: all) of ``organisation`` are its business."""
        within = not self.plants or (bool(plants) and self.plants.issuperset(plants))
        return (not self.organisation or self.organisation == organisation) and within


BY_COMMAND = Manager()


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as those see it who manage it."""

    id: str
    login: str
    name: str
    organisation: str
    plants: tuple[str, ...]
    role: Role
    second_factor: bool
    password: bool
    made_at: datetime
    disabled_at: datetime | None


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An account and the one-time link by which its password is set: shown once, kept as a hash."""

    id: str
    login: str
    link: str
    link_valid_until: datetime


def manager_of(asker: Asker) -> Manager:
    """Who manages when ``asker`` does; ``ScopeMissing`` unless it may."""
    if Permission.USERS not in asker.permissions or not asker.may_act:
        raise ScopeMissing("your role does not manage accounts", advice="ask an administrator")
    by = COMMAND if asker.person is None else asker.person.account
    return Manager(by=by, organisation=asker.organisation, plants=asker.plants)


def add_person(
    hub: Hub,
    login: str,
    *,
    role: Role,
    name: str = "",
    organisation: str = "",
    plants: Collection[str] = (),
    manager: Manager = BY_COMMAND,
) -> Invited:
    """A new account, for which its owner sets a password by the link. ``EntryRefused`` says what does not fit."""
    known = as_login(login)
    where = f"account {known or login!r}"
    fine = known and len(login) <= LONGEST_LOGIN and known.isprintable() and not any(c.isspace() for c in known)
    if not fine or len(name) > MOST_NAME:
        raise EntryRefused(
            f"a name to sign in by has 1 to {LONGEST_LOGIN} characters without spaces",
            where=where,
            advice="an e-mail address will do",
        )
    _check_managed(manager, organisation, plants)
    with hub.store.writing() as connection:
        if account_by_login(connection, known) is not None:
            raise EntryRefused("there is an account of that name", where=where, advice="choose another name")
        _check_place(connection, organisation, plants, where)
        new = StoredAccount(
            id=new_id(hub),
            login=known,
            name=clean(name or login.strip()),
            organisation=organisation,
            plants=sorted(set(plants)),
            role=role,
            made_at=to_micros(hub.clock()),
        )
        add_account(connection, new)
        note(connection, hub, Happened.ACCOUNT_ADDED, new, by=manager.by, role=role, login=known)
        return _invite(connection, hub, new)


def change_role(
    hub: Hub, identity: str, role: Role, plants: Iterable[str] | None = None, manager: Manager = BY_COMMAND
) -> PersonView:
    """Give an account another role (and other plants, unless None)."""
    with hub.store.writing() as connection:
        whose = _managed(connection, identity, manager)
        if role is not Role.ADMIN:
            _keep_an_admin(connection, whose)
        kept = whose.plants if plants is None else sorted(set(plants))
        _check_managed(manager, whose.organisation, kept)
        _check_place(connection, whose.organisation, kept, f"account {whose.login}")
        change_account(connection, whose.id, role=role, plants=kept)
        note(
            connection, hub, Happened.ROLE_CHANGED, whose, by=manager.by, was=whose.role, now=role,
            had=" ".join(whose.plants), plants=" ".join(kept),
        )  # fmt: skip
        return view_of(_managed(connection, identity, manager))


def reset_person(hub: Hub, identity: str, manager: Manager = BY_COMMAND) -> Invited:
    """A new beginning: password, second factor and sessions are gone, a new link sets a password."""
    with hub.store.writing() as connection:
        whose = _managed(connection, identity, manager)
        change_account(connection, whose.id, password=None, factor=None)
        end_sessions_of(connection, whose.id)
        forget_failures(connection, of_name(whose.login).key)
        note(connection, hub, Happened.ACCOUNT_RESET, whose, by=manager.by)
        return _invite(connection, hub, whose)


def disable_person(hub: Hub, identity: str, manager: Manager = BY_COMMAND) -> None:
    """Nobody signs in by this account any more, and its sessions and tokens are good for nothing."""
    with hub.store.writing() as connection:
        whose = _managed(connection, identity, manager)
        _keep_an_admin(connection, whose)
        change_account(connection, whose.id, disabled_at=to_micros(hub.clock()))
        end_sessions_of(connection, whose.id)
        drop_links(connection, whose.id)
        note(connection, hub, Happened.ACCOUNT_DISABLED, whose, by=manager.by)


def enable_person(hub: Hub, identity: str, manager: Manager = BY_COMMAND) -> None:
    """The account is good again."""
    with hub.store.writing() as connection:
        whose = _managed(connection, identity, manager)
        change_account(connection, whose.id, disabled_at=None)
        note(connection, hub, Happened.ACCOUNT_ENABLED, whose, by=manager.by)


def list_people(connection: Reading, manager: Manager) -> tuple[PersonView, ...]:
    """The accounts that ``manager`` manages."""
    every = accounts_of(connection, manager.organisation or None, limit=MOST_SHOWN)
    return tuple(view_of(one) for one in every if manager.manages(one.organisation, one.plants))


def person_of_id(connection: Reading, identity: str, manager: Manager) -> PersonView:
    """One of the accounts that ``manager`` manages; ``NotFound``."""
    return view_of(_managed(connection, identity, manager))


def person_named(connection: Reading, login: str) -> StoredAccount:
    """The account of that name; ``NotFound``."""
    found = account_by_login(connection, as_login(login))
    if found is None:
        raise NotFound(f"there is no account {login[:60]!r}", advice="'zhuoyue-hub user list' names them")
    return found


def view_of(stored: StoredAccount) -> PersonView:
    """As it may be shown."""
    return PersonView(
        id=stored.id,
        login=stored.login,
        name=stored.name,
        organisation=stored.organisation,
        plants=tuple(stored.plants),
        role=Role(stored.role),
        second_factor=stored.factor is not None,
        password=stored.password is not None,
        made_at=from_micros(stored.made_at),
        disabled_at=None if stored.disabled_at is None else from_micros(stored.disabled_at),
    )


def _invite(connection: Writing, hub: Hub, whose: StoredAccount) -> Invited:
    secret, until = new_secret(hub), hub.clock() + LINK_VALID
    put_link(connection, StoredLink(hash=hash_of(secret), account=whose.id, expires_at=to_micros(until)))
    return Invited(id=whose.id, login=whose.login, link=LINK_PATH + secret, link_valid_until=until)


def _managed(connection: Reading, identity: str, manager: Manager) -> StoredAccount:
    found = account_by_id(connection, identity)
    if found is None or not manager.manages(found.organisation, found.plants):
        raise NotFound(f"there is no account {identity[:60]!r}", advice="check the id")
    return found


def _check_managed(manager: Manager, organisation: str, plants: Collection[str]) -> None:
    """``ScopeMissing`` unless accounts of that place are the manager's to make."""
    if not manager.manages(organisation, ()) and not manager.plants:
        raise ScopeMissing(f"accounts of {organisation or 'the operator'!r} are not yours", advice="leave it out")
    if not manager.manages(organisation, plants):
        raise ScopeMissing("you manage people of your own plants only", advice="name plants that are yours")


def _keep_an_admin(connection: Reading, whose: StoredAccount) -> None:
    last = whose.role == Role.ADMIN and whose.disabled_at is None and not whose.organisation
    if last and count_able(connection, "", Role.ADMIN) == 1:
        raise EntryRefused(
            "this is the hub's last administrator", where=f"account {whose.login}", advice="make another one first"
        )


def _check_place(connection: Reading, organisation: str, plants: Collection[str], where: str) -> None:
    if organisation and latest_organisation(connection, organisation) is None:
        raise EntryRefused(f"there is no organisation {organisation!r}", where=where, advice="add it first")
    owners = owners_of_plants(connection) if plants else {}
    strange = [plant for plant in plants if not organisation or owners.get(plant) != organisation]
    if strange:
        raise EntryRefused(
            f"{strange[0]!r} is no plant of {organisation or 'the operator'!r}",
            where=where,
            advice="name plants of the account's own organisation, or none for all of them",
        )
