"""C2SP signed notes: a text, a blank line, and signature lines ``— name base64(key hash || signature)``.

Verifier keys are written ``name+hash+base64(algorithm || public key)``; the hash is the first four bytes of
SHA-256(name || "\\n" || algorithm || public key). Algorithm 0x01 is Ed25519 (a log's own signature), 0x04 the
timestamped Ed25519 cosignature of a witness (C2SP tlog-cosignature).
"""

from collections.abc import Iterator

import msgspec

from traceability.encoding import from_base64, sha256, to_base64
from traceability.errors import LimitExceeded, Malformed, SignatureRefused
from traceability.signing import PUBLIC_KEY_SIZE, Signer, signature_holds

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
DASH = "\u2014 "
KEY_HASH_SIZE = 4
LARGEST_NOTE = 64 * 1024
MOST_SIGNATURES = 100


class VerifierKey(msgspec.Struct, frozen=True):
    """A log's or a witness's name, raw Ed25519 public key, and for which kind of signature it stands."""

    name: str
    public_key: bytes
    algorithm: bytes = ED25519

    @property
    def hash(self) -> bytes:
        """Key hash, 4 bytes."""
        return sha256(self.name.encode() + b"\n" + self.algorithm + self.public_key)[:KEY_HASH_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{to_base64(self.algorithm + self.public_key)}"


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line, not verified: ``key_hash`` 4 bytes, ``signature`` what follows it."""

    name: str
    key_hash: bytes
    signature: bytes

    def by(self, key: VerifierKey) -> bool:
        """Whether it says that it is ``key``'s."""
        return (self.name, self.key_hash) == (key.name, key.hash)

    def __str__(self) -> str:
        return f"{DASH}{self.name} {to_base64(self.key_hash + self.signature)}"


def parse_verifier_key(text: str, algorithm: bytes = ED25519) -> VerifierKey:
    """Read ``name+hash+key``; ``Malformed`` says which part does not fit the others, or that it is the other kind."""
    name, first, rest = text.partition("+")
    digits, second, encoded = rest.partition("+")
    if not (first and second and encoded) or not is_key_name(name):
        raise Malformed(
            f"{text[:100]!r} is not a verifier key: name+hash+key was expected",
            advice="copy the whole line of the .vkey file",
        )
    key = from_base64(encoded, "the key in the verifier key")
    if len(key) != PUBLIC_KEY_SIZE + 1 or key[:1] not in {ED25519, COSIGNATURE}:
        raise Malformed("the verifier key holds no Ed25519 key", advice="other algorithms are not read")
    if key[:1] != algorithm:
        raise Malformed(_wrong_kind(name, algorithm), advice="a log's key and a witness's key are not interchangeable")
    verifier = VerifierKey(name=name, public_key=key[1:], algorithm=algorithm)
    if digits != verifier.hash.hex():
        raise Malformed(
            f"the hash in the verifier key is {digits[:20]!r}, name and key give {verifier.hash.hex()!r}",
            advice="a character of it was changed; copy it again",
        )
    return verifier


def is_key_name(name: str) -> bool:
    """Whether ``name`` can name a key: printable, without spaces and without ``+``."""
    return bool(name) and name.isprintable() and not any(c.isspace() or c == "+" for c in name)


def _wrong_kind(name: str, wanted: bytes) -> str:
    kinds = ("the key of a log", "the key of a witness")
    expected, found = kinds if wanted == ED25519 else kinds[::-1]
    return f"{name} is {found}, {expected} was expected"


def sign_note(text: str, name: str, signer: Signer) -> str:
    """``text`` (which ends in a newline) as a note signed under ``name``."""
    verifier = VerifierKey(name=name, public_key=signer.public_key)
    return f"{text}\n{NoteSignature(name, verifier.hash, signer.sign(text.encode()))}\n"


def split_note(note: str) -> tuple[str, list[NoteSignature]]:
    """The text of ``note`` and its signatures, *not verified*."""
    if len(note) > LARGEST_NOTE:
        raise LimitExceeded(f"the note has {len(note)} characters, at most {LARGEST_NOTE} are taken")
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not text or not lines.endswith("\n"):
        raise Malformed("not a signed note: text, blank line and signature lines were expected")
    if not is_unicode(text):
        raise Malformed("the text of the note holds what is no character")
    return text + "\n", list(read_signatures(lines))


def is_unicode(text: str) -> bool:
    """Whether the text has bytes in UTF-8: lone surrogates, as of a file read with their escape, have none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_signatures(lines: str) -> Iterator[NoteSignature]:
    """Signature lines, each ending in a newline."""
    if lines.count("\n") > MOST_SIGNATURES:
        raise LimitExceeded(f"there are more than {MOST_SIGNATURES} signatures")
    for line in lines[:-1].split("\n") if lines else ():
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not encoded or not is_key_name(name):
            raise Malformed(f"not a signature line: {line[:80]!r}")
        blob = from_base64(encoded, f"signature of {name[:80]}")
        if len(blob) <= KEY_HASH_SIZE:
            raise Malformed(f"the signature of {name[:80]} is too short")
        yield NoteSignature(name, blob[:KEY_HASH_SIZE], blob[KEY_HASH_SIZE:])


def open_note(note: str, verifier: VerifierKey) -> str:
    """The text of ``note``, signed by ``verifier`` (Ed25519); ``SignatureRefused`` otherwise."""
    text, signatures = split_note(note)
    for signature in signatures:
        if signature.by(verifier) and signature_holds(verifier.public_key, signature.signature, text.encode()):
            return text
    raise SignatureRefused(f"the note is not signed by {verifier.name}")
