"""Strict text encodings of bytes: one text for each value, so that a changed character is always noticed."""

import base64
import binascii
import hashlib

from traceability.errors import Malformed

SHA256_PREFIX = "sha256:"


def to_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, what: str) -> bytes:
    """Decode, refusing every spelling but the canonical one (padding bits included)."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed(f"{what} is not base64: {error}") from None
    if to_base64(data) != text:
        raise Malformed(f"{what} is not canonical base64")
    return data


def sha256(data: bytes) -> bytes:
    """SHA-256 digest, 32 bytes."""
    return hashlib.sha256(data).digest()


def tagged(digest: bytes) -> str:
    """``sha256:`` and lower-case hex: the hash names its algorithm, so that SM3 can follow."""
    return SHA256_PREFIX + digest.hex()


def from_tagged(text: str, what: str) -> bytes:
    """The digest of a ``sha256:...`` text, refusing upper case, other lengths and other algorithms."""
    digits = text.removeprefix(SHA256_PREFIX)
    if digits == text or len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise Malformed(f"{what} must be 'sha256:' and 64 lower-case hex digits, not {text[:80]!r}")
    return bytes.fromhex(digits)
