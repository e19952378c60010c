"""Ed25519 keys and DSSE envelopes.

An envelope is one JSON line (DSSE v1.0.2): base64 payload, its type, and signatures over the pre-authentication
encoding ``PAE(type, payload)``, so a signature for one type can never be taken for another. Key ids name their
algorithm (``ed25519:`` + SHA-256 of the raw public key), so that SM2 can follow.
"""

from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from traceability.encoding import from_base64, sha256, to_base64
from traceability.errors import Malformed, SignatureRefused

ALGORITHM = "ed25519"
PUBLIC_KEY_SIZE = 32
SCHEME = "Zhuoyue"
"""Of an Authorization header that holds an envelope: who asks has signed it."""


class Signer(Protocol):
    """Whoever can sign: a key file now, a TPM or an HSM later."""

    @property
    def public_key(self) -> bytes:
        """Raw public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature of ``message``, 64 bytes."""


class Ed25519Signer:
    """A private key held in memory."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_key = private.public_key().public_bytes_raw()

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Signer":
        """The key of a 32-byte seed (RFC 8032 private key)."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> "Ed25519Signer":
        """Read a PKCS#8 PEM, encrypted when there is a passphrase; ``Malformed`` when it holds anything else."""
        try:
            private = serialization.load_pem_private_key(pem, password=passphrase)
        except (ValueError, TypeError) as error:
            kind = "an unencrypted" if passphrase is None else "a"
            raise Malformed(f"not {kind} PKCS#8 private key: {error}") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise Malformed(f"the key is {type(private).__name__}, Ed25519 was expected")
        return cls(private)

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """PKCS#8 PEM, encrypted when there is a passphrase."""
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            encryption = serialization.BestAvailableEncryption(passphrase)
        return self._private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature of ``message``, 64 bytes."""
        return self._private.sign(message)


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signature of an envelope; ``sig`` is base64."""

    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A DSSE envelope as it stands on the wire; ``payload`` is base64."""

    payload: str
    payloadType: str  # noqa: N815 - the name DSSE gives it
    signatures: tuple[Signature, ...]


def key_id(public_key: bytes) -> str:
    """The id of a raw public key."""
    return f"{ALGORITHM}:{sha256(public_key).hex()}"


def signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` is ``public_key``'s signature of ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """``PAE`` of the DSSE protocol: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal_envelope(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """Sign ``payload``; the envelope as one JSON line without newline."""
    sig = signer.sign(pre_authentication_encoding(payload_type, payload))
    signature = Signature(keyid=key_id(signer.public_key), sig=to_base64(sig))
    return msgspec.json.encode(Envelope(payload=to_base64(payload), payloadType=payload_type, signatures=(signature,)))


def read_envelope(line: bytes) -> Envelope:
    """Parse an envelope; ``Malformed`` unless it is spelt exactly as ``seal_envelope`` spells it.

    The exact spelling matters: an envelope is evidence, and no byte of it may change unnoticed.
    """
    try:
        envelope = msgspec.json.decode(line, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a DSSE envelope: {error}") from None
    if msgspec.json.encode(envelope) != line:
        raise Malformed("the DSSE envelope is not in compact canonical form")
    return envelope


def envelope_payload(envelope: Envelope, payload_type: str) -> bytes:
    """The payload, *not yet verified*: for finding out whose key is needed."""
    if envelope.payloadType != payload_type:
        raise Malformed(f"payload type is {envelope.payloadType[:80]!r}, expected {payload_type!r}")
    return from_base64(envelope.payload, "payload")


def verified_payload(envelope: Envelope, payload_type: str, public_key: bytes) -> bytes:
    """The payload, signed by ``public_key`` and by nobody else; ``SignatureRefused`` otherwise."""
    payload = envelope_payload(envelope, payload_type)
    expected = key_id(public_key)
    if [signature.keyid for signature in envelope.signatures] != [expected]:
        found = ", ".join(signature.keyid[:80] for signature in envelope.signatures) or "none"
        raise SignatureRefused(f"signed by {found}, expected {expected}")
    message = pre_authentication_encoding(payload_type, payload)
    signature = from_base64(envelope.signatures[0].sig, "signature")
    if not signature_holds(public_key, signature, message):
        raise SignatureRefused(f"the signature of {expected} does not match the content")
    return payload
