"""C2SP signed notes: a text, a blank line, and signature lines ``— name base64(key hash || signature)``.

Verifier keys are written ``name+hash+base64(0x01 || public key)``, where 0x01 means Ed25519 and the hash is the first
four bytes of SHA-256(name || "\\n" || 0x01 || public key).
"""

import msgspec

from traceability.encoding import from_base64, sha256, to_base64
from traceability.errors import Malformed, SignatureRefused
from traceability.signing import PUBLIC_KEY_SIZE, Signer, signature_holds

ED25519 = b"\x01"
DASH = "\u2014 "


class VerifierKey(msgspec.Struct, frozen=True):
    """A log's or a witness's name and raw Ed25519 public key."""

    name: str
    public_key: bytes

    @property
    def hash(self) -> bytes:
        """Key hash, 4 bytes."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public_key)[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{to_base64(ED25519 + self.public_key)}"


def parse_verifier_key(text: str) -> VerifierKey:
    """Read ``name+hash+key``; ``Malformed`` unless every part fits the others."""
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    key = from_base64(encoded, "verifier key")
    if key[:1] != ED25519 or len(key) != PUBLIC_KEY_SIZE + 1:
        raise Malformed("the verifier key is not an Ed25519 key")
    verifier = VerifierKey(name=name, public_key=key[1:])
    if not name or any(c.isspace() for c in name) or str(verifier) != text:
        raise Malformed(f"the verifier key {text[:100]!r} is not name+hash+key")
    return verifier


def sign_note(text: str, name: str, signer: Signer) -> str:
    """``text`` (which ends in a newline) as a note signed under ``name``."""
    verifier = VerifierKey(name=name, public_key=signer.public_key)
    signature = to_base64(verifier.hash + signer.sign(text.encode()))
    return f"{text}\n{DASH}{name} {signature}\n"


def open_note(note: str, verifier: VerifierKey) -> str:
    """The text of ``note``, signed by ``verifier``; ``SignatureRefused`` otherwise."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise Malformed("not a signed note: text, blank line and signature lines were expected")
    text += "\n"
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not encoded:
            raise Malformed(f"not a signature line: {line[:80]!r}")
        signature = from_base64(encoded, f"signature of {name}")
        ours = name == verifier.name and signature[:4] == verifier.hash
        if ours and signature_holds(verifier.public_key, signature[4:], text.encode()):
            return text
    raise SignatureRefused(f"the note is not signed by {verifier.name}")
