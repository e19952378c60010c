"""The command ``zhuoyue-hub``: its verbs and what each prints: human text, or one JSON object with ``--json``."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from hub.audit.fsck import fsck
from hub.composition import create_hub, open_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ledger.log import verifier_key
from hub.pages.site import create_site
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.serve import listen, serve
from hub.settings import ADMIN_TOKEN
from hub.store.batches import StoredBatch
from traceability import __version__
from traceability.encoding import to_base64
from traceability.errors import ZhuoyueError
from traceability.keyfile import given_key
from traceability.unit import Environment

Fields = dict[str, str | int | bool | None]
Verb = Callable[[argparse.Namespace], Fields | None]


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0, or 1 with one line on the error output. ``argparse`` exits with 2 on a wrong command line."""
    arguments = _parser().parse_args(argv)
    verb: Verb = arguments.verb
    try:
        fields = verb(arguments)
    except (ZhuoyueError, OSError) as error:
        sys.stderr.write(f"zhuoyue-hub: {error}\n")
        return 1
    if fields is not None:
        _print(fields, as_json=arguments.json)
    return 0


def _print(fields: Fields, *, as_json: bool) -> None:
    if as_json:
        text = json.dumps(fields, ensure_ascii=False)
    else:
        width = max(len(name) for name in fields)
        text = "\n".join(f"{name.replace('_', ' '):{width}}  {_shown(value)}" for name, value in fields.items())
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _shown(value: str | int | bool | None) -> str:
    return {True: "yes", False: "no", None: "-"}[value] if value is None or isinstance(value, bool) else str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhuoyue-hub", description="The hub of a supply chain.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    init = _verb(verbs, "init", _init, "make a new hub: keys, admin token, database")
    init.add_argument("--origin", help="name of the transparency log, for example hub.example.com/log")
    init.add_argument(
        "--environment",
        choices=[str(e) for e in Environment],
        default=str(Environment.PRODUCTION),
        help="the only environment whose records it takes (default: production)",
    )
    run = _verb(verbs, "serve", _serve, "serve pages and API until Ctrl-C")
    run.add_argument("--port", type=int, required=True, help="0 takes a free one")
    run.add_argument("--host", default="127.0.0.1", help="a loopback address (default: 127.0.0.1)")
    run.add_argument("--ready-file", type=Path, help='written once it listens: {"url": ...}')
    _add_master_verbs(verbs)
    _verb(verbs, "rebuild", _rebuild, "make every projection again from the ledger")
    _verb(verbs, "fsck", _fsck, "verify the whole ledger and its log from scratch")
    return parser


def _add_master_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    org = _verb(_group(verbs, "org", "companies"), "add", _add_organisation, "enter a company")
    org.add_argument("--id", required=True)
    plant = _verb(_group(verbs, "plant", "plants of companies"), "add", _add_plant, "enter a plant")
    plant.add_argument("--id", required=True)
    plant.add_argument("--organisation", required=True)
    plant.add_argument("--time-zone", default="Asia/Shanghai")
    for named in (org, plant):
        named.add_argument("--name", required=True)
        named.add_argument("--name-zh", default="")
    agent = _verb(_group(verbs, "agent", "authors of batches"), "add", _add_agent, "register the key of an author")
    agent.add_argument("--author", required=True)
    agent.add_argument("--plant", required=True)
    agent.add_argument("--public-key", required=True, metavar="KEY", help="base64, or @FILE that holds it")


def _group(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    return verbs.add_parser(name, help=text, description=text).add_subparsers(required=True, metavar="VERB")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Verb, text: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the hub")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(verb=run)
    return parser


def _init(arguments: argparse.Namespace) -> Fields:
    hub = create_hub(arguments.data, origin=arguments.origin, environment=Environment(arguments.environment))
    hub.store.close()
    return {
        "data": str(arguments.data),
        "origin": hub.settings.origin,
        "environment": str(hub.settings.environment),
        "hub_public_key": to_base64(hub.signer.public_key),
        "log_verifier_key": str(verifier_key(hub)),
        "admin_token_file": str(arguments.data / ADMIN_TOKEN),
    }


def _serve(arguments: argparse.Namespace) -> None:
    hub = open_hub(arguments.data)
    listener = listen(arguments.host, arguments.port)

    def announce(url: str) -> None:
        _print({"url": url}, as_json=arguments.json)

    serve(create_site(hub), listener, ready_file=arguments.ready_file, announce=announce)
    hub.store.close()


def _add_organisation(arguments: argparse.Namespace) -> Fields:
    return _entered(
        arguments, lambda hub: add_organisation(hub, arguments.id, arguments.name, arguments.name_zh), arguments.id
    )


def _add_plant(arguments: argparse.Namespace) -> Fields:
    def add(hub: Hub) -> StoredBatch | None:
        return add_plant(
            hub,
            arguments.id,
            organisation=arguments.organisation,
            name=arguments.name,
            name_zh=arguments.name_zh,
            time_zone=arguments.time_zone,
        )

    return _entered(arguments, add, arguments.id)


def _add_agent(arguments: argparse.Namespace) -> Fields:
    def add(hub: Hub) -> StoredBatch | None:
        return add_agent(hub, arguments.author, plant=arguments.plant, public_key=given_key(arguments.public_key))

    return _entered(arguments, add, arguments.author)


def _entered(arguments: argparse.Namespace, add: Callable[[Hub], StoredBatch | None], identity: str) -> Fields:
    hub = open_hub(arguments.data)
    stored = add(hub)
    hub.store.close()
    return {"id": identity, "new": stored is not None, "log_index": None if stored is None else stored.id}


def _rebuild(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    batches = rebuild(hub)
    hub.store.close()
    return {"batches": batches}


def _fsck(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    checkpoint = fsck(hub)
    hub.store.close()
    return {"batches": checkpoint.size, "root": to_base64(checkpoint.root), "whole": True}
