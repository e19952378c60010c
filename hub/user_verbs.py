"""The verbs of ``zhuoyue-hub`` for people's accounts and for the identity provider by which they may sign in."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.accounts.desk import SignInDesk
from hub.accounts.people import (
    BY_COMMAND,
    Invited,
    add_person,
    change_role,
    disable_person,
    enable_person,
    list_people,
    person_named,
    reset_person,
)
from hub.accounts.permission import Role
from hub.accounts.provider import CLAIMS, provider_of, remove_provider, set_provider
from hub.accounts.trail import Visitor
from hub.agent_verbs import AddVerb, Fields
from hub.composition import open_hub
from hub.errors import HubError, NotFound
from hub.parts import Hub
from traceability.unit import Environment

if TYPE_CHECKING:
    from hub.agent_verbs import Verbs

FIRST_ADMIN = "admin"


def add_user_verbs(user: "Verbs", provider: "Verbs", verb: AddVerb) -> None:
    """``user add|list|role|reset|disable|enable`` and ``provider set|show|remove``."""
    new = verb(user, "add", _add, "make an account; its owner sets a password by a one-time link, shown this once")
    new.add_argument("login", metavar="NAME", help="to sign in by, such as an e-mail address")
    new.add_argument("--name", default="", help="name that is shown (default: as NAME)")
    new.add_argument("--organisation", default="", metavar="ID", help="whose person it is (default: the operator's)")
    listed = verb(user, "list", _list, "show the accounts")
    listed.add_argument("--organisation", metavar="ID", help="only those of this one ('' the operator's)")
    changed = verb(user, "role", _role, "give somebody another role, and other plants where they are named")
    for account in (changed, *(verb(user, name, run, text) for name, run, text in _SIMPLE)):
        account.add_argument("login", metavar="NAME")
    for with_role in (new, changed):
        with_role.add_argument("--role", required=True, choices=[str(role) for role in Role])
        with_role.add_argument(
            "--plant", action="append", metavar="ID", help="only this plant of the organisation; may be repeated"
        )
    new.add_argument("--password-file", type=Path, metavar="FILE", help="its first line is the password; no link then")
    setting = verb(provider, "set", _set_provider, "let people sign in by an OpenID Connect provider")
    setting.add_argument("--issuer", required=True, metavar="URL", help="as its configuration names itself")
    setting.add_argument("--client", required=True, metavar="ID", help="client id that the provider gave this hub")
    setting.add_argument("--client-secret-file", type=Path, metavar="FILE", help="without one: a public client")
    setting.add_argument("--label", required=True, help="what it is called on the sign-in page")
    setting.add_argument(
        "--claim", choices=CLAIMS, default=CLAIMS[0], help=f"which of its words is the name here (default: {CLAIMS[0]})"
    )
    setting.add_argument("--role", choices=[str(role) for role in Role], help="add whoever signs in, with this role")
    setting.add_argument("--organisation", default="", metavar="ID", help="of those that are added")
    verb(provider, "show", _show_provider, "show the identity provider; never its secret")
    verb(provider, "remove", _remove_provider, "nobody signs in by an identity provider any more")


def add_reading_options(run: argparse.ArgumentParser) -> None:
    """Who reads pages and data of ``serve``."""
    reading = run.add_mutually_exclusive_group()
    reading.add_argument(
        "--open-pages", action="store_true", help="whoever is on this machine reads everything without signing in"
    )
    reading.add_argument(
        "--tokens-only",
        action="store_true",
        help="of demo and test data too, who neither signed in nor has a token sees nothing",
    )


def open_pages_of(arguments: argparse.Namespace, hub: Hub) -> bool:
    """Whether whoever connects reads: demo and test data as a rule, real data only on this machine and on request."""
    if arguments.open_pages and arguments.allow_host:
        raise HubError(
            "open pages would be open to whomever the reverse proxy lets through",
            where="--open-pages",
            advice="leave out --allow-host, or let people sign in",
        )
    real = hub.settings.environment is Environment.PRODUCTION
    return bool(arguments.open_pages) or not (real or arguments.tokens_only)


def first_admin(hub: Hub, login: str) -> Fields:
    """The first administrator's account, with its link."""
    invited = add_person(hub, login, role=Role.ADMIN)
    return {f"first_{name}": value for name, value in _invited(invited).items()}


def _invited(invited: Invited) -> Fields:
    return {
        "user": invited.login,
        "link": invited.link,
        "link_valid_until": invited.link_valid_until.isoformat(),
    }


def _add(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    invited = add_person(
        hub,
        arguments.login,
        role=Role(arguments.role),
        name=arguments.name,
        organisation=arguments.organisation,
        plants=arguments.plant or (),
    )
    given = arguments.password_file
    if given is not None:
        _set_password(hub, invited, given)
    hub.store.close()
    return {"user": invited.login, "role": arguments.role} if given is not None else _invited(invited)


def _set_password(hub: Hub, invited: Invited, file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines:
        raise HubError("holds no password", where=str(file), advice="put it into the first line")
    desk = SignInDesk(hub)
    desk.sign_out(desk.use_link(invited.link.rpartition("/")[2], lines[0], Visitor()).secret)


def _list(arguments: argparse.Namespace) -> None:
    hub = open_hub(arguments.data)
    with hub.store.reading() as connection:
        people = list_people(connection, BY_COMMAND)
    hub.store.close()
    shown = [one for one in people if arguments.organisation in (None, one.organisation)]
    if arguments.json:
        sys.stdout.write(json.dumps({"users": msgspec.to_builtins(shown)}, ensure_ascii=False) + "\n")
        return
    for one in shown:
        state = "disabled" if one.disabled_at else "able" if one.password else "no password yet"
        where = " ".join([one.organisation or "(operator)", *one.plants])
        factor = "second factor" if one.second_factor else "password alone"
        sys.stdout.write(f"{one.login}  {one.role}  {where}  {state}  {factor}\n")
    if not shown:
        sys.stdout.write("no users\n")


def _role(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    view = change_role(hub, _id_of(hub, arguments.login), Role(arguments.role), arguments.plant)
    hub.store.close()
    return {"user": view.login, "role": str(view.role), "plants": " ".join(view.plants)}


def _reset(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    invited = reset_person(hub, _id_of(hub, arguments.login))
    hub.store.close()
    return _invited(invited)


def _disable(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    disable_person(hub, _id_of(hub, arguments.login))
    hub.store.close()
    return {"user": arguments.login, "disabled": True}


def _enable(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    enable_person(hub, _id_of(hub, arguments.login))
    hub.store.close()
    return {"user": arguments.login, "disabled": False}


_SIMPLE = (
    ("reset", _reset, "take password, second factor and sessions away; a new link sets a password"),
    ("disable", _disable, "nobody signs in by the account any more"),
    ("enable", _enable, "the account is good again"),
)


def _id_of(hub: Hub, login: str) -> str:
    with hub.store.reading() as connection:
        return person_named(connection, login).id


def _set_provider(arguments: argparse.Namespace) -> Fields:
    file = arguments.client_secret_file
    hub = open_hub(arguments.data)
    set_provider(
        hub,
        arguments.issuer,
        arguments.client,
        secret=None if file is None else file.read_text(encoding="utf-8").strip(),
        label=arguments.label,
        claim=arguments.claim,
        role=None if arguments.role is None else Role(arguments.role),
        organisation=arguments.organisation,
    )
    hub.store.close()
    return {"issuer": arguments.issuer, "redirect": "/sign-in/back at the hub's address"}


def _show_provider(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    with hub.store.reading() as connection:
        found = provider_of(connection)
    hub.store.close()
    if found is None:
        raise NotFound("there is no identity provider", advice="'provider set' makes one known")
    return {
        "issuer": found.issuer,
        "client": found.client,
        "secret": found.secret is not None,
        "label": found.label,
        "claim": found.claim,
        "adds_role": found.role,
        "organisation": found.organisation or None,
    }


def _remove_provider(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    remove_provider(hub)
    hub.store.close()
    return {"removed": True}
