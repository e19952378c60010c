"""``enroll``: the line PC makes its key, and the hub learns of it by a one-time token. The key never leaves.

Each step may be repeated: a key that was made for this token is used again, and the hub gives the same answer to the
same key and token. So a command that failed halfway is simply run again.
"""

import json
import os
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from edge_agent.config.hub_address import is_loopback
from edge_agent.enrol.patch import patched
from edge_agent.enrol.request import HubPlace, ask_hub
from edge_agent.errors import AgentError, ConfigError
from edge_agent.initialise import KEY_NAME, PLAN_NAME
from edge_agent.succession import Succession, leave_succession
from edge_agent.template import CONFIG, CONTROL_PLAN, quoted
from traceability.encoding import to_base64
from traceability.enrolment import (
    ENROLMENTS_PATH,
    Enrolled,
    Token,
    is_over,
    public_key_of,
    seal_key_request,
    token_signer,
)
from traceability.keyfile import create_key_file, read_key_file
from traceability.signing import Ed25519Signer, key_id

_MARK = ".enrolling"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: whose key, where it is, and what comes next."""

    author: str
    plant: str
    environment: str
    key_id: str
    key_file: str
    config: str
    log_index: int
    cites: str | None = None


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was told: the configuration's file, whether a new key must be made, the plant's key if any."""

    config: Path
    data: Path | None = None
    new_key: bool = False
    passphrase: bytes | None = None
    passphrase_from: str | None = None
    plant_key: str | None = None


def enrol(token: Token, wishes: Wishes, clock: Callable[[], datetime]) -> Enrolment:
    """Enrol this machine; AgentError and ConfigError say what is in the way, and nothing is half done."""
    written = _read(wishes.config)
    _check_author(written, token, wishes.config)
    key_file = wishes.config.absolute().parent / _setting(written, "agent", "key_file", KEY_NAME)
    signer = _key(key_file, token, wishes)
    hub = _place(token, written, wishes.config.absolute().parent)
    request = seal_key_request(token.author, signer, token_signer(token), hub.key)
    try:
        answer = ask_hub(hub, ENROLMENTS_PATH, request, signer.public_key)
    except AgentError as error:
        if is_over(token, clock()):
            error.advice = f"the token is over by this machine's clock; ask for a new one. {error.advice}"
        raise
    _write_config(written, token, answer, wishes)
    data = wishes.data or wishes.config.absolute().parent / _setting(written, "agent", "data", "data")
    if answer.last is not None:
        reason = f"enrolled anew with key {key_id(signer.public_key)}"
        leave_succession(data, Succession(reason=reason, last=answer.last))
    _mark(key_file).unlink(missing_ok=True)
    return Enrolment(
        author=answer.author,
        plant=answer.plant,
        environment=str(answer.environment),
        key_id=answer.key,
        key_file=str(key_file),
        config=str(wishes.config),
        log_index=answer.log_index,
        cites=None if answer.last is None else answer.last.hash,
    )


def _place(token: Token, written: dict[str, Any] | None, folder: Path) -> HubPlace:
    """The hub as the token names it, by the way that the configuration names."""
    ca_file = _setting(written, "hub", "ca_file", "")
    return HubPlace(
        url=token.hub_url,
        key=public_key_of(token.hub_key, "the hub's key"),
        tls_pins=token.tls_pins,
        proxy=_setting(written, "hub", "proxy", "") or None,
        ca_file=folder / ca_file if ca_file else None,
        loopback=is_loopback(urlsplit(token.hub_url).hostname or ""),
    )


def _read(config: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(config), "", f"cannot be read: {error}") from None


def _setting(written: dict[str, Any] | None, table: str, key: str, usual: str) -> str:
    found = (written or {}).get(table, {}).get(key, usual)
    return found if isinstance(found, str) else usual


def _check_author(written: dict[str, Any] | None, token: Token, config: Path) -> None:
    author = _setting(written, "agent", "author", token.author)
    if author != token.author:
        expected = f"is {author!r}, the token is for {token.author!r}; expected the same, or another token"
        raise ConfigError(str(config), "agent.author", expected)


def _key(file: Path, token: Token, wishes: Wishes) -> Ed25519Signer:
    """The key that is here, or a new one; one made for this token before is used again."""
    mark = _mark(file)
    begun = mark.exists() and mark.read_text(encoding="ascii").strip() == token.id
    if file.exists() and wishes.new_key and not begun:
        old = read_public_name(file, wishes.passphrase)
        file.rename(file.with_name(f"{file.name}.before-{old}"))
    file.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(token.id + "\n", encoding="ascii")
    if file.exists():
        return read_key_file(file, wishes.passphrase)
    signer = create_key_file(file, wishes.passphrase)
    file.with_suffix(".pub").write_text(to_base64(signer.public_key) + "\n", encoding="ascii")
    return signer


def read_public_name(file: Path, passphrase: bytes | None) -> str:
    """Eight digits by which a key file that was put aside is told from others."""
    return key_id(read_key_file(file, passphrase).public_key).rpartition(":")[2][:8]


def _mark(key_file: Path) -> Path:
    return key_file.with_name(key_file.name + _MARK)


def _write_config(written: dict[str, Any] | None, token: Token, answer: Enrolled, wishes: Wishes) -> None:
    """The hub as the token names it, in the configuration that is there or in a new one to be filled in."""
    file = wishes.config
    file.parent.mkdir(parents=True, exist_ok=True)
    if written is None:
        values = quoted(
            author=token.author, environment=str(answer.environment), url=token.hub_url, public_key=token.hub_key
        )
        text = CONFIG.format(**values)
        plan = file.absolute().parent / PLAN_NAME
        if not plan.exists():
            example = 'plant = "plant"'
            here = f"plant = {json.dumps(answer.plant, ensure_ascii=False)}"
            plan.write_text(CONTROL_PLAN.replace(example, here, 1), encoding="utf-8")
    else:
        text = file.read_text(encoding="utf-8")
        environment = _setting(written, "agent", "environment", str(answer.environment))
        if environment != str(answer.environment):
            expected = f"is {environment!r}, the hub takes {str(answer.environment)!r} only"
            raise ConfigError(str(file), "agent.environment", expected)
    hub: dict[str, str | list[str]] = {"url": token.hub_url, "public_key": token.hub_key}
    if token.tls_pins:
        hub["tls_pin"] = token.tls_pins[0] if len(token.tls_pins) == 1 else list(token.tls_pins)
    text = patched(text, "hub", hub, str(file))
    if wishes.passphrase_from is not None:
        text = patched(text, "agent", {"key_passphrase": wishes.passphrase_from}, str(file))
    if wishes.plant_key is not None:
        text = patched(text, "plant", {"id": answer.plant, "public_key": wishes.plant_key}, str(file))
    half = file.with_name(f"{file.name}.{os.getpid()}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


def enrolled_text(done: Enrolment) -> str:
    """For people: what was done and what comes next."""
    cites = f"\nnew chain   begins at the next start and cites {done.cites[:23]}…" if done.cites else ""
    return (
        f"author      {done.author} of plant {done.plant} ({done.environment})\n"
        f"key         {done.key_id[:24]}… counts behind log position {done.log_index}\n"
        f"key file    {done.key_file} (secret: it stays on this machine){cites}\n"
        f"next        complete {done.config}, then: zhuoyue-agent check {done.config}"
    )
