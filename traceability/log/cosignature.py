"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, ``cosignature/v1``).

A cosignature says: at that time, this was the largest consistent state of the log that the witness had seen. What is
signed is ``cosignature/v1``, ``time SECONDS`` and the checkpoint's text; the signature line holds key hash, the time
(8 bytes, big-endian, POSIX seconds) and the signature.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from traceability.errors import Malformed, SignatureRefused
from traceability.log.note import COSIGNATURE, NoteSignature, VerifierKey, split_note
from traceability.signing import Signer, signature_holds

TIME_SIZE = 8
SIGNATURE_SIZE = 64
LATEST = 253_402_300_799  # the last second of the year 9999


class Cosignature(msgspec.Struct, frozen=True):
    """``witness`` (its key) cosigned at ``time`` (POSIX seconds)."""

    witness: VerifierKey
    time: int


def witness_key(name: str, signer: Signer) -> VerifierKey:
    """The key by which cosignatures of ``signer`` under ``name`` are verified."""
    return VerifierKey(name=name, public_key=signer.public_key, algorithm=COSIGNATURE)


def cosign(text: str, name: str, signer: Signer, time: int) -> NoteSignature:
    """The witness's signature of a checkpoint's ``text`` at ``time`` (POSIX seconds)."""
    blob = time.to_bytes(TIME_SIZE, "big") + signer.sign(_message(text, time))
    return NoteSignature(name, witness_key(name, signer).hash, blob)


def check_cosignature(text: str, signature: NoteSignature, witness: VerifierKey) -> Cosignature:
    """``SignatureRefused`` unless ``witness`` cosigned ``text``."""
    blob = signature.signature
    if not signature.by(witness):
        raise SignatureRefused(f"the cosignature is not by {witness.name}")
    if len(blob) != TIME_SIZE + SIGNATURE_SIZE:
        raise Malformed(f"the cosignature of {witness.name} has {len(blob)} bytes, 72 were expected")
    time = int.from_bytes(blob[:TIME_SIZE], "big")
    if time > LATEST:
        raise Malformed(f"the cosignature of {witness.name} is from after the year 9999")
    if not signature_holds(witness.public_key, blob[TIME_SIZE:], _message(text, time)):
        raise SignatureRefused(f"the cosignature of {witness.name} does not match the checkpoint")
    return Cosignature(witness, time)


def check_cosignatures(note: str, witnesses: Iterable[VerifierKey]) -> list[Cosignature]:
    """Those of ``witnesses`` that cosigned ``note``, each once; lines of others are passed over.

    A line that names a known witness and does not hold is an error, not a stranger.
    """
    text, signatures = split_note(note)
    known = {(key.name, key.hash): key for key in witnesses}
    found: dict[str, Cosignature] = {}
    for signature in signatures:
        key = known.get((signature.name, signature.key_hash))
        if key is not None:
            found.setdefault(str(key), check_cosignature(text, signature, key))
    return list(found.values())


def instant(time: int) -> datetime:
    """POSIX seconds as a time in UTC."""
    return datetime.fromtimestamp(time, UTC)


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
