"""Where a chain stands here."""

from hub.parts import Hub
from hub.store.ledger.batches import StoredBatch, chain_head
from traceability.batch.header import FORMAT_VERSION
from traceability.sync import ChainHead, seal_head


def signed_head(hub: Hub, author: str, chain: str, nonce: str) -> bytes:
    """The last batch taken of a chain, as an envelope; seq 0 when there is none."""
    head = _head(hub, author, chain)
    found = ChainHead(
        author=author,
        chain=chain,
        seq=0 if head is None else head.seq,
        hash=None if head is None else head.hash,
        next_record=1 if head is None else head.first_record + head.records,
        format=FORMAT_VERSION,
        nonce=nonce,
    )
    return seal_head(found, hub.signer)


def due_seq(hub: Hub, author: str, chain: str) -> int:
    """The seq that the chain expects next."""
    head = _head(hub, author, chain)
    return 1 if head is None else head.seq + 1


def _head(hub: Hub, author: str, chain: str) -> StoredBatch | None:
    with hub.store.reading() as connection:
        return chain_head(connection, author, chain)
