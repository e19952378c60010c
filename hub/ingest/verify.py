"""Is it what it says it is? The first half of ingest, which changes nothing and needs no lock.

Order: sizes, decompression, shape, then whether the author is known and of this environment, then its signature and
the Merkle root. No record is parsed before all of that holds.
"""

import msgspec

from hub.errors import UnknownAuthor, WrongEnvironment
from hub.parts import Hub
from hub.store.authors import KeyInForce, key_in_force
from hub.store.batches import batch_by_hash, log_size
from hub.store.database import Reading
from hub.store.instant import is_storable
from traceability.batch.open import OpenedBatch, compress, decompress, open_batch, verify_batch
from traceability.errors import Malformed, ZhuoyueError


class VerifiedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that ``key`` signed; ``body`` is the same, zstd-compressed."""

    opened: OpenedBatch
    body: bytes
    key: KeyInForce


def verify(hub: Hub, sent: bytes, *, compressed: bool) -> VerifiedBatch:
    """Open and verify what was ``sent``; raises the ground's errors, ``UnknownAuthor`` or ``WrongEnvironment``."""
    limits = hub.settings.limits
    data = decompress(sent, limits) if compressed else sent
    opened = open_batch(data, limits)
    if not is_storable(opened.header.sealed_at):
        raise Malformed("'sealed_at' is outside the years 2 to 9998", where="line 1")
    with hub.store.reading() as connection:
        key = key_for(connection, hub, opened)
    check_signature(opened, key)
    return VerifiedBatch(opened=opened, body=sent if compressed else compress(data), key=key)


def key_for(connection: Reading, hub: Hub, opened: OpenedBatch) -> KeyInForce:
    """The key that counts for this batch: at the log position it has, or would get now."""
    header = opened.header
    known = batch_by_hash(connection, opened.hash)
    key = key_in_force(connection, header.author, log_size(connection) if known is None else known.id)
    if key is None:
        raise UnknownAuthor(
            f"no key is registered for the author {header.author!r}",
            advice="register it with 'zhuoyue-hub agent add', then the same batch will be taken",
        )
    expected = hub.settings.environment
    if header.environment != expected or key.environment != expected:
        raise WrongEnvironment(
            f"the batch is of environment {header.environment}, this hub takes only {expected}",
            advice="send it to the hub of its own environment; they are never mixed",
        )
    return key


def check_signature(opened: OpenedBatch, key: KeyInForce) -> None:
    """``SignatureRefused`` or ``ProofRefused`` naming the author's batch."""
    try:
        verify_batch(opened, key.public_key)
    except ZhuoyueError as error:
        raise error.at(f"batch {opened.header.seq} of {key.author}") from None
