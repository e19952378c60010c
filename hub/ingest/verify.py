"""Is it what it says it is? The first half of ingest, which changes nothing and needs no lock.

Order, cheapest first, so that a stranger costs next to nothing:

1. the size as sent, the decompressed size and the ratio as the frame states them, the first line's size and shape;
2. the format's version, and whether the author is known and of this environment;
3. the author's signature over the header: from here on it is known whose batch it is;
4. decompression (bounded by what the frame stated), number of records, size of each line;
5. the count and the Merkle root over the lines.

No record is parsed before all of that holds; what a record may be (nesting, strings, kinds, values) is looked at when
it is projected, and a bad one is quarantined while its batch is taken.
"""

import msgspec

from hub.errors import KeyRevoked, UnknownAuthor, WrongEnvironment
from hub.ingest.keys import KnownKeys
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.ledger.authors import KeyInForce, KeyState, key_in_force, key_state, revocation_in_force
from hub.store.ledger.batches import batch_by_hash, log_size
from traceability.batch.open import (
    BatchHead,
    OpenedBatch,
    compress,
    decompress,
    open_batch,
    open_head,
    stated_size,
    verify_batch,
    verify_head,
    verify_records,
)
from traceability.errors import LimitExceeded, Malformed, ZhuoyueError

AT_ONCE = 16 * 1024
"""A batch of at most so many bytes as sent, and ``AT_ONCE_OPENED`` decompressed, is verified in less time than it takes
to hand it to a thread and back."""
AT_ONCE_OPENED = 64 * 1024


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Steps 1 to 3 hold: ``key`` signed ``head``; what follows the first line of ``sent`` is not known yet.

    ``state`` is that of all keys when ``key`` was found.
    """

    sent: bytes
    compressed: bool
    head: BatchHead
    key: KeyInForce
    state: KeyState


class VerifiedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that ``key`` signed; ``body`` is the same, zstd-compressed. Without ``state`` its key is asked again."""

    opened: OpenedBatch
    body: bytes
    key: KeyInForce
    state: KeyState | None = None


def identify(hub: Hub, sent: bytes, *, compressed: bool, known: KnownKeys | None = None) -> Signed:
    """Steps 1 to 3; raises the ground's errors, ``UnknownAuthor`` or ``WrongEnvironment``."""
    head = _head_of(hub, sent, compressed=compressed)
    signed = None if known is None else _by_known_key(hub, sent, head, known, compressed=compressed)
    if signed is not None:
        return signed
    with hub.store.reading() as connection:
        key, state = key_for(connection, hub, head), key_state(connection)
    try:
        verify_head(head, key.public_key)
    except ZhuoyueError as error:
        raise error.at(f"batch {head.header.seq} of {key.author}") from None
    return Signed(sent=sent, compressed=compressed, head=head, key=key, state=state)


def identify_at_once(hub: Hub, sent: bytes, *, compressed: bool, known: KnownKeys) -> Signed | None:
    """The same of a small batch that a remembered key signed; the store is not asked. None: ask ``identify``."""
    if len(sent) > AT_ONCE:
        return None
    try:
        head = _head_of(hub, sent, compressed=compressed)
    except ZhuoyueError:
        return None
    return _by_known_key(hub, sent, head, known, compressed=compressed)


def opens_at_once(signed: Signed) -> bool:
    """Whether ``open_signed`` is quick."""
    size = stated_size(signed.sent) if signed.compressed else len(signed.sent)
    return len(signed.sent) <= AT_ONCE and size <= AT_ONCE_OPENED


def _head_of(hub: Hub, sent: bytes, *, compressed: bool) -> BatchHead:
    limits = hub.settings.limits
    if len(sent) > limits.body:
        raise LimitExceeded(f"the body has {len(sent)} bytes, at most {limits.body} are taken")
    head = open_head(sent, limits, compressed=compressed)
    if not is_storable(head.header.sealed_at):
        raise Malformed("'sealed_at' is outside the years 2 to 9998", where="line 1")
    return head


def _by_known_key(hub: Hub, sent: bytes, head: BatchHead, known: KnownKeys, *, compressed: bool) -> Signed | None:
    """None unless a remembered key signed it: then whatever is wrong is found, and said, by asking the store."""
    found = known.of(head.header.author)
    if found is None or not head.header.environment == found[0].environment == hub.settings.environment:
        return None
    key, state = found
    try:
        verify_head(head, key.public_key)
    except ZhuoyueError:
        return None
    return Signed(sent=sent, compressed=compressed, head=head, key=key, state=state)


def open_signed(hub: Hub, signed: Signed) -> VerifiedBatch:
    """Steps 4 and 5; raises the ground's errors."""
    limits = hub.settings.limits
    data = decompress(signed.sent, limits) if signed.compressed else signed.sent
    opened = open_batch(data, limits)
    _check(opened, signed)
    body = signed.sent if signed.compressed else compress(data)
    return VerifiedBatch(opened=opened, body=body, key=signed.key, state=signed.state)


def verify(hub: Hub, sent: bytes, *, compressed: bool) -> VerifiedBatch:
    """All steps."""
    return open_signed(hub, identify(hub, sent, compressed=compressed))


def key_for(connection: Reading, hub: Hub, opened: OpenedBatch | BatchHead) -> KeyInForce:
    """The key that counts for this batch: at the log position it has, or would get now."""
    header = opened.header
    known = batch_by_hash(connection, opened.hash)
    key = key_in_force(connection, header.author, log_size(connection) if known is None else known.id)
    if key is None:
        refuse_revoked(connection, header.author)
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


def key_still(connection: Reading, hub: Hub, verified: VerifiedBatch, state: KeyState) -> KeyInForce:
    """The key that counts for a batch that is not in the log yet, its signature checked against it.

    ``state`` is that of all keys now: where it is the one in which the batch was verified, nothing has to be asked.
    """
    if state == verified.state:
        return verified.key
    key = key_for(connection, hub, verified.opened)
    if key != verified.key:  # a new one was registered since
        check_signature(verified.opened, key)
    return key


def refuse_revoked(connection: Reading, author: str) -> None:
    """``KeyRevoked`` when the author has no key because it was revoked."""
    revoked = revocation_in_force(connection, author, log_size(connection))
    if revoked is not None:
        raise KeyRevoked(
            f"the key of {author!r} was revoked at log position {revoked.batch_id}: {revoked.reason}",
            advice="what is not in the log yet is not taken; ask the hub's administrator for a token to enrol again",
        )


def _check(opened: OpenedBatch, signed: Signed) -> None:
    """``check_signature``; a signature that held over the same first line is not verified again."""
    if opened.envelope != signed.head.envelope:
        check_signature(opened, signed.key)
        return
    try:
        verify_records(opened)
    except ZhuoyueError as error:
        raise error.at(_named(opened, signed.key)) from None


def _named(opened: OpenedBatch, key: KeyInForce) -> str:
    return f"batch {opened.header.seq} of {key.author}"


def check_signature(opened: OpenedBatch, key: KeyInForce) -> None:
    """``SignatureRefused`` or ``ProofRefused`` naming the author's batch."""
    try:
        verify_batch(opened, key.public_key)
    except ZhuoyueError as error:
        raise error.at(_named(opened, key)) from None
