"""The command ``zhuoyue-witness``: its verbs and what each prints."""

import argparse
import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from traceability import __version__
from traceability.errors import ZhuoyueError
from traceability.keyfile import given_key
from traceability.log.note import parse_verifier_key
from witness.composition import open_witness
from witness.memory import create_witness
from witness.poll import send_http, visit
from witness.server import WitnessServer

log = logging.getLogger(__name__)
Fields = Mapping[str, object]
Verb = Callable[[argparse.Namespace], Fields | None]
DESCRIPTION = "Remember a hub's log, and cosign what only ever grew."


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0, or 1 with one line on the error output."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    verb: Verb = arguments.verb
    try:
        fields = verb(arguments)
    except (ZhuoyueError, OSError) as error:
        sys.stderr.write(f"zhuoyue-witness: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    if fields is not None:
        _print(fields, as_json=arguments.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhuoyue-witness", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    init = _verb(verbs, "init", _init, "make the witness's key and its empty memory")
    init.add_argument("--name", required=True, help="for example witness.partner.example")
    follow = _verb(verbs, "follow", _follow, "cosign a log from now on")
    follow.add_argument("--log-key", required=True, metavar="KEY", help="the log's verifier key, or @FILE")
    serve = _verb(verbs, "serve", _serve, "answer hubs that ask (C2SP tlog-witness) until Ctrl-C")
    serve.add_argument("--port", type=int, required=True, help="0 takes a free one")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    poll = _verb(verbs, "visit", _visit, "go to the hub, cosign its log, bring the cosignature")
    poll.add_argument("--hub", required=True, metavar="URL")
    poll.add_argument("--every", type=float, metavar="SECONDS", help="again and again (default: once)")
    _verb(verbs, "status", _status, "show what was cosigned last")
    return parser


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Verb, text: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the witness")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(verb=run)
    return parser


def _init(arguments: argparse.Namespace) -> Fields:
    key = create_witness(arguments.data, arguments.name)
    return {"data": str(arguments.data), "verifier_key": str(key)}


def _follow(arguments: argparse.Namespace) -> Fields:
    log = parse_verifier_key(given_key(arguments.log_key))
    return {"log": log.name, "new": open_witness(arguments.data).follow(log)}


def _serve(arguments: argparse.Namespace) -> None:
    with WitnessServer(arguments.host, arguments.port, open_witness(arguments.data)) as server:
        _print({"url": server.url}, as_json=arguments.json)
        server.serve_forever()


def _visit(arguments: argparse.Namespace) -> Fields | None:
    witness = open_witness(arguments.data)
    if arguments.every is None:
        return {"hub": arguments.hub, "cosigned": visit(witness, arguments.hub, send_http)}
    never = threading.Event()
    while True:
        try:
            log.info("cosigned %d batches", visit(witness, arguments.hub, send_http))
        except (ZhuoyueError, OSError) as error:  # the next visit may find the hub again
            log.error("%s", error)
        never.wait(arguments.every)


def _status(arguments: argparse.Namespace) -> Fields:
    witness = open_witness(arguments.data)
    seen = witness.seen()
    logs = {key.name: seen[key.name].size if key.name in seen else 0 for key in witness.logs()}
    return {"verifier_key": str(witness.key)} | logs


def _print(fields: Fields, *, as_json: bool) -> None:
    if as_json:
        text = json.dumps(dict(fields), ensure_ascii=False)
    else:
        width = max(len(name) for name in fields)
        text = "\n".join(f"{name.replace('_', ' '):{width}}  {value}" for name, value in fields.items())
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
