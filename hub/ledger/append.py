"""One more batch in the ledger: its bytes, its signed receipt and its leaf in the log. Called inside a transaction."""

from collections.abc import Sequence
from datetime import datetime

from hub.parts import Hub
from hub.store.batches import StoredBatch, insert_batch, log_size
from hub.store.database import Writing
from hub.store.instant import to_micros
from hub.store.log_nodes import insert_nodes, node_source
from traceability.batch.open import OpenedBatch
from traceability.encoding import from_tagged
from traceability.merkle import appended_nodes, leaf_hash
from traceability.sync import Notice, Quarantined, Receipt, seal_receipt


def append_batch(
    connection: Writing,
    hub: Hub,
    opened: OpenedBatch,
    *,
    body: bytes,
    now: datetime,
    quarantined: Sequence[Quarantined],
    notices: Sequence[Notice] = (),
) -> StoredBatch:
    """Store ``opened`` (``body`` is the same, zstd) at the next log index and sign its receipt."""
    index = log_size(connection)
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
    return enter_batch(
        connection, opened, index=index, body=body, recorded=now, receipt=seal_receipt(receipt, hub.signer)
    )


def enter_batch(
    connection: Writing, opened: OpenedBatch, *, index: int, body: bytes, recorded: datetime, receipt: bytes
) -> StoredBatch:
    """The batch's row and its nodes of the log at ``index``, with a receipt that was signed at ``recorded``."""
    header = opened.header
    stored = StoredBatch(
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
    insert_batch(connection, stored, body)
    insert_nodes(connection, appended_nodes(index, log_leaf(opened.hash), node_source(connection)))
    return stored


def log_leaf(header_hash: str) -> bytes:
    """The leaf hash of a header: the entry in the log is the header's 32-byte hash."""
    return leaf_hash(from_tagged(header_hash, "header hash"))
