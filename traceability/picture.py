"""The wire contract of picture files: how an agent brings the file behind a picture that it has sealed.

A picture's record (its hash, its size) is sealed and sent like every other; the file follows later, if the plant lets
it, by a lane of its own. The agent sends it in *pieces*, each in a request of its own: ``PUT`` of ``picture_path`` with
some bytes, and in the Authorization header what these bytes are, signed by the agent's key. An empty piece asks how far
the hub is. Every answer is a ``Held``: how many bytes the hub has from the beginning, and what has become of the file;
whoever sends goes on from there, after whatever broke off. A piece that does not begin there is passed over.

Nothing that is sent twice, late, or by somebody who listened, changes anything: the bytes are those that the sealed
record names, or they are not taken. So a piece bears no time.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.encoding import from_base64, sha256, tagged, to_base64
from traceability.errors import Malformed, ProofRefused, SignatureRefused
from traceability.record.base import Count, Hash, Id, Sequence, Text
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

PICTURES_PATH = "/api/v1/pictures"
PIECE_TYPE = "application/vnd.zhuoyue.picture-piece+json"
MOST_PIECE_BYTES = 256 * 1024
_DIGITS = 64
_NOTHING = tagged(sha256(b""))


class SendPolicy(StrEnum):
    """Which picture files a plant lets its agent send."""

    NONE = "none"
    FAILED = "failed"
    """Of results that are not OK, and of what could not be decided."""
    ALL = "all"


class PictureSending(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of its sending: its policy, and how many files it has still to send."""

    policy: SendPolicy
    waiting: Count = 0


class Fate(StrEnum):
    """What has become of a picture's file at the hub."""

    PART = "part"
    """It is not here whole yet."""
    WHOLE = "whole"
    GONE = "gone"
    """Its plant said that it has no such file any more."""
    REMOVED = "removed"
    """It was here, and was removed here; it is not wanted again."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer: so many bytes from the beginning are here."""

    fate: Fate
    have: Count


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """``length`` bytes from ``begin`` on, of the file ``sha256`` on which the result ``result`` rests.

    ``content`` is the hash of these bytes alone. ``gone`` says why there is no such file any more, '' where there is.
    """

    author: Id
    hub: Id
    result: Id
    sha256: Hash
    size: Sequence
    begin: Count = 0
    length: Annotated[int, msgspec.Meta(ge=0, le=MOST_PIECE_BYTES)] = 0
    content: Hash = _NOTHING
    gone: Text = ""


def picture_path(digest: str) -> str:
    """Where the file with that hash is sent; ``digest`` as records have it."""
    return f"{PICTURES_PATH}/{digest.partition(':')[2]}"


def hash_named(digits: str) -> str:
    """The hash whose hex digits stand in an address; ``Malformed`` when they are none."""
    if len(digits) != _DIGITS or set(digits) - set("0123456789abcdef"):
        raise Malformed("the address names no SHA-256 in 64 small hex digits")
    return f"sha256:{digits}"


def seal_piece(piece: Piece, signer: Signer) -> str:
    """The value of the Authorization header."""
    return f"{SCHEME} {to_base64(seal_envelope(msgspec.json.encode(piece), PIECE_TYPE, signer))}"


def read_piece(header: str) -> tuple[Piece, Envelope]:
    """What an Authorization header says of a body, *not yet verified*; ``Malformed`` when it says nothing."""
    scheme, _, text = header.partition(" ")
    if scheme != SCHEME:
        raise Malformed(f"the Authorization header is not '{SCHEME} ENVELOPE'")
    envelope = read_envelope(from_base64(text, "the piece"))
    try:
        return msgspec.json.decode(envelope_payload(envelope, PIECE_TYPE), type=Piece), envelope
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a piece of a picture: {error}") from None


def verify_piece(piece: Piece, envelope: Envelope, public_key: bytes, hub_key: bytes, body: bytes) -> None:
    """``SignatureRefused`` or ``ProofRefused`` unless ``public_key`` signed these very bytes, for this hub."""
    verified_payload(envelope, PIECE_TYPE, public_key)
    if piece.hub != key_id(hub_key):
        raise SignatureRefused("the piece is for another hub")
    if len(body) != piece.length or tagged(sha256(body)) != piece.content:
        raise ProofRefused("the bytes are not those that were signed")
    if piece.begin + piece.length > piece.size:
        raise Malformed(f"the piece ends at byte {piece.begin + piece.length} of {piece.size}")
