"""Cosignatures: asked of the witnesses that have an address, taken from those that come by themselves.

To a witness go the checkpoint and the proof that it extends what that witness cosigned last (C2SP tlog-witness). A
witness that answers 409 with a larger size than this log has saw a longer log: this hub was restored from an old
backup, or somebody runs a second one with its key. Nothing here repairs that; it is told.
"""

from collections.abc import Callable

import msgspec

from hub.errors import HubError
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.ledger.cosignatures import StoredCosignature, cosigned_size, put_cosignature
from hub.store.ledger.log_nodes import node_source
from hub.witness.policy import witness_policy
from traceability.encoding import to_base64
from traceability.errors import Malformed, SignatureRefused, ZhuoyueError
from traceability.log.checkpoint import Checkpoint, checkpoint_text, sign_checkpoint
from traceability.log.cosignature import check_cosignature
from traceability.log.note import read_signatures
from traceability.log.policy import WitnessEntry
from traceability.log.witness import ADD_CHECKPOINT, AddCheckpoint, encode_request
from traceability.merkle import consistency_path, root

OK, CONFLICT = 200, 409
_DIGITS = 19
Post = Callable[[str, bytes], tuple[int, bytes]]
"""POST a body to an address; status and answer, ``OSError`` when nobody answers."""


class WitnessRefused(HubError):
    """A witness did not cosign; what it saw may contradict what this hub shows."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking one witness: the size it has cosigned, or why not."""

    name: str
    size: int | None
    problem: str = ""


def ask_witnesses(hub: Hub, post: Post) -> list[Asked]:
    """Ask every witness that has an address; one that fails doesn't keep the others from being asked."""
    results = []
    for entry in witness_policy(hub).witnesses:
        if entry.url:
            try:
                results.append(Asked(name=entry.name, size=_ask(hub, entry, post)))
            except (ZhuoyueError, OSError) as error:
                results.append(Asked(name=entry.name, size=None, problem=str(error)))
    return results


def take_cosignatures(hub: Hub, size: int, lines: str) -> list[StoredCosignature]:
    """Keep the cosignatures in ``lines`` of the log of ``size`` leaves; ``SignatureRefused`` when none is of a witness.

    Lines of keys that are not among the hub's witnesses are passed over.
    """
    known = {(key.name, key.hash): key for key in (entry.key for entry in witness_policy(hub).witnesses)}
    signatures = list(read_signatures(lines))
    with hub.store.reading() as connection:
        checkpoint = checkpoint_at(connection, hub, size)
    text = checkpoint_text(checkpoint)
    taken = [
        StoredCosignature(
            size=size,
            witness=str(key),
            root=to_base64(checkpoint.root),
            time=check_cosignature(text, signature, key).time,
            line=str(signature),
        )
        for signature in signatures
        if (key := known.get((signature.name, signature.key_hash))) is not None
    ]
    if not taken:
        raise SignatureRefused("no cosignature is by a witness of this hub", advice="add it with 'zhuoyue-hub witness'")
    with hub.store.writing() as connection:
        for cosignature in taken:
            put_cosignature(connection, cosignature)
    return taken


def checkpoint_at(connection: Reading, hub: Hub, size: int) -> Checkpoint:
    """The log as it was when it had ``size`` leaves."""
    if not 0 <= size <= log_size(connection):
        raise Malformed(f"the log has no state of {size} leaves", where="size")
    return Checkpoint(origin=hub.settings.origin, size=size, root=root(size, node_source(connection)))


def _ask(hub: Hub, entry: WitnessEntry, post: Post) -> int:
    with hub.store.reading() as connection:
        checkpoint = current_checkpoint(connection, hub.settings.origin)
        old = min(cosigned_size(connection, str(entry.key)), checkpoint.size)
    status, answer = _submit(hub, entry, checkpoint, old, post)
    if status == CONFLICT:
        status, answer = _submit(hub, entry, checkpoint, _size_of(answer, entry, checkpoint), post)
    if status != OK:
        said = answer.decode("utf-8", "replace").strip()[:200]
        raise WitnessRefused(f"answered {status}: {said}", where=entry.name, advice=_advice(status))
    take_cosignatures(hub, checkpoint.size, answer.decode("utf-8", "replace"))
    return checkpoint.size


def _submit(hub: Hub, entry: WitnessEntry, checkpoint: Checkpoint, old: int, post: Post) -> tuple[int, bytes]:
    with hub.store.reading() as connection:
        path = consistency_path(old, checkpoint.size, node_source(connection)) if old else []
    note = sign_checkpoint(checkpoint, hub.log_signer)
    request = AddCheckpoint(old=old, path=tuple(path), note=note)
    return post(entry.url.rstrip("/") + ADD_CHECKPOINT, encode_request(request).encode())


def _size_of(answer: bytes, entry: WitnessEntry, checkpoint: Checkpoint) -> int:
    digits = answer.decode("ascii", "replace").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > _DIGITS:
        raise Malformed("answered 409 without a size", where=entry.name)
    if int(digits) > checkpoint.size:
        raise WitnessRefused(
            f"saw this log with {int(digits)} batches, it has {checkpoint.size} now: it was rolled back",
            where=entry.name,
            advice="restore the newest backup, or let the agents send again what is missing; tell the partners",
        )
    return int(digits)


def _advice(status: int) -> str:
    return {
        403: "give the witness this log's verifier key (log.vkey)",
        404: "the witness does not follow this log yet: give it log.vkey",
        409: "the witness saw another log of this size: a second hub signs with this log's key",
        422: "the witness saw another history of this log: run 'zhuoyue-hub fsck' and compare with a backup",
    }.get(status, "look at the witness's own log")
