"""Verify the ledger and its log from scratch, trusting nothing that was computed before; stops at the first fault."""

from hub.errors import HubError
from hub.ingest.verify import check_signature, key_for
from hub.ledger.append import log_leaf
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.authors import KeyInForce
from hub.store.batches import StoredBatch, batch_body, batch_by_id, batch_by_seq, log_size
from hub.store.database import Reading
from hub.store.log_nodes import nodes_between
from traceability.batch.open import OpenedBatch, decompress, open_batch
from traceability.errors import ZhuoyueError
from traceability.log.checkpoint import Checkpoint
from traceability.merkle import all_nodes
from traceability.sync import open_receipt


def fsck(hub: Hub) -> Checkpoint:
    """The checkpoint of a ledger found whole; ``HubError`` names the log index of the first fault."""
    with hub.store.reading() as connection:
        size = log_size(connection)
        leaves = []
        for index in range(size):
            try:
                leaves.append(log_leaf(_check_batch(connection, hub, index).hash))
            except ZhuoyueError as error:
                raise error.at(f"log index {index}") from None
        _check_nodes(connection, leaves)
        return current_checkpoint(connection, hub.settings.origin)


def _check_batch(connection: Reading, hub: Hub, index: int) -> OpenedBatch:
    stored, body = batch_by_id(connection, index), batch_body(connection, index)
    if stored is None or body is None:
        raise HubError("there is no batch")
    opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    _check_row(stored, opened)
    check_signature(opened, _key(connection, hub, index, opened))
    if opened.header.seq > 1:
        before = batch_by_seq(connection, stored.author, stored.chain, stored.seq - 1)
        if before is None or before.hash != opened.header.prev or before.id >= index:
            raise HubError("the batch before it in its chain is missing or another one")
    receipt = open_receipt(stored.receipt.encode(), hub.signer.public_key)
    if (receipt.hash, receipt.log_index) != (opened.hash, index):
        raise HubError("its receipt speaks of another batch")
    return opened


def _key(connection: Reading, hub: Hub, index: int, opened: OpenedBatch) -> KeyInForce:
    if index > 0:
        return key_for(connection, hub, opened)
    environment = hub.settings.environment
    return KeyInForce(author=HUB_AUTHOR, plant=None, public_key=hub.signer.public_key, environment=environment)


def _check_row(stored: StoredBatch, opened: OpenedBatch) -> None:
    header = opened.header
    row = (stored.author, stored.chain, stored.seq, stored.hash, stored.prev, stored.first_record, stored.records)
    said = (header.author, header.chain, header.seq, opened.hash, header.prev, header.first_record, header.records)
    if row != said:
        raise HubError("its row does not say what its signed header says")


def _check_nodes(connection: Reading, leaves: list[bytes]) -> None:
    nodes = all_nodes(leaves)
    level = 0
    while (count := len(leaves) >> level) > 0:
        if nodes_between(connection, level, 0, count) != [nodes[level, index] for index in range(count)]:
            raise HubError(f"the nodes of level {level} are not those of the leaves", where="log")
        level += 1
