"""C2SP tlog-checkpoint: origin, tree size and root hash, as the text of a signed note."""

import msgspec

from traceability.encoding import from_base64, to_base64
from traceability.errors import Malformed
from traceability.log.note import VerifierKey, open_note, sign_note, split_note
from traceability.signing import Signer

ROOT_SIZE = 32
LARGEST_SIZE = 2**63 - 1
_DIGITS = 19


class Checkpoint(msgspec.Struct, frozen=True):
    """The state of a log: ``size`` leaves under ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The three lines that are signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{to_base64(checkpoint.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint as a note signed by the log itself (its origin is its key name)."""
    return sign_note(checkpoint_text(checkpoint), checkpoint.origin, signer)


def open_checkpoint(note: str, verifier: VerifierKey) -> Checkpoint:
    """Verify and parse; the origin must be the log's name, extension lines are refused."""
    checkpoint = parse_checkpoint(open_note(note, verifier))
    if checkpoint.origin != verifier.name:
        raise Malformed(f"the checkpoint is of {checkpoint.origin[:80]}, not of {verifier.name}")
    return checkpoint


def read_checkpoint(note: str) -> Checkpoint:
    """What the note says, *not verified*: for finding out whose key is needed."""
    return parse_checkpoint(split_note(note)[0])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the three lines; ``Malformed`` unless they are spelt as ``checkpoint_text`` spells them."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[1].isascii() or not lines[1].isdigit() or len(lines[1]) > _DIGITS:
        raise Malformed("a checkpoint has three lines: origin, tree size, root hash")
    checkpoint = Checkpoint(origin=lines[0], size=int(lines[1]), root=from_base64(lines[2], "root hash"))
    if checkpoint_text(checkpoint) != text or len(checkpoint.root) != ROOT_SIZE or checkpoint.size > LARGEST_SIZE:
        raise Malformed("the lines of the checkpoint are not spelt as they should be")
    return checkpoint
