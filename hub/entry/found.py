"""The first batch of every hub, log index 0: the hub's chain begins, and its own key is entered."""

from hub.entry.seal import CHAIN_BYTES, seal, stamps
from hub.ingest.admit import take
from hub.ingest.verify import VerifiedBatch
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.ledger.authors import KeyInForce
from hub.store.ledger.batches import StoredBatch, log_size
from traceability.batch.open import compress, open_batch
from traceability.encoding import to_base64
from traceability.record.master import AuthorKeyRecord
from traceability.record.production import ChainStartRecord


def found(hub: Hub) -> StoredBatch:
    """Open the ledger of a new hub; it must be empty. The key by which this batch is verified stands in itself."""
    chain = hub.random_bytes(CHAIN_BYTES).hex()
    stamp = stamps(hub, 1)
    environment = hub.settings.environment
    public_key = hub.signer.public_key
    start = ChainStartRecord(id=HUB_AUTHOR, reason="the hub was founded", **stamp())
    own_key = AuthorKeyRecord(
        id=HUB_AUTHOR, plant=None, public_key=to_base64(public_key), environment=environment, **stamp()
    )
    sealed = seal(hub, [start, own_key], chain=chain, seq=1, prev=None)
    key = KeyInForce(author=HUB_AUTHOR, plant=None, public_key=public_key, environment=environment)
    verified = VerifiedBatch(opened=open_batch(sealed), body=compress(sealed), key=key)
    with hub.store.writing() as connection:
        if log_size(connection):
            raise ValueError("the ledger is not empty")
        return take(connection, hub, verified, head=None, now=hub.clock()).stored
