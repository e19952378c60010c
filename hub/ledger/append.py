"""More batches in the ledger: their bytes, their signed receipts and their leaves in the log. Inside a transaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import StoredBatch, insert_batches
from hub.store.ledger.log_nodes import insert_nodes, node_source
from hub.store.writing.statistics import count_as_it_grows
from traceability.batch.open import OpenedBatch
from traceability.encoding import from_tagged
from traceability.merkle import Node, appended_nodes, leaf_hash
from traceability.sync import Notice, Quarantined, Receipt, seal_receipt


class Entry(msgspec.Struct, frozen=True):
    """A batch with its place in the log, and its bytes (zstd)."""

    stored: StoredBatch
    body: bytes


def receipted(
    hub: Hub,
    opened: OpenedBatch,
    *,
    index: int,
    now: datetime,
    quarantined: Sequence[Quarantined],
    notices: Sequence[Notice] = (),
) -> StoredBatch:
    """``opened`` at the log index that it gets, with its receipt signed."""
    header = opened.header
    receipt = Receipt(
        author=header.author,
        chain=header.chain,
        seq=header.seq,
        hash=opened.hash,
        log_index=index,
        recorded_at=now,
        quarantined=tuple(quarantined),
        notices=tuple(notices),
    )
    return placed(opened, index=index, recorded=now, receipt=seal_receipt(receipt, hub.signer))


def placed(opened: OpenedBatch, *, index: int, recorded: datetime, receipt: bytes) -> StoredBatch:
    """``opened`` at ``index``, with a receipt that was signed at ``recorded``."""
    header = opened.header
    return StoredBatch(
        id=index,
        author=header.author,
        chain=header.chain,
        seq=header.seq,
        hash=opened.hash,
        prev=header.prev,
        environment=header.environment,
        sealed_at=to_micros(header.sealed_at),
        record_time=to_micros(recorded),
        first_record=header.first_record,
        records=header.records,
        receipt=receipt.decode(),
    )


def append_batches(connection: Writing, entries: Sequence[Entry]) -> None:
    """The rows of batches that follow one another at the end of the log, and their nodes of the log."""
    if entries:
        count_as_it_grows(connection, entries[0].stored.id, entries[-1].stored.id + 1)
    insert_batches(connection, [(entry.stored, entry.body) for entry in entries])
    stored, fresh = node_source(connection), dict[tuple[int, int], bytes]()

    def node(level: int, index: int) -> bytes:
        return fresh.get((level, index)) or stored(level, index)

    nodes: list[Node] = []
    for entry in entries:
        made = appended_nodes(entry.stored.id, log_leaf(entry.stored.hash), node)
        fresh.update({(level, index): digest for level, index, digest in made})
        nodes += made
    insert_nodes(connection, nodes)


def log_leaf(header_hash: str) -> bytes:
    """The leaf hash of a header: the entry in the log is the header's 32-byte hash."""
    return leaf_hash(from_tagged(header_hash, "header hash"))
