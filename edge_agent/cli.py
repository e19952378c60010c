"""The command ``zhuoyue-agent``: verbs, their arguments, and the outermost edge of every error.

Exit status: 0 done, 1 a stated problem (one line on standard error), 2 wrong arguments.
"""

import argparse
import logging
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_agent.alarm_verb import add_alarm_verbs
from edge_agent.chain_verb import add_chain_verbs
from edge_agent.check import check_config, check_text
from edge_agent.composition import ask_to_reload, drain, new_salt, run_agent, short_id, wall_clock
from edge_agent.config.load import load_config
from edge_agent.config.secret import unread_secret
from edge_agent.device_verbs import add_device_verbs
from edge_agent.downlink.change import undo_open_change
from edge_agent.enrol.verb import add_enrol_verbs
from edge_agent.errors import AgentError
from edge_agent.hold import add_hold_verbs
from edge_agent.initialise import initialise, initialised_text
from edge_agent.log import open_log
from edge_agent.once import once_text, read_once
from edge_agent.service.verb import add_arguments
from edge_agent.status import read_status
from edge_agent.status_text import status_text
from firmware_profiles.errors import ProfileError
from traceability import __version__
from traceability.errors import ZhuoyueError
from traceability.keyfile import given_key
from traceability.unit import Environment

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status."""
    options = _parser().parse_args(arguments)
    verb: Callable[[argparse.Namespace], None] = options.call
    try:
        verb(options)
    except (ZhuoyueError, ProfileError) as error:
        print(f"zhuoyue-agent: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zhuoyue-agent", description="The agent on a line PC: devices in, signed batches out."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_init(verbs)
    check = _add(verbs, "check", _check, "check the configuration without connecting; print what will run")
    status = _add(verbs, "status", _status, "show outbox and uplink, also while the agent runs")
    run = _add(verbs, "run", _run, "run until SIGTERM or Ctrl-C; sends what it can before it ends")
    run.add_argument("--verbose", action="store_true", help="log every batch too")
    run.add_argument("--once", action="store_true", help="read every station once and print what would be recorded")
    _add(verbs, "reload", _reload, "have the running agent take its changed configuration over, without a stop")
    _add_service(verbs)
    add_enrol_verbs(verbs, wall_clock, drain)
    add_device_verbs(verbs)
    add_hold_verbs(verbs, wall_clock, short_id, new_salt)
    add_alarm_verbs(verbs, wall_clock, new_salt)
    add_chain_verbs(verbs, wall_clock, secrets.token_bytes)
    for parser_with_output in (check, status, run):
        parser_with_output.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _add(
    verbs: "Verbs", name: str, call: Callable[[argparse.Namespace], None], summary: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=summary, description=summary)
    parser.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    parser.set_defaults(call=call)
    return parser


def _add_init(verbs: "Verbs") -> None:
    summary = "make a folder with a new key and a commented configuration; print author id and public key"
    parser = verbs.add_parser("init", help=summary, description=summary)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--author", required=True, help="id under which this agent signs, e.g. supplier-a.line-1")
    parser.add_argument(
        "--environment", choices=[str(known) for known in Environment], default=str(Environment.PRODUCTION)
    )
    parser.add_argument("--hub-url", default="https://hub.example", help="where batches will go")
    parser.add_argument(
        "--hub-key", default="", metavar="KEY", help="the hub's public key: base64, or @FILE that holds it"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(call=_init)


def _add_service(verbs: "Verbs") -> None:
    summary = "write a service definition that starts the agent with the machine; installs nothing"
    add_arguments(verbs.add_parser("service", help=summary, description=summary))


def _init(options: argparse.Namespace) -> None:
    made = initialise(
        options.folder,
        author=options.author,
        environment=options.environment,
        hub_url=options.hub_url,
        hub_key=given_key(options.hub_key),
    )
    _print(options, made, initialised_text(made))


def _check(options: argparse.Namespace) -> None:
    checked = check_config(load_config(options.config), wall_clock)
    _print(options, checked, check_text(checked))


def _status(options: argparse.Namespace) -> None:
    status = read_status(load_config(options.config, unread_secret), wall_clock())
    _print(options, status, status_text(status))


def _run(options: argparse.Namespace) -> None:
    level = logging.DEBUG if options.verbose else logging.INFO
    if options.once:
        open_log(logging.ERROR)
        once = read_once(load_config(options.config), wall_clock)
        _print(options, once, once_text(once))
    else:
        open_log(level)
        if undo_open_change(options.config):
            logging.getLogger(__name__).warning("a change of the configuration was cut off: the one before it is back")
        run_agent(load_config(options.config), level)


def _reload(options: argparse.Namespace) -> None:
    answer = ask_to_reload(load_config(options.config, unread_secret))
    if not answer.taken:
        raise AgentError(answer.said)
    print(answer.said)


def _print(options: argparse.Namespace, found: msgspec.Struct, text: str) -> None:
    print(msgspec.json.encode(found).decode() if options.json else text)
