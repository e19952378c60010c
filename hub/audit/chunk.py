"""The audit of one run of the ledger, in a process of its own: each batch by itself, and the log's nodes over them."""

from pathlib import Path

import msgspec

from hub.audit.fault import Fault, located
from hub.errors import HubError
from hub.ledger.append import log_leaf
from hub.settings import HUB_AUTHOR, Settings
from hub.store.backend.beside import open_beside
from hub.store.core.database import Reading
from hub.store.core.place import Place
from hub.store.ledger.authors import key_in_force
from hub.store.ledger.batches import StoredBatch, batch_body, batch_by_id, batch_by_seq
from hub.store.ledger.log_nodes import nodes_between
from traceability.batch.open import OpenedBatch, decompress, open_batch, verify_batch
from traceability.encoding import from_base64
from traceability.errors import SignatureRefused, ZhuoyueError
from traceability.merkle import all_nodes
from traceability.record.codec import decode_record
from traceability.record.master import AuthorKeyRecord
from traceability.sync import Receipt, open_receipt

FIRST = 0


class NotAsSigned(HubError):
    """A batch of the ledger is not what its author signed, or the hub's own row of it is not."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Batches ``[begin, end)`` of the ledger at ``place``; ``keys`` names the keys learnt from it, beside it.

    A run holds ``1 << level`` batches, the last one fewer.
    """

    settings: Settings
    place: Place
    keys: Path
    begin: int
    end: int
    level: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """``root`` of a whole run whose nodes are in order, None otherwise; counts of what was verified."""

    faults: list[Fault]
    root: bytes | None
    records: int
    size: int


def audit_run(run: Run) -> Found:
    """Everything wrong in ``run``."""
    beside = open_beside(run.place, run.keys, create=False)
    try:
        with beside.transaction() as connection:
            return _audit(connection, run)
    finally:
        beside.close()


def _audit(connection: Reading, run: Run) -> Found:
    faults: list[Fault] = []
    leaves: list[bytes] = []
    records = size = 0
    for index in range(run.begin, run.end):
        stored, body = batch_by_id(connection, index), None
        try:
            body = batch_body(connection, index)
            opened = check_batch(connection, run.settings, index, stored, body)
            leaves.append(log_leaf(opened.hash))
            records += len(opened.lines)
            size += len(body or b"")
        except ZhuoyueError as error:
            faults.append(located(error, index, stored, body, run.settings))
    if len(leaves) < run.end - run.begin:
        return Found(faults=faults, root=None, records=records, size=size)
    root, wrong = _check_nodes(connection, run, leaves)
    return Found(faults=[*faults, *wrong], root=root, records=records, size=size)


def check_batch(
    connection: Reading, settings: Settings, index: int, stored: StoredBatch | None, body: bytes | None
) -> OpenedBatch:
    """The batch at ``index`` if it is what its author signed and its row says; raises the ground's errors."""
    if stored is None or body is None:
        raise NotAsSigned("there is no batch")
    opened = open_batch(decompress(body, settings.limits), settings.limits)
    _check_row(stored, opened)
    if opened.header.environment != settings.environment:
        raise NotAsSigned(f"is of environment {opened.header.environment}, this hub's is {settings.environment}")
    key = own_key(opened) if index == FIRST else _key(connection, opened.header.author, index)
    verify_batch(opened, key)
    if opened.header.seq > 1:
        before = batch_by_seq(connection, stored.author, stored.chain, stored.seq - 1)
        if before is None or before.hash != opened.header.prev or before.id >= index:
            raise NotAsSigned("the batch before it in its chain is missing or another one")
    receipt = _receipt(connection, stored, opened)
    if (receipt.hash, receipt.log_index) != (opened.hash, index):
        raise NotAsSigned("its receipt speaks of another batch")
    return opened


def own_key(opened: OpenedBatch) -> bytes:
    """The hub's key as the first batch of the log states it."""
    for line in opened.lines:
        record = decode_record(line)
        if isinstance(record, AuthorKeyRecord) and record.id == HUB_AUTHOR:
            return from_base64(record.public_key, "the hub's key")
    raise NotAsSigned("the first batch does not state the hub's key")


def _key(connection: Reading, author: str, index: int) -> bytes:
    key = key_in_force(connection, author, index)
    if key is None:
        raise NotAsSigned(f"no key of {author!r} counts at this place of the log")
    return key.public_key


def _receipt(connection: Reading, stored: StoredBatch, opened: OpenedBatch) -> Receipt:
    """Signed by the hub's key before the batch, or by the one that the batch itself brought."""
    hub_keys = [key_in_force(connection, HUB_AUTHOR, position) for position in (stored.id, stored.id + 1)]
    keys = {key.public_key for key in hub_keys if key is not None}
    if stored.id == FIRST:
        keys.add(own_key(opened))
    for public_key in sorted(keys):
        try:
            return open_receipt(stored.receipt.encode(), public_key)
        except SignatureRefused:
            continue
    raise NotAsSigned("its receipt is not signed by the hub")


def _check_row(stored: StoredBatch, opened: OpenedBatch) -> None:
    header = opened.header
    row = (stored.author, stored.chain, stored.seq, stored.hash, stored.prev, stored.first_record, stored.records)
    said = (header.author, header.chain, header.seq, opened.hash, header.prev, header.first_record, header.records)
    if row != said:
        raise NotAsSigned("its row does not say what its signed header says")


def _check_nodes(connection: Reading, run: Run, leaves: list[bytes]) -> tuple[bytes | None, list[Fault]]:
    """The root over a whole run, and the nodes below it that are not those of the leaves."""
    nodes = all_nodes(leaves)
    faults = []
    level = 0
    while (count := len(leaves) >> level) > 0 and level <= run.level:
        first = run.begin >> level
        expected = [nodes[level, index] for index in range(count)]
        faults += wrong_nodes(connection, level, first, expected)
        level += 1
    root = nodes.get((run.level, 0))
    return (None if faults else root), faults


def wrong_nodes(connection: Reading, level: int, first: int, expected: list[bytes]) -> list[Fault]:
    """The first of the nodes from ``first`` on that is not as ``expected``; at most one fault a level."""
    stored = nodes_between(connection, level, first, first + len(expected))
    if stored == expected:
        return []
    same = next((i for i, (a, b) in enumerate(zip(stored, expected, strict=False)) if a != b), len(stored))
    return [Fault(what=f"the nodes of level {level} are not those of the leaves, from number {first + same} on")]
