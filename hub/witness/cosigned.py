"""Checkpoints together with the cosignatures they have."""

import msgspec

from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.cosignatures import best_cosigned, cosignatures_of
from hub.witness.collect import checkpoint_at
from hub.witness.policy import witness_policy
from traceability.encoding import to_base64
from traceability.log.checkpoint import Checkpoint, sign_checkpoint


class CosignedNote(msgspec.Struct, frozen=True, kw_only=True):
    """``text`` is the signed note; ``witnesses`` the verifier keys of its cosignatures, in their order."""

    checkpoint: Checkpoint
    text: str
    witnesses: tuple[str, ...]


def cosigned_note(connection: Reading, hub: Hub, at_least: int) -> CosignedNote | None:
    """The checkpoint of ``at_least`` leaves that most of the hub's witnesses cosigned; None where none did."""
    known = [str(entry.key) for entry in witness_policy(hub).witnesses]
    size = best_cosigned(connection, at_least, known) if known else None
    return None if size is None else _note(connection, hub, checkpoint_at(connection, hub, size))


def current_note(connection: Reading, hub: Hub) -> CosignedNote:
    """The log's state now, with the cosignatures there are of it."""
    return _note(connection, hub, current_checkpoint(connection, hub.settings.origin))


def _note(connection: Reading, hub: Hub, checkpoint: Checkpoint) -> CosignedNote:
    known = {str(entry.key) for entry in witness_policy(hub).witnesses}
    root = to_base64(checkpoint.root)
    stored = [one for one in cosignatures_of(connection, checkpoint.size) if one.witness in known and one.root == root]
    return CosignedNote(
        checkpoint=checkpoint,
        text=sign_checkpoint(checkpoint, hub.log_signer) + "".join(f"{one.line}\n" for one in stored),
        witnesses=tuple(one.witness for one in stored),
    )
