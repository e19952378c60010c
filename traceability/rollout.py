"""What a plant signs so that a new version can be rolled out to its agents, and how the hub sees that it was signed.

The hub drafts a *request*: for each agent the content that is to come into force and, where it is known, the content
that is in force now. Whoever holds the plant's key signs both: the second one, with the next number, is the way back,
so that going back needs no key in the middle of the night. The hub releases the envelopes stage by stage and cannot
change a byte of them; each agent verifies them with the plant's key that it was given.
"""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from traceability.downlink import (
    FileName,
    MessageKind,
    PlantMessage,
    ProfileName,
    open_plant_message,
    seal_plant_message,
)
from traceability.encoding import from_base64, to_base64
from traceability.errors import Malformed, SignatureRefused
from traceability.record.base import Hash, Id, Text
from traceability.signing import PUBLIC_KEY_SIZE, Signer

T = TypeVar("T", bound=msgspec.Struct)


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message is to bring; as in ``PlantMessage``."""

    kind: MessageKind
    files: dict[FileName, str] = {}
    plan: str | None = None
    profiles: dict[ProfileName, str] = {}
    takes_away: Hash | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """For one agent: what is to come, and the way back."""

    recipient: Id
    forward: Content
    back: Content | None = None


class SigningRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one roll-out needs the plant's signature for."""

    rollout: Id
    plant: Id
    about: Text
    wishes: Annotated[tuple[Wish, ...], msgspec.Meta(min_length=1, max_length=500)]


class SignedWish(msgspec.Struct, frozen=True, kw_only=True):
    """Envelopes for one agent, as ``seal_plant_message`` made them."""

    recipient: Id
    forward: str
    back: str | None = None


class SignedRollout(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request; ``key`` is the plant's public key, base64."""

    rollout: Id
    key: Annotated[str, msgspec.Meta(max_length=100)]
    signed: Annotated[tuple[SignedWish, ...], msgspec.Meta(min_length=1, max_length=500)]


class CheckedWish(msgspec.Struct, frozen=True, kw_only=True):
    """Signed as asked for; ``number`` is that of the message that comes, ``back_number`` that of the way back."""

    recipient: str
    number: int
    back_number: int | None
    envelopes: SignedWish


def read_request(text: bytes) -> SigningRequest:
    """A request; ``Malformed`` when it is none."""
    return _decoded(text, SigningRequest, "a request of a hub for the plant's signature")


def read_signed(text: bytes) -> SignedRollout:
    """An answer, *not yet checked*; ``Malformed`` when it is none."""
    return _decoded(text, SignedRollout, "what 'zhuoyue-agent plant sign' writes for a roll-out")


def sign_request(request: SigningRequest, signer: Signer, now: datetime) -> SignedRollout:
    """Every wish signed. Numbers are the time in milliseconds, so that each is newer than those before."""
    number = int(now.timestamp() * 1000)

    def signed(content: Content, recipient: str, number: int) -> str:
        message = PlantMessage(
            plant=request.plant, recipient=recipient, number=number, issued_at=now, **msgspec.structs.asdict(content)
        )
        return seal_plant_message(message, signer).decode()

    return SignedRollout(
        rollout=request.rollout,
        key=to_base64(signer.public_key),
        signed=tuple(
            SignedWish(
                recipient=wish.recipient,
                forward=signed(wish.forward, wish.recipient, number),
                back=None if wish.back is None else signed(wish.back, wish.recipient, number + 1),
            )
            for wish in request.wishes
        ),
    )


def check_signed(signed: SignedRollout, request: SigningRequest) -> tuple[CheckedWish, ...]:
    """That exactly what was asked for is signed, by one key; ``Malformed`` or ``SignatureRefused`` otherwise.

    Which key is the plant's only its agents know for certain.
    """
    if signed.rollout != request.rollout:
        raise Malformed(f"this was signed for the roll-out {signed.rollout[:80]!r}, not for {request.rollout!r}")
    key = from_base64(signed.key, "the plant's key")
    if len(key) != PUBLIC_KEY_SIZE:
        raise Malformed("the plant's key is no Ed25519 key")
    given = {one.recipient: one for one in signed.signed}
    if given.keys() != {wish.recipient for wish in request.wishes} or len(given) != len(signed.signed):
        raise Malformed("it is not signed for exactly the agents of the roll-out", advice="sign the request anew")
    return tuple(_checked(given[wish.recipient], wish, request, key) for wish in request.wishes)


def _checked(given: SignedWish, wish: Wish, request: SigningRequest, key: bytes) -> CheckedWish:
    number = _number(given.forward, wish.recipient, wish.forward, request, key)
    if (given.back is None) != (wish.back is None):
        raise Malformed(f"the way back of {wish.recipient} is not signed as asked for", advice="sign the request anew")
    back = None
    if given.back is not None and wish.back is not None:
        back = _number(given.back, wish.recipient, wish.back, request, key)
        if back <= number:
            raise Malformed(f"the way back of {wish.recipient} would not be newer", advice="sign the request anew")
    return CheckedWish(recipient=wish.recipient, number=number, back_number=back, envelopes=given)


def _number(envelope: str, recipient: str, content: Content, request: SigningRequest, key: bytes) -> int:
    message = open_plant_message(envelope.encode(), key)
    found = Content(**{name: getattr(message, name) for name in Content.__struct_fields__})
    if (message.plant, message.recipient) != (request.plant, recipient) or found != content:
        raise SignatureRefused(f"what is signed for {recipient} is not what was asked for")
    return message.number


def _decoded(text: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"this is not {what}: {error}") from None
