"""The wire contract of the way down: how an agent asks for what is new, and what a plant's own key signs.

An agent asks with a signed *poll*: who it is, which batch of which chain it has taken last, and how it does (the
heartbeat). ``at`` is the agent's time corrected by the hub's Date header; a hub takes each later than the one before,
so a poll that was listened to serves nobody twice. The answer is the next batch of the hub's chain for this agent, in
the batch format (author ``hub``), or nothing yet (204).
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec

from traceability.batch.header import ChainId
from traceability.batch.limits import BatchLimits
from traceability.encoding import from_base64, to_base64
from traceability.errors import Malformed, SignatureRefused
from traceability.picture import PictureSending
from traceability.record.base import Count, Hash, Id, Instant, Integer, Sequence, Text
from traceability.signing import (
    SCHEME,
    Envelope,
    Signer,
    envelope_payload,
    key_id,
    read_envelope,
    seal_envelope,
    verified_payload,
)

DOWNLINK_PATH = "/api/v1/downlink"
POLL_TYPE = "application/vnd.zhuoyue.poll+json"
PLANT_MESSAGE_TYPE = "application/vnd.zhuoyue.plant-message+json"
DOWNLINK_AUTHOR = "hub"
"""Who seals what goes down."""
LONGEST_WAIT = 60.0
DOWNLINK_LIMITS = BatchLimits(records=50_000)

T = TypeVar("T", bound=msgspec.Struct)
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.toml$")]
ProfileName = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}/[A-Za-z0-9][A-Za-z0-9._@-]{0,99}\.toml$")
]
MOST_MESSAGE_BYTES = 240_000
"""Of the envelope of a plant's message, which the hub carries in one record."""


class MessageKind(StrEnum):
    """What a plant's message is about; a line that may be told new limits need not take a new configuration."""

    CONFIGURATION = "configuration"
    CONTROL_PLAN = "control-plan"
    PROFILES = "profiles"


class StagedState(StrEnum):
    """What became of a plant's message at its agent."""

    APPLIED = "applied"
    REFUSED = "refused"


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """The last message of the plant that an agent dealt with, by its number."""

    number: Sequence
    state: StagedState
    detail: Text = ""


class FileRole(StrEnum):
    """What a file of an agent is for."""

    CONFIGURATION = "configuration"
    CONTROL_PLAN = "control-plan"
    PROFILE = "profile"


class FileInForce(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file by which an agent runs: its name there (``vendor/model.toml`` of a profile), and the hash of its bytes.

    ``valid_from``: since when a control plan holds, or from when it will; None where its file does not say so.
    """

    role: FileRole
    name: Annotated[str, msgspec.Meta(max_length=201)]
    hash: Hash
    valid_from: Instant | None = None


class DeviceState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device of an agent. ``since`` is when ``connected`` became so; ``error`` is what was wrong last."""

    name: Annotated[str, msgspec.Meta(max_length=200)]
    connected: bool = False
    since: Instant | None = None
    reconnects: Count = 0
    error: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent does. ``clock_ahead_ms``: its clock minus the hub's, as far as it knows; not evidence.

    ``files`` and ``devices`` may be cut short (``whole`` is False then): a question fits into one header.
    """

    version: Annotated[str, msgspec.Meta(max_length=60)]
    config: Annotated[str, msgspec.Meta(max_length=80)]
    unsealed: Count = 0
    unsent: Count = 0
    clock_ahead_ms: Integer | None = None
    staged: Staged | None = None
    started: Instant | None = None
    files: tuple[FileInForce, ...] = ()
    devices: tuple[DeviceState, ...] = ()
    whole: bool = True
    pictures: PictureSending | None = None
    """None: an agent that knows nothing of sending files of pictures."""


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """``chain`` and ``after``: the last batch taken of the hub's chain ``epoch`` for this agent; none and 0 at first.

    ``instance`` is random and new with each start of the agent, so that two machines with one key are told apart.
    """

    author: Id
    hub: Id
    at: Instant
    instance: Id
    heartbeat: Heartbeat
    chain: ChainId | None = None
    epoch: Count = 0
    after: Count = 0


class PlantMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a plant wants of one agent; ``number`` grows with every message.

    A *configuration* brings ``files`` by their names, and device ``profiles`` (``vendor/model.toml``) it needs; a
    *control-plan* its text alone, whatever the agent's file of it is called, or the hash of the text of a version that
    it ``takes_away``; *profiles* nothing but these.
    """

    plant: Id
    recipient: Id
    number: Sequence
    issued_at: Instant
    files: dict[FileName, str] = {}
    kind: MessageKind = MessageKind.CONFIGURATION
    plan: str | None = None
    profiles: dict[ProfileName, str] = {}
    takes_away: Hash | None = None


def plan_folder_name(plan_file: str) -> str:
    """What the folder is called in which the versions of the control plan ``plan_file`` lie, beside it."""
    return plan_file.removesuffix(".toml") + ".d"


def plan_file_name(plan_file: str, valid_from: datetime) -> str:
    """What an agent calls the file of a plan that holds from a time on, beside the one it calls ``plan_file``."""
    begin = valid_from.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    part = f".{valid_from.microsecond:06d}" if valid_from.microsecond else ""
    return f"{plan_folder_name(plan_file)}/{begin}{part}Z.toml"


def seal_poll(poll: Poll, signer: Signer) -> str:
    """The value of the Authorization header."""
    return f"{SCHEME} {to_base64(seal_envelope(msgspec.json.encode(poll), POLL_TYPE, signer))}"


def read_poll(header: str) -> tuple[Poll, Envelope]:
    """The poll in an Authorization header, *not yet verified*; ``Malformed`` when there is none."""
    scheme, _, text = header.partition(" ")
    if scheme != SCHEME:
        raise Malformed(f"the Authorization header is not '{SCHEME} ENVELOPE'")
    envelope = read_envelope(from_base64(text, "the poll"))
    return _decoded(envelope_payload(envelope, POLL_TYPE), Poll, "a poll"), envelope


def verify_poll(poll: Poll, envelope: Envelope, public_key: bytes, hub_key: bytes) -> None:
    """``SignatureRefused`` unless ``public_key`` signed the poll, for this hub."""
    verified_payload(envelope, POLL_TYPE, public_key)
    if poll.hub != key_id(hub_key):
        raise SignatureRefused("the poll is for another hub")


def seal_plant_message(message: PlantMessage, plant: Signer) -> bytes:
    """The message in an envelope signed by the plant's key; ``Malformed`` when it can't be carried."""
    _check_content(message)
    envelope = seal_envelope(msgspec.json.encode(message), PLANT_MESSAGE_TYPE, plant)
    if len(envelope) > MOST_MESSAGE_BYTES:
        raise Malformed(
            f"the message has {len(envelope)} bytes with its signature, at most {MOST_MESSAGE_BYTES} are carried",
            advice="send profiles in messages of their own, a few at a time",
        )
    return envelope


def open_plant_message(line: bytes, plant_key: bytes) -> PlantMessage:
    """Verify and parse a plant's message."""
    payload = verified_payload(read_envelope(line), PLANT_MESSAGE_TYPE, plant_key)
    message = _decoded(payload, PlantMessage, "a message")
    _check_content(message)
    return message


def addressed_to(line: bytes) -> PlantMessage:
    """The message in an envelope, *not verified*: for whoever only carries it."""
    return _decoded(envelope_payload(read_envelope(line), PLANT_MESSAGE_TYPE), PlantMessage, "a message")


def _check_content(message: PlantMessage) -> None:
    """A message brings what its kind is for, and nothing else."""
    brought = {
        "files": bool(message.files),
        "plan": message.plan is not None,
        "profiles": bool(message.profiles),
        "takes_away": message.takes_away is not None,
    }
    allowed = {
        MessageKind.CONFIGURATION: ("files", "profiles"),
        MessageKind.CONTROL_PLAN: ("plan",) if message.takes_away is None else ("takes_away",),
        MessageKind.PROFILES: ("profiles",),
    }[message.kind]
    strange = [name for name, there in brought.items() if there and name not in allowed]
    if strange or not brought[allowed[0]]:
        what = f"brings {strange[0]}" if strange else f"brings no {allowed[0]}"
        raise Malformed(f"a message of the kind {message.kind} {what}")


def _decoded(content: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not {what}: {error}") from None
