"""The verbs of ``zhuoyue-hub`` for organisations' tokens."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

import msgspec

from hub.accounts.asker import Scope
from hub.accounts.tokens import list_tokens, make_token, revoke_token
from hub.agent_verbs import AddVerb, Fields, span
from hub.composition import open_hub

if TYPE_CHECKING:
    from hub.agent_verbs import Verbs


def add_account_verbs(org: "Verbs", verb: AddVerb) -> None:
    """``org token``, ``org tokens`` and ``org revoke-token``."""
    token = verb(org, "token", _make, "make a token by which an organisation asks the hub; it is shown this once")
    token.add_argument("--organisation", required=True, metavar="ID")
    token.add_argument(
        "--scope",
        action="append",
        required=True,
        choices=[str(scope) for scope in Scope],
        help="read: ask; write: act in its notifications; capture: give in EPCIS events; admin: state its policies",
    )
    token.add_argument("--expires", default="365d", metavar="SPAN", help="24h, 90d (default: 365d)")
    token.add_argument("--note", default="", help="what it is for (no personal name)")
    listed = verb(org, "tokens", _list, "show an organisation's tokens; never the tokens themselves")
    listed.add_argument("--organisation", required=True, metavar="ID")
    verb(org, "revoke-token", _revoke, "a token is good for nothing any more").add_argument("id", metavar="TOKEN-ID")


def _make(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    made = make_token(
        hub,
        arguments.organisation,
        [Scope(scope) for scope in arguments.scope],
        valid=span(arguments.expires),
        note=arguments.note,
    )
    hub.store.close()
    return {
        "id": made.id,
        "organisation": made.organisation,
        "scopes": " ".join(made.scopes),
        "expires": made.expires.isoformat(),
        "token": made.text,
    }


def _list(arguments: argparse.Namespace) -> None:
    hub = open_hub(arguments.data)
    with hub.store.reading() as connection:
        tokens = list_tokens(connection, arguments.organisation)
    hub.store.close()
    if arguments.json:
        sys.stdout.write(json.dumps({"tokens": msgspec.to_builtins(tokens)}, ensure_ascii=False) + "\n")
        return
    for one in tokens:
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else f"until {one.expires:%Y-%m-%d}"
        used = f"used {one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never used"
        sys.stdout.write(f"{one.id}  {' '.join(one.scopes)}  {state}  {used}  {one.note}".rstrip() + "\n")
    if not tokens:
        sys.stdout.write("no tokens\n")


def _revoke(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    revoke_token(hub, arguments.id)
    hub.store.close()
    return {"id": arguments.id, "revoked": True}
