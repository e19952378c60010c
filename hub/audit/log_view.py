"""The log as an auditor looks at it: its state now, and how far each witness has followed it."""

from datetime import UTC, datetime

import msgspec

from hub.ledger.log import verifier_key
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import record_times
from hub.store.ledger.cosignatures import StoredCosignature, latest_cosignatures
from hub.store.ledger.log_nodes import node_source
from hub.witness.cosigned import current_note
from hub.witness.policy import witness_policy
from traceability.encoding import to_base64
from traceability.log.policy import NONE, WitnessEntry
from traceability.merkle import root


class WitnessView(msgspec.Struct, frozen=True, kw_only=True):
    """A witness, and the largest log it cosigned: ``behind`` batches are newer. ``size`` None: it cosigned none yet.

    ``agrees``: the log it saw is the beginning of this one; false says that history was rewritten or the log cut.
    """

    name: str
    key: str
    comes_by_itself: bool
    size: int | None
    at: datetime | None
    behind: int | None
    agrees: bool | None


class LogView(msgspec.Struct, frozen=True, kw_only=True):
    """The log of ``size`` batches under ``root`` (base64); ``newest_at`` is when the newest batch came.

    ``checkpoint`` is the signed note of this state, with its cosignatures; ``key`` verifies it. ``cosigned`` of the
    hub's witnesses cosigned this very state, ``quorum`` is whose word its policy asks for.
    """

    origin: str
    size: int
    root: str
    newest_at: datetime | None
    checkpoint: str
    key: str
    cosigned: int
    quorum: str
    witnesses: tuple[WitnessView, ...]


def log_view(connection: Reading, hub: Hub) -> LogView:
    """As of now."""
    note = current_note(connection, hub)
    size = note.checkpoint.size
    policy = witness_policy(hub)
    latest = {one.witness: one for one in latest_cosignatures(connection)}
    return LogView(
        origin=note.checkpoint.origin,
        size=size,
        root=to_base64(note.checkpoint.root),
        newest_at=record_times(connection, [size - 1]).get(size - 1),
        checkpoint=note.text,
        key=str(verifier_key(hub)),
        cosigned=len(note.witnesses),
        quorum="" if policy.quorum == NONE else policy.quorum,
        witnesses=tuple(_witness(connection, entry, latest.get(str(entry.key)), size) for entry in policy.witnesses),
    )


def _witness(connection: Reading, entry: WitnessEntry, last: StoredCosignature | None, size: int) -> WitnessView:
    return WitnessView(
        name=entry.name,
        key=str(entry.key),
        comes_by_itself=not entry.url,
        size=None if last is None else last.size,
        at=None if last is None else datetime.fromtimestamp(last.time, UTC),
        behind=None if last is None else max(0, size - last.size),
        agrees=None if last is None else _agrees(connection, last, size),
    )


def _agrees(connection: Reading, last: StoredCosignature, size: int) -> bool:
    try:
        return last.size <= size and to_base64(root(last.size, node_source(connection))) == last.root
    except LookupError:
        return False
