"""The command ``zhuoyue-hub``: its verbs and what each prints: human text, or one JSON object with ``--json``."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from hub.account_verbs import add_account_verbs
from hub.agent_verbs import (
    add_agents_options,
    add_certificate_verbs,
    add_key_verbs,
    add_order_verbs,
)
from hub.assess_verbs import add_assess_option, add_assess_verb
from hub.comparison_verbs import add_comparison_verbs
from hub.composition import create_hub, open_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ingest.clock import TOLERANCE
from hub.ledger.log import verifier_key
from hub.master_verbs import add_master_data_verbs
from hub.parts import Hub
from hub.picture_verbs import add_picture_verbs
from hub.projection.replay import replay
from hub.review_verbs import add_review_verb
from hub.serve_options import add_address_options, add_round_options, add_trace_option, add_web_options
from hub.settings import ADMIN_TOKEN
from hub.store.ledger.batches import StoredBatch
from hub.store.ledger.quarantine import batches_ahead, quarantined_lines
from hub.store_verbs import add_shard_option, add_store_verbs
from hub.table_verbs import add_stated_verbs, add_table_verbs
from hub.tier_verbs import add_tier_verbs
from hub.upkeep_verbs import NotWhole, add_upkeep_verbs, add_witness_verbs
from hub.user_verbs import FIRST_ADMIN, add_reading_options, add_user_verbs, first_admin
from traceability import __version__
from traceability.encoding import to_base64
from traceability.errors import ZhuoyueError
from traceability.keyfile import given_key
from traceability.unit import Environment

Fields = Mapping[str, object]
Verb = Callable[[argparse.Namespace], Fields | None]


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0, or 1 with one line on the error output. ``argparse`` exits with 2 on a wrong command line."""
    arguments = hub_parser().parse_args(argv)
    verb: Verb = arguments.verb
    try:
        fields = verb(arguments)
    except (ZhuoyueError, OSError) as error:
        if isinstance(error, NotWhole) and arguments.json:
            _print(error.fields, as_json=True)
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


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, Mapping):
        return "".join(f"\n  {name}  {_shown(inner)}" for name, inner in value.items()) or "-"
    return (", ".join(map(_shown, value)) or "-") if isinstance(value, list) else str(value)


def hub_parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    parser = argparse.ArgumentParser(prog="zhuoyue-hub", description="The hub of a supply chain.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_init_verb(verbs)
    run = _verb(verbs, "serve", _serve, "serve pages and API until Ctrl-C")
    add_address_options(run)
    add_reading_options(run)
    add_agents_options(run)
    add_assess_option(run)
    add_round_options(run)
    add_trace_option(run)
    add_web_options(run)
    run.add_argument("--ready-file", type=Path, help='written once it listens: {"url": ...}')
    _add_master_verbs(verbs)
    add_upkeep_verbs(verbs, _verb)
    add_assess_verb(verbs, _verb)
    add_review_verb(verbs, _verb)
    add_table_verbs(_group(verbs, "history", "a plant's past"), _group(verbs, "requirement", "what is agreed"), _verb)
    add_stated_verbs(_group(verbs, "table", "what quality management states, as files"), _verb)
    add_witness_verbs(_group(verbs, "witness", "partners that cosign the log's checkpoints"), _verb)
    add_comparison_verbs(_group(verbs, "comparison", "plants compared without showing anyone's data"), _verb)
    add_store_verbs(verbs, _verb)
    add_tier_verbs(_group(verbs, "tiers", "old parts of the ledger in files of a cold folder"), _verb)
    add_picture_verbs(_group(verbs, "pictures", "files of pictures that agents have brought"), _verb)
    _add_quarantine_verbs(verbs)
    provider = _group(verbs, "provider", "the identity provider by which people may sign in")
    add_user_verbs(_group(verbs, "user", "people's accounts"), provider, _verb)
    return parser


def _add_init_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = _verb(verbs, "init", _init, "make a new hub: keys, admin token, database")
    init.add_argument("--origin", help="name of the transparency log, for example hub.example.com/log")
    init.add_argument(
        "--environment",
        choices=[str(e) for e in Environment],
        default=str(Environment.PRODUCTION),
        help="the only environment whose records it takes (default: production)",
    )
    init.add_argument("--store", metavar="URL", help="an empty PostgreSQL database (default: a file in the folder)")
    add_shard_option(init)
    init.add_argument("--admin", default=FIRST_ADMIN, metavar="NAME", help="the first administrator (default: admin)")


def _add_master_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    companies = _group(verbs, "org", "companies")
    add_account_verbs(companies, _verb)
    org = _verb(companies, "add", _add_organisation, "enter a company")
    org.add_argument("--id", required=True)
    plant = _verb(_group(verbs, "plant", "plants of companies"), "add", _add_plant, "enter a plant")
    plant.add_argument("--id", required=True)
    plant.add_argument("--organisation", required=True)
    plant.add_argument("--time-zone", default="Asia/Shanghai")
    for named in (org, plant):
        named.add_argument("--name", required=True)
        named.add_argument("--name-zh", default="")
    add_master_data_verbs(_group(verbs, "master", "master data in tables"), _verb)
    agents = _group(verbs, "agent", "authors of batches")
    add_key_verbs(agents, _verb)
    add_certificate_verbs(_group(verbs, "certificate", "the hub's own TLS certificate, by which agents know it"), _verb)
    add_order_verbs(_group(verbs, "hold", "holds for agents"), _group(verbs, "message", "messages of plants"), _verb)
    agent = _verb(agents, "add", _add_agent, "register the key of an author")
    agent.add_argument("--author", required=True)
    agent.add_argument("--plant", required=True)
    agent.add_argument("--public-key", required=True, metavar="KEY", help="base64, or @FILE that holds it")


def _add_quarantine_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    quarantine = _group(verbs, "quarantine", "records that are kept and could not be taken")
    listed = _verb(quarantine, "list", _list_quarantine, "show the records, why, and batches of clocks that are ahead")
    listed.add_argument("--author", help="only records of this author")
    listed.add_argument("--most", type=int, default=100, help="how many at most (default: 100)")
    _verb(quarantine, "replay", _replay, "read them again, after an update of the hub")


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
    environment = Environment(arguments.environment)
    hub = create_hub(
        arguments.data,
        origin=arguments.origin,
        environment=environment,
        store_url=arguments.store,
        shards=tuple(arguments.shard),
    )
    admin = first_admin(hub, arguments.admin)
    hub.store.close()
    return {
        "data": str(arguments.data),
        "origin": hub.settings.origin,
        "environment": str(hub.settings.environment),
        "hub_public_key": to_base64(hub.signer.public_key),
        "log_verifier_key": str(verifier_key(hub)),
        "admin_token_file": str(arguments.data / ADMIN_TOKEN),
        **admin,
    }


def _serve(arguments: argparse.Namespace) -> None:
    from hub.serve_verb import serve_as_asked  # noqa: PLC0415 - most of a start, and only who serves needs it

    serve_as_asked(arguments, lambda fields: _print(fields, as_json=arguments.json))


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


def _list_quarantine(arguments: argparse.Namespace) -> None:
    hub = open_hub(arguments.data)
    with hub.store.reading() as connection:
        lines = quarantined_lines(connection, author=arguments.author, most=arguments.most)
        ahead = batches_ahead(connection, TOLERANCE // timedelta(microseconds=1), arguments.most)
    hub.store.close()
    if arguments.json:
        content = {"quarantined": msgspec.to_builtins(lines), "clocks_ahead": msgspec.to_builtins(ahead)}
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
        return
    for line in lines:
        sys.stdout.write(_plain(f"{line.author}  chain {line.chain}  record {line.seq}: {line.reason}") + "\n")
    for batch in ahead:
        by = timedelta(microseconds=batch.ahead)
        sys.stdout.write(
            _plain(f"{batch.author}  chain {batch.chain}  batch {batch.seq}: its clock was {by} ahead") + "\n"
        )
    if not lines and not ahead:
        sys.stdout.write("nothing is quarantined, no clock was ahead\n")


def _plain(text: str) -> str:
    """What authors wrote moves no cursor."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _replay(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    done = replay(hub)
    hub.store.close()
    return {"batches": done.batches, "records_taken": done.records, "still_quarantined": done.remaining}
