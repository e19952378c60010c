"""How a line PC gets its key known at a hub: the one-time token, the request it allows, and the hub's signed answer.

The token carries the seed of a key of its own. Enrolling, the agent signs a statement with its new key (proof that it
holds it) and the whole once more with the token's key (proof that it may); neither seed nor private key is ever sent,
and the hub keeps only the hash of the token's public key. The statement names token, author, new key and the hub's
key, so it serves no other purpose and no other hub. Rotating is the same with the key before in the token's place.
"""

import base64
import binascii
from datetime import datetime
from typing import TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from traceability.batch.header import ChainId
from traceability.encoding import from_base64, sha256, to_base64
from traceability.errors import Malformed, SignatureRefused
from traceability.record.base import Count, Hash, Id, Instant, Sequence
from traceability.signing import (
    PUBLIC_KEY_SIZE,
    Ed25519Signer,
    Signer,
    envelope_payload,
    key_id,
    read_envelope,
    seal_envelope,
    verified_payload,
)
from traceability.unit import Environment

ENROLMENTS_PATH = "/api/v1/enrolment"
ROTATIONS_PATH = "/api/v1/rotation"
KEY_CLAIM_TYPE = "application/vnd.zhuoyue.key-claim+json"
KEY_REQUEST_TYPE = "application/vnd.zhuoyue.key-request+json"
ENROLLED_TYPE = "application/vnd.zhuoyue.enrolled+json"
PIN_PREFIX = "sha256/"

_MARK = "zy1"
_CHECK_DIGITS = 8
_LONGEST_TOKEN = 4000

T = TypeVar("T", bound=msgspec.Struct)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What the administrator hands over; ``seed`` (base64) is its secret, ``hub_key`` and ``tls_pin`` are the hub's.

    ``tls_pin`` is None where the hub is reached without TLS (on its own machine) or has a public certificate;
    ``next_tls_pin`` is that of the certificate which is ready to take its place.
    """

    seed: str
    hub_url: str
    hub_key: str
    author: Id
    expires: Instant
    tls_pin: str | None = None
    next_tls_pin: str | None = None

    @property
    def tls_pins(self) -> tuple[str, ...]:
        """The pins by which the hub is known, now and next."""
        return tuple(pin for pin in (self.tls_pin, self.next_tls_pin) if pin is not None)

    @property
    def id(self) -> str:
        """Key id of the token's own key: by this hubs and records name it."""
        return key_id(token_signer(self).public_key)

    def __repr__(self) -> str:
        return f"<token for {self.author}>"


class KeyClaim(msgspec.Struct, frozen=True, kw_only=True):
    """``author`` holds the private key of ``public_key`` (base64); ``allowed_by`` and ``hub`` are key ids."""

    author: Id
    public_key: Id
    allowed_by: Id
    hub: Id


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``allowing_key`` (base64) signed ``envelope``, which holds the claim's own envelope."""

    allowing_key: str
    envelope: str


class ProvedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim both of whose signatures hold; ``proof`` is the outer envelope."""

    claim: KeyClaim
    public_key: bytes
    allowing_key: bytes
    proof: str


class LastBatch(msgspec.Struct, frozen=True, kw_only=True):
    """The last batch of an author that a hub holds: what a new chain cites."""

    chain: ChainId
    seq: Sequence
    hash: Hash
    log_index: Count


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer, which it signs: the key counts from behind ``log_index`` on."""

    author: Id
    plant: Id
    environment: Environment
    key: Id
    log_index: Count
    last: LastBatch | None = None


def write_token(token: Token) -> str:
    """One line without spaces; its end is a checksum, so that a lost or wrong character is noticed."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(token)).decode("ascii").rstrip("=")
    return f"{_MARK}.{body}.{_check(body)}"


def read_token(text: str) -> Token:
    """The token in a text; ``Malformed`` when a character was lost or changed on the way."""
    parts = "".join(text.split()).split(".")
    if len(text) > _LONGEST_TOKEN or not text.isascii() or len(parts) != 3 or parts[0] != _MARK:
        raise Malformed(f"this is no enrolment token: it begins with '{_MARK}.' and has three parts")
    body = parts[1]
    if _check(body) != parts[2]:
        raise Malformed("the enrolment token was not copied whole: its checksum does not fit; copy it again")
    try:
        content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        token = msgspec.json.decode(content, type=Token)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise Malformed(f"this is no enrolment token: {error}") from None
    public_key_of(token.hub_key, "the hub's key in the token")
    token_signer(token)
    return token


def token_signer(token: Token) -> Ed25519Signer:
    """The key whose seed the token carries."""
    seed = from_base64(token.seed, "the token's seed")
    if len(seed) != PUBLIC_KEY_SIZE:
        raise Malformed("the token's seed has a wrong length")
    return Ed25519Signer.from_seed(seed)


def seal_key_request(author: str, signer: Signer, allowed_by: Signer, hub_key: bytes) -> bytes:
    """The request by which ``author`` makes the key of ``signer`` known, as ``allowed_by`` permits."""
    claim = KeyClaim(
        author=author,
        public_key=to_base64(signer.public_key),
        allowed_by=key_id(allowed_by.public_key),
        hub=key_id(hub_key),
    )
    inner = seal_envelope(msgspec.json.encode(claim), KEY_CLAIM_TYPE, signer)
    outer = seal_envelope(inner, KEY_REQUEST_TYPE, allowed_by)
    return msgspec.json.encode(KeyRequest(allowing_key=to_base64(allowed_by.public_key), envelope=outer.decode()))


def open_key_request(body: bytes, hub_key: bytes) -> ProvedClaim:
    """Verify a request: both signatures, and that it is meant for this hub. Who may allow is for the caller to say."""
    request = _decoded(body, KeyRequest, "a key request")
    allowing = public_key_of(request.allowing_key, "allowing_key")
    inner = read_envelope(verified_payload(read_envelope(request.envelope.encode()), KEY_REQUEST_TYPE, allowing))
    claim = _decoded(envelope_payload(inner, KEY_CLAIM_TYPE), KeyClaim, "a key claim")
    key = public_key_of(claim.public_key, "public_key")
    verified_payload(inner, KEY_CLAIM_TYPE, key)
    if claim.allowed_by != key_id(allowing):
        raise SignatureRefused("the claim names another key as the one that allows it")
    if claim.hub != key_id(hub_key):
        raise SignatureRefused("the request is for another hub", advice="use the token that this hub made")
    return ProvedClaim(claim=claim, public_key=key, allowing_key=allowing, proof=request.envelope)


def seal_enrolled(answer: Enrolled, signer: Signer) -> bytes:
    """The hub's answer in its envelope."""
    return seal_envelope(msgspec.json.encode(answer), ENROLLED_TYPE, signer)


def open_enrolled(line: bytes, hub_key: bytes) -> Enrolled:
    """Verify and parse the hub's answer."""
    return _decoded(verified_payload(read_envelope(line), ENROLLED_TYPE, hub_key), Enrolled, "an enrolment answer")


def certificate_pin(certificate: bytes) -> str:
    """``sha256/`` and base64 of SHA-256 over the SubjectPublicKeyInfo of a DER certificate (RFC 7469, 2.4)."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise Malformed(f"not a certificate: {error}") from None
    return PIN_PREFIX + to_base64(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


def checked_pin(text: str, what: str) -> str:
    """The same text, when it is a pin; ``Malformed`` otherwise."""
    if not text.startswith(PIN_PREFIX) or len(from_base64(text.removeprefix(PIN_PREFIX), what)) != 32:
        raise Malformed(f"{what} is no pin; expected '{PIN_PREFIX}' and 32 bytes in base64")
    return text


def public_key_of(text: str, what: str) -> bytes:
    """A raw Ed25519 public key from base64; ``Malformed`` names ``what``."""
    key = from_base64(text, what)
    if len(key) != PUBLIC_KEY_SIZE:
        raise Malformed(f"{what} has {len(key)} bytes, expected {PUBLIC_KEY_SIZE}")
    return key


def is_over(token: Token, now: datetime) -> bool:
    """Whether the token has expired."""
    return now >= token.expires


def _check(body: str) -> str:
    return sha256(f"{_MARK}.{body}".encode()).hex()[:_CHECK_DIGITS]


def _decoded(content: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not {what}: {error}") from None
