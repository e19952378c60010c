"""``rotate-key``: a new key takes the place of the one in force, which signs for it; the chain goes on.

Order, so that a power cut anywhere leaves something that runs or can be run again:

1. what is not sealed yet is sealed, and everything is sent, still under the old key;
2. the new key is written beside the old one (``agent.key.next``) and never again made anew;
3. the hub is asked; from its confirmation on only the new key counts. Asked again it confirms again;
4. the new key takes the old one's place in one step; the old one is gone.

Batches that the hub has not taken by then (it was cut between 3 and 4, and the agent went on with the old key) are
sealed again in a new chain at the next start, because the hub will never take them.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from edge_agent.config.settings import AgentConfig, passphrase_of
from edge_agent.enrol.request import HubPlace, ask_hub
from edge_agent.errors import AgentError
from edge_agent.succession import Succession, leave_succession
from traceability.encoding import to_base64
from traceability.enrolment import ROTATIONS_PATH, seal_key_request
from traceability.keyfile import create_key_file, read_key_file
from traceability.signing import Ed25519Signer, Signer, key_id

_NEXT = ".next"

Drain = Callable[[AgentConfig, Signer], Awaitable[int]]
"""Seals and sends everything with a key; how many batches the hub has not taken."""


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """The author's key ids before and now; the new one counts behind ``log_index``."""

    author: str
    before: str
    key_id: str
    log_index: int
    new_chain: bool


async def rotate(config: AgentConfig, drain: Drain) -> Rotated:
    """Rotate; AgentError says what is in the way. Nobody else may use the data folder meanwhile."""
    passphrase = passphrase_of(config)
    old = read_key_file(config.key_file, passphrase)
    begun = is_begun(config.key_file)
    unsent = await drain(config, old)
    if unsent and not begun:
        raise AgentError(
            f"{unsent} batches of the present key are not at the hub yet",
            where=config.hub.url,
            advice="let the agent run until they are sent (zhuoyue-agent status), then rotate",
        )
    new = _made(config.key_file, passphrase)
    hub = config.hub
    place = HubPlace(
        url=hub.url,
        key=hub.public_key,
        tls_pins=hub.tls_pins,
        proxy=hub.proxy,
        ca_file=hub.ca_file,
        loopback=hub.loopback,
    )
    request = seal_key_request(config.author, new, old, config.hub.public_key)
    answer = ask_hub(place, ROTATIONS_PATH, request, new.public_key)
    if unsent and answer.last is not None:
        reason = f"rotated to key {answer.key}; batches sealed by the key before are not taken any more"
        leave_succession(config.data, Succession(reason=reason, last=answer.last))
    _next(config.key_file).replace(config.key_file)
    config.key_file.with_suffix(".pub").write_text(to_base64(new.public_key) + "\n", encoding="ascii")
    return Rotated(
        author=config.author,
        before=key_id(old.public_key),
        key_id=answer.key,
        log_index=answer.log_index,
        new_chain=bool(unsent),
    )


def is_begun(key_file: Path) -> bool:
    """Whether a rotation was begun and cut off: then the hub may know the new key already, and only that."""
    return _next(key_file).exists()


def rotated_text(done: Rotated) -> str:
    """For people."""
    chain = "\nchain       a new one begins at the next start" if done.new_chain else ""
    return (
        f"author      {done.author}\n"
        f"key         {done.key_id[:24]}… counts behind log position {done.log_index}\n"
        f"before      {done.before[:24]}… counts no more, and is deleted here{chain}\n"
        "next        start the agent again"
    )


def _made(file: Path, passphrase: bytes | None) -> Ed25519Signer:
    following = _next(file)
    return read_key_file(following, passphrase) if following.exists() else create_key_file(following, passphrase)


def _next(file: Path) -> Path:
    return file.with_name(file.name + _NEXT)
