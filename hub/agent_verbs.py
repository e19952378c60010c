"""The verbs of ``zhuoyue-hub`` for agents: tokens, revocation, holds, plants' messages; and how agents are served."""

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.downlink.orders import carry_message, place_order, release_order
from hub.enrol.address import agents_address, remember_address
from hub.enrol.certificate import (
    CERTIFICATE,
    NEXT_CERTIFICATE,
    TlsFiles,
    next_pin,
    next_tls,
    own_tls,
    pin_of,
    take_next,
    valid_until,
)
from hub.enrol.keys import revoke
from hub.enrol.tokens import TokenOrder, make_token
from hub.errors import EntryRefused, HubError
from hub.parts import Hub

if TYPE_CHECKING:
    from fastapi import FastAPI

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = dict[str, str | int | bool | None]
AddVerb = Callable[["Verbs", str, Callable[[argparse.Namespace], Fields | None], str], argparse.ArgumentParser]
_SPAN = re.compile(r"(?P<number>\d{1,4})(?P<unit>[mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def add_key_verbs(agent: "Verbs", verb: AddVerb) -> None:
    """``agent token`` and ``agent revoke``."""
    token = verb(agent, "token", _make_token, "make a one-time token by which a line PC enrols its own key")
    token.add_argument("--plant", required=True)
    token.add_argument("--line", required=True, help="what it is for; the author is PLANT.LINE unless --author says so")
    token.add_argument("--author", help="id under which the agent will sign")
    token.add_argument("--expires", default="24h", metavar="SPAN", help="30m, 24h, 7d (default: 24h)")
    token.add_argument("--replace", action="store_true", help="for an author whose machine is lost or was restored")
    token.add_argument("--hub-url", help="where agents reach the hub (default: as 'serve --agents-only' last ran)")
    token.add_argument("--tls-cert", type=Path, help="certificate to pin (default: the hub's own, for https)")
    revoked = verb(agent, "revoke", _revoke, "from here on an author's key counts no more")
    revoked.add_argument("author", metavar="AUTHOR")
    revoked.add_argument("--reason", required=True)
    revoked.add_argument("--by", default="admin", help="who, as a pseudonymous id")


def add_order_verbs(hold: "Verbs", message: "Verbs", verb: AddVerb) -> None:
    """``hold add``, ``hold release`` and ``message send``."""
    placed = verb(hold, "add", _place, "order a hold on a unit or lot; agents heed it once they have fetched it")
    placed.add_argument("--target", required=True, help="Digital Link of the unit or lot")
    placed.add_argument("--plant", help="only there (default: every plant)")
    released = verb(hold, "release", _release, "order the release of a hold")
    released.add_argument("id", metavar="ID")
    for changing in (placed, released):
        changing.add_argument("--by", required=True, help="who, as a pseudonymous id (no personal name)")
        changing.add_argument("--why", required=True, help="the reason, in a few words")
    send = verb(message, "send", _send, "carry what a plant's key signed to the agent it names")
    send.add_argument("file", type=Path, metavar="FILE", help="as 'zhuoyue-agent plant sign' wrote it")


def add_certificate_verbs(certificate: "Verbs", verb: AddVerb) -> None:
    """``certificate show``, ``certificate next`` and ``certificate renew``."""
    shown = verb(certificate, "show", _show_certificate, "the pin of the hub's certificate, and of the next one")
    shown.add_argument("--file", type=Path, help="of this certificate (PEM) instead")
    verb(certificate, "next", _next_certificate, "make the next certificate ready and print its pin ahead")
    verb(certificate, "renew", _renew_certificate, "put the next one in its place; then start 'serve' anew")


def add_agents_options(run: argparse.ArgumentParser) -> None:
    """How ``serve`` serves agents in the plant network."""
    run.add_argument(
        "--agents-only",
        action="store_true",
        help="serve only what line PCs need (no pages, no reads), on any address, over TLS",
    )
    run.add_argument("--tls", action="store_true", help="TLS with the hub's own certificate, made when there is none")
    run.add_argument("--tls-cert", type=Path, metavar="FILE", help="TLS with this certificate (PEM)")
    run.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key (PEM)")
    run.add_argument("--public-url", help="address by which agents reach this hub (default: where it listens)")


def tls_of(arguments: argparse.Namespace, hub: Hub) -> TlsFiles | None:
    """The certificate that ``serve`` was told to use; ``HubError`` when agents elsewhere would get none."""
    if (arguments.tls_cert is None) != (arguments.tls_key is None):
        raise HubError("a certificate and its key belong together", advice="give --tls-cert and --tls-key")
    if arguments.tls_cert is not None:
        return TlsFiles(certificate=arguments.tls_cert, key=arguments.tls_key)
    if arguments.tls:
        return own_tls(arguments.data, hub.clock())
    if arguments.agents_only:
        raise HubError("agents elsewhere are served over TLS only", advice="give --tls, or --tls-cert and --tls-key")
    return None


def agents_app(hub: Hub) -> "FastAPI":
    """What line PCs need, and nothing else."""
    from hub.api.app import AGENT_ROUTERS, create_app  # noqa: PLC0415 - half a start, and only who serves needs it

    return create_app(hub, AGENT_ROUTERS)


def remember(arguments: argparse.Namespace, hub: Hub, url: str, tls: TlsFiles | None) -> None:
    """Keep where agents reach the hub, when it is this process that serves them."""
    if arguments.agents_only or arguments.public_url is not None:
        pin = None if tls is None else pin_of(tls.certificate)
        remember_address(hub, (arguments.public_url or url).rstrip("/"), pin)


def _make_token(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    url, pin = _address(arguments, hub)
    made = make_token(
        hub,
        TokenOrder(
            author=arguments.author or f"{arguments.plant}.{arguments.line}",
            plant=arguments.plant,
            line=arguments.line,
            hub_url=url,
            tls_pin=pin,
            next_tls_pin=next_pin(arguments.data, pin),
            valid=span(arguments.expires),
            replaces=arguments.replace,
        ),
    )
    hub.store.close()
    sys.stderr.write("hand the token to the line PC's administrator by a safe way; it works once and is shown once\n")
    return {"author": made.author, "expires": made.expires.isoformat(), "id": made.id, "token": made.text}


def _address(arguments: argparse.Namespace, hub: Hub) -> tuple[str, str | None]:
    url, pin = agents_address(hub)
    if arguments.hub_url is not None:
        url, pin = arguments.hub_url, None
        if arguments.tls_cert is None and url.startswith("https://"):
            pin = pin_of(own_tls(arguments.data, hub.clock()).certificate)
    if arguments.tls_cert is not None:
        pin = pin_of(arguments.tls_cert)
    if not url:
        raise EntryRefused(
            "it is not known where agents reach this hub",
            where="--hub-url",
            advice="give it, or run 'serve --agents-only' once before",
        )
    return url, pin


def span(text: str) -> timedelta:
    """A span of time as it is written on the command line, like 24h."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise EntryRefused(f"{text!r} is no span of time", where="--expires", advice="write it like 30m, 24h or 7d")
    return int(match["number"]) * _UNITS[match["unit"]]


def _revoke(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    stored = revoke(hub, arguments.author, reason=arguments.reason, by=arguments.by)
    hub.store.close()
    return {
        "author": arguments.author,
        "new": stored is not None,
        "log_index": None if stored is None else stored.id,
    }


def _show_certificate(arguments: argparse.Namespace) -> Fields:
    file = arguments.file or arguments.data / CERTIFICATE
    fields: Fields = {"tls_pin": pin_of(file), "valid_until": valid_until(file).isoformat()}
    prepared = arguments.data / NEXT_CERTIFICATE
    if arguments.file is None:
        fields["next_tls_pin"] = pin_of(prepared) if prepared.exists() else None
    return fields


def _next_certificate(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    now, coming = own_tls(arguments.data, hub.clock()), next_tls(arguments.data, hub.clock())
    hub.store.close()
    pins = [pin_of(now.certificate), pin_of(coming.certificate)]
    sys.stderr.write(
        f"give both to every agent before you renew: [hub] tls_pin = [{', '.join(json.dumps(pin) for pin in pins)}]\n"
    )
    return {"tls_pin": pins[0], "next_tls_pin": pins[1]}


def _renew_certificate(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    take_next(arguments.data)
    url, known = agents_address(hub)
    pin = pin_of(arguments.data / CERTIFICATE)
    if url and known is not None:
        remember_address(hub, url, pin)
    hub.store.close()
    sys.stderr.write("start 'zhuoyue-hub serve --agents-only --tls' anew: it shows the certificate it began with\n")
    return {"tls_pin": pin}


def _place(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    name = place_order(hub, arguments.target, plant=arguments.plant, by=arguments.by, reason=arguments.why)
    hub.store.close()
    return {"id": name}


def _release(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    stored = release_order(hub, arguments.id, by=arguments.by, reason=arguments.why)
    hub.store.close()
    return {"id": arguments.id, "new": stored is not None}


def _send(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    stored = carry_message(hub, arguments.file.read_bytes().strip())
    hub.store.close()
    return {"new": stored is not None, "log_index": None if stored is None else stored.id}
