"""What a witness does with a checkpoint (C2SP tlog-witness ``add-checkpoint``), without I/O.

The request: ``old SIZE``, then the consistency proof from that size (one base64 hash a line, at most 63), a blank
line, the signed checkpoint. States of a log seen from a witness: *unknown* (404) or followed at the size it cosigned
last (0 at first). The answer: 404 unknown origin; 403 not signed by the log; 400 malformed, or ``old`` larger than the
checkpoint; 409 ``old`` is not the size cosigned last (the body says which is), or the size is the same and the root is
another; 422 the proof does not hold; 200 with the cosignature line.

Whoever calls ``decide`` holds a lock on the log's state from reading it to having written it durably, and sends the
answer only then: a witness that forgets what it cosigned is no witness.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from traceability.encoding import from_base64, to_base64
from traceability.errors import LimitExceeded, Malformed, ProofRefused, SignatureRefused, ZhuoyueError
from traceability.log.checkpoint import ROOT_SIZE, Checkpoint, checkpoint_text, open_checkpoint, read_checkpoint
from traceability.log.cosignature import cosign
from traceability.log.note import LARGEST_NOTE, VerifierKey
from traceability.merkle import check_consistency
from traceability.signing import Signer

ADD_CHECKPOINT = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
MOST_PROOF_LINES = 63
LARGEST_REQUEST = LARGEST_NOTE + 4096
_DIGITS = 19


class AddCheckpoint(msgspec.Struct, frozen=True):
    """A request: ``note`` is the signed checkpoint, ``path`` proves that it extends the log of ``old`` leaves."""

    old: int
    path: tuple[bytes, ...]
    note: str


class Seen(msgspec.Struct, frozen=True):
    """The state a witness cosigned last: ``size`` leaves under ``root`` (base64); ``note`` is what the log signed."""

    size: int
    root: str
    note: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to answer; ``seen`` is the new state, to be durable before the answer leaves, None when nothing changes.

    ``alarm`` is set when the log showed two histories or a smaller one: the request is evidence and worth keeping.
    """

    status: int
    body: str
    media_type: str = TEXT_TYPE
    seen: Seen | None = None
    alarm: str = ""


class Identity(msgspec.Struct, frozen=True):
    """The witness itself; ``clock`` gives POSIX seconds."""

    name: str
    signer: Signer
    clock: Callable[[], int]


def encode_request(request: AddCheckpoint) -> str:
    """The body of ``add-checkpoint``."""
    lines = [f"old {request.old}", *(to_base64(digest) for digest in request.path)]
    return "\n".join(lines) + "\n\n" + request.note


def parse_request(body: bytes) -> AddCheckpoint:
    """Read the body of ``add-checkpoint``; ``Malformed`` or ``LimitExceeded`` otherwise."""
    if len(body) > LARGEST_REQUEST:
        raise LimitExceeded(f"the request has {len(body)} bytes, at most {LARGEST_REQUEST} are taken")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Malformed("the request is not UTF-8") from None
    head, separator, note = text.partition("\n\n")
    first, *proof = head.split("\n")
    word, _, digits = first.partition(" ")
    if not separator or word != "old" or not _is_size(digits):
        raise Malformed("a request begins with 'old SIZE' and has a blank line before the checkpoint")
    if len(proof) > MOST_PROOF_LINES:
        raise LimitExceeded(f"the proof has {len(proof)} lines, at most {MOST_PROOF_LINES} are taken")
    path = tuple(from_base64(line, "consistency proof") for line in proof)
    if any(len(digest) != ROOT_SIZE for digest in path):
        raise Malformed("a line of the consistency proof is no hash of 32 bytes")
    return AddCheckpoint(old=int(digits), path=path, note=note)


def decide(body: bytes, logs: Sequence[VerifierKey], seen: Mapping[str, Seen], witness: Identity) -> Decision:
    """The witness's answer to ``body``; ``seen`` holds by origin what it cosigned last."""
    try:
        request = parse_request(body)
        origin = read_checkpoint(request.note).origin
    except ZhuoyueError as error:
        return _refusal(400, str(error))
    keys = [key for key in logs if key.name == origin]
    if not keys:
        return _refusal(404, f"the log {origin[:80]} is not followed here")
    checkpoint = _opened(request.note, keys)
    if checkpoint is None:
        return _refusal(403, f"the checkpoint is not signed by a key of {origin[:80]} that is trusted here")
    return _judge(request, checkpoint, seen.get(origin), witness)


def _opened(note: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    for key in keys:
        try:
            return open_checkpoint(note, key)
        except SignatureRefused:
            continue
    return None


def _judge(request: AddCheckpoint, checkpoint: Checkpoint, last: Seen | None, witness: Identity) -> Decision:
    size = 0 if last is None else last.size
    if request.old > checkpoint.size:
        return _refusal(400, f"'old' is {request.old}, the checkpoint has {checkpoint.size} leaves only")
    alarm = _alarm(checkpoint, last)
    if alarm or request.old != size:
        return Decision(status=409, body=f"{size}\n", media_type=SIZE_TYPE, alarm=alarm)
    try:
        _check_extends(request, checkpoint, last)
    except ProofRefused as error:
        alarm = f"{checkpoint.origin}: {error.what}" if request.path else ""
        return Decision(status=422, body=f"{error.what}\n", alarm=alarm)
    return _granted(request, checkpoint, witness)


def _alarm(checkpoint: Checkpoint, last: Seen | None) -> str:
    """What is wrong with ``checkpoint`` whatever the request says, or an empty text."""
    if last is None or checkpoint.size > last.size:
        return ""
    if checkpoint.size < last.size:
        return f"{checkpoint.origin} shows {checkpoint.size} leaves after {last.size}: it was rolled back"
    if last.root != to_base64(checkpoint.root):
        return f"{checkpoint.origin} signed two trees of {last.size} leaves: a split view"
    return ""


def _check_extends(request: AddCheckpoint, checkpoint: Checkpoint, last: Seen | None) -> None:
    if last is None or last.size == 0:
        if request.path:
            raise ProofRefused("from size 0 there is nothing to prove; the proof must be empty")
        return
    root = from_base64(last.root, "root cosigned last")
    check_consistency(last.size, checkpoint.size, request.path, root, checkpoint.root)


def _granted(request: AddCheckpoint, checkpoint: Checkpoint, witness: Identity) -> Decision:
    line = cosign(checkpoint_text(checkpoint), witness.name, witness.signer, witness.clock())
    seen = Seen(size=checkpoint.size, root=to_base64(checkpoint.root), note=request.note)
    return Decision(status=200, body=f"{line}\n", seen=seen)


def _refusal(status: int, text: str) -> Decision:
    return Decision(status=status, body=f"{text}\n")


def _is_size(digits: str) -> bool:
    fits = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
    return fits and str(int(digits)) == digits
