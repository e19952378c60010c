"""``enroll``, ``rotate-key`` and ``plant``: their arguments, and what they print."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_agent.config.load import load_config
from edge_agent.config.secret import SecretRefused, read_secret
from edge_agent.datafolder import held_folder
from edge_agent.enrol.enrolment import Wishes, enrol, enrolled_text
from edge_agent.enrol.plant import Paths, make_plant_key, sign_message, sign_rollout, told
from edge_agent.enrol.rotation import Drain, rotate, rotated_text
from edge_agent.errors import AgentError
from traceability.enrolment import public_key_of, read_token
from traceability.keyfile import given_key

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Clock = Callable[[], datetime]
_PROMPT = "prompt"
_PASSPHRASE = f"where the key file's passphrase is: secret:file:PATH, secret:env:NAME or {_PROMPT}"


def add_enrol_verbs(verbs: "Verbs", clock: Clock, drain: Drain) -> None:
    """Add the three to the command."""
    _add_enroll(verbs, clock)
    summary = "put a new key in the place of the agent's; stop the agent first, it takes seconds"
    rotating = verbs.add_parser("rotate-key", help=summary, description=summary)
    rotating.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    rotating.add_argument("--json", action="store_true", help="print one JSON object")
    rotating.set_defaults(call=lambda options: _rotate(options, drain))
    _add_plant(verbs, clock)


def _add_enroll(verbs: "Verbs", clock: Clock) -> None:
    summary = "make this line PC's key and have the hub know it, by a one-time token"
    parser = verbs.add_parser("enroll", help=summary, description=summary)
    parser.add_argument("token", metavar="TOKEN", help="as 'zhuoyue-hub agent token' printed it; @FILE, or - for input")
    parser.add_argument(
        "--config", type=Path, default=Path("agent.toml"), help="made when there is none (default: agent.toml)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder, when the configuration names none")
    parser.add_argument("--new-key", action="store_true", help="put a key that is here aside and make a new one")
    parser.add_argument("--plant-key", default="", metavar="KEY", help="the plant's public key: base64, or @FILE")
    parser.add_argument("--passphrase", metavar="WHERE", help=_PASSPHRASE)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(call=lambda options: _enroll(options, clock))


def _add_plant(verbs: "Verbs", clock: Clock) -> None:
    summary = "the plant's own key, and configurations signed by it; for plant IT, not on the line PC"
    kinds = verbs.add_parser("plant", help=summary, description=summary).add_subparsers(required=True, metavar="WHAT")
    key = kinds.add_parser("key", help="make the plant's key pair", description="make the plant's key pair")
    key.add_argument("file", type=Path, metavar="FILE", help="the private half; the public one is FILE.pub")
    sign = kinds.add_parser("sign", help="sign files for one agent", description="sign files for one agent")
    sign.add_argument("--key", type=Path, required=True, help="the plant's private key")
    sign.add_argument("--plant", required=True)
    sign.add_argument("--author", help="the agent they are for")
    request_help = "what a hub asks to be signed for a roll-out, for all of its agents; nothing else is given with it"
    sign.add_argument("--request", type=Path, metavar="PATH", help=request_help)
    sign.add_argument("--show", action="store_true", help="with --request: say what would be signed, and sign nothing")
    sign.add_argument("--file", action="append", default=[], metavar="NAME=PATH", help="agent.toml=new.toml")
    plan_help = "a control plan alone; with valid_from in it, it holds from then on beside those that are there"
    sign.add_argument("--plan", type=Path, metavar="PATH", help=plan_help)
    without_help = "take away the control plan of this file, which was sent with a valid_from"
    sign.add_argument("--without-plan", type=Path, metavar="PATH", help=without_help)
    profile_help = "a device profile, vendor/model.toml=new.toml; alone, or with the configuration that needs it"
    sign.add_argument("--profile", action="append", default=[], metavar="NAME=PATH", help=profile_help)
    sign.add_argument("--output", type=Path, help="for 'zhuoyue-hub message send', or for the page of the roll-out")
    for parser, call in ((key, _plant_key), (sign, lambda options: _sign(options, clock))):
        parser.add_argument("--passphrase", metavar="WHERE", help=_PASSPHRASE)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.set_defaults(call=call)


def _enroll(options: argparse.Namespace, clock: Clock) -> None:
    token = read_token(_token_text(options.token))
    plant_key = given_key(options.plant_key) or None
    if plant_key is not None:
        public_key_of(plant_key, "--plant-key")
    where = options.passphrase
    wishes = Wishes(
        config=options.config,
        data=options.data,
        new_key=options.new_key,
        passphrase=_passphrase(where, options.config.absolute().parent),
        passphrase_from=None if where in (None, _PROMPT) else where,
        plant_key=plant_key,
    )
    done = enrol(token, wishes, clock)
    print(msgspec.json.encode(done).decode() if options.json else enrolled_text(done))
    if where == _PROMPT:
        print("set agent.key_passphrase to where the service finds the passphrase", file=sys.stderr)


def _rotate(options: argparse.Namespace, drain: Drain) -> None:
    config = load_config(options.config)
    with held_folder(config.data):
        done = asyncio.run(rotate(config, drain))
    print(msgspec.json.encode(done).decode() if options.json else rotated_text(done))


def _plant_key(options: argparse.Namespace) -> None:
    made = make_plant_key(options.file, _passphrase(options.passphrase, Path()))
    text = f"private  {made.key_file} (secret)\npublic   {made.public_key} ({made.public_key_file})"
    print(msgspec.json.encode(made).decode() if options.json else text)


def _sign(options: argparse.Namespace, clock: Clock) -> None:
    if options.request is not None:
        _sign_request(options, clock)
        return
    if options.author is None or options.output is None:
        raise AgentError("--author and --output are needed", advice="or give --request for a whole roll-out")
    paths = Paths(
        files=_named(options.file, "--file", "agent.toml=new.toml"),
        plan=options.plan,
        without_plan=options.without_plan,
        profiles=_named(options.profile, "--profile", "vendor/model.toml=new.toml"),
    )
    if paths == Paths():
        raise AgentError("there is nothing to sign", advice="give --file, --plan, --without-plan or --profile")
    envelope = sign_message(
        options.key,
        _passphrase(options.passphrase, Path()),
        plant=options.plant,
        author=options.author,
        paths=paths,
        now=clock(),
    )
    _write(options, envelope)


def _sign_request(options: argparse.Namespace, clock: Clock) -> None:
    try:
        request = options.request.read_bytes()
    except OSError as error:
        raise AgentError(f"the request cannot be read: {error.strerror}", where=str(options.request)) from None
    if options.show:
        print(told(request))
        return
    if options.output is None:
        raise AgentError("--output is needed", advice="say where what is signed goes, or give --show")
    passphrase = _passphrase(options.passphrase, Path())
    signed = sign_rollout(options.key, passphrase, request=request, plant=options.plant, now=clock())
    _write(options, msgspec.json.encode(signed))


def _write(options: argparse.Namespace, signed: bytes) -> None:
    options.output.write_bytes(signed + b"\n")
    print(
        msgspec.json.encode({"output": str(options.output)}).decode() if options.json else f"signed: {options.output}"
    )


def _named(entries: list[str], option: str, example: str) -> tuple[tuple[str, Path], ...]:
    """Names and paths of options of the form NAME=PATH."""
    for entry in entries:
        if "=" not in entry:
            raise AgentError(f"{option} {entry!r} is not NAME=PATH", advice=f"write {example}")
    return tuple((name, Path(path)) for name, _, path in (entry.partition("=") for entry in entries))


def _token_text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if given.startswith("@"):
        try:
            return Path(given[1:]).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise AgentError(f"the token cannot be read: {error}", where=given[1:]) from None
    return given


def _passphrase(where: str | None, folder: Path) -> bytes | None:
    """A passphrase from where it is kept; never from the command line itself."""
    if where is None:
        return None
    if where == _PROMPT:
        first, again = getpass.getpass("Passphrase: "), getpass.getpass("Again: ")
        if not first or first != again:
            raise AgentError("the passphrases differ, or are empty", advice="run the command again")
        return first.encode()
    try:
        return read_secret(where, folder).reveal().encode()
    except SecretRefused as error:
        raise AgentError(f"--passphrase {error}") from None
