"""One check of the log while the hub serves: of all of it, of what came since the last check, or of a sample.

All three compare the log with what is known of it from elsewhere: the state that an earlier check found whole, and what
witnesses cosigned. They differ in how many batches they open, and so in what they would find:

- the whole ledger is read as ``fsck`` reads it;
- ``since`` opens what came after the last check that found everything in order, and shows that the log still holds that
  state: what was changed below it since then is not found, but where it changed the log;
- a sample opens the newest batches and some drawn ones, each with its path to the log's root. With n drawn and in
  order, more than 1 - 0.05^(1/n) of the others are bad in one of twenty such checks at most.

For a sample keys of authors are learnt from the batches that enter them according to the hub's tables; otherwise from
every batch of the hub's own.
"""

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum

import msgspec

from hub.audit.chunk import check_batch
from hub.audit.fault import Fault, located
from hub.audit.fsck import MOST_FAULTS, audit, cosigned_fault, keys_learnt
from hub.ledger.append import log_leaf
from hub.parts import Hub
from hub.projection.rebuild import Progress
from hub.store.backend.beside import open_beside
from hub.store.core.database import Reading
from hub.store.ledger.authors import places_of_keys
from hub.store.ledger.batches import batch_body, batch_by_id, log_size
from hub.store.ledger.cosignatures import StoredCosignature, latest_cosignatures
from hub.store.ledger.log_nodes import node_source
from traceability.encoding import sha256, to_base64
from traceability.errors import ZhuoyueError
from traceability.merkle import NodeSource, inclusion_path, root, root_from_path

NEWEST, DRAWN = 64, 256
RUN_LEVEL = 6
"""Runs of 64 batches: progress is told after each."""
APART_FROM = 2_000
"""As many batches are read by a process of their own, so that the hub goes on answering."""
_CHANCE = 0.05


class CheckScope(StrEnum):
    """How much of the log is read."""

    SAMPLE = "sample"
    SINCE = "since"
    WHOLE = "whole"


class KnownState(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier check found the log of ``size`` batches in order, under ``root`` (base64)."""

    size: int
    root: str


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a log of ``size`` batches: ``opened`` of them, with all their records.

    ``root`` (base64) is that of the log, '' where it can't be told; ``cosigned`` counts cosignatures that agree.
    """

    size: int
    opened: int
    records: int
    octets: int
    cosigned: int
    root: str
    faults: tuple[Fault, ...]


def to_open(size: int, scope: CheckScope, since: KnownState | None) -> int:
    """How many batches a check will open."""
    if scope is CheckScope.SAMPLE:
        return min(size, NEWEST + DRAWN)
    return size - _begin(size, scope, since)


def most_bad(drawn: int) -> float:
    """The share of bad batches that ``drawn`` good ones leave possible, with 95 % certainty."""
    return 1.0 if drawn <= 0 else 1 - _CHANCE ** (1 / drawn)


def examine(hub: Hub, scope: CheckScope, since: KnownState | None, progress: Progress) -> Examined:
    """Read as much as ``scope`` says; finds faults and raises none."""
    with hub.store.reading() as connection:
        size = log_size(connection)
    if scope is CheckScope.SAMPLE:
        found = _sample(hub, size, progress)
    else:
        begin = _begin(size, scope, since)
        large = size - begin >= APART_FROM
        read = audit(hub, progress=progress, level=RUN_LEVEL, begin=begin, apart=large)
        found = Examined(
            size=size,
            opened=read.batches,
            records=read.records,
            octets=read.size,
            cosigned=0,
            root="",
            faults=read.faults,
        )
    with hub.store.reading() as connection:
        return _compared(connection, found, since)


def _begin(size: int, scope: CheckScope, since: KnownState | None) -> int:
    if scope is not CheckScope.SINCE or since is None or since.size > size:
        return 0
    return since.size >> RUN_LEVEL << RUN_LEVEL


def _sample(hub: Hub, size: int, progress: Progress) -> Examined:
    places = _drawn(hub, size)
    faults: list[Fault] = []
    records = octets = 0
    with hub.store.reading() as connection:
        keys = places_of_keys(connection)
    with keys_learnt(hub, keys | {0}) as learnt:
        beside = open_beside(hub.store.place, learnt, create=False)
        with closing(beside), beside.transaction() as connection:
            tree = _Tree.of(connection, size)
            for done, index in enumerate(places, start=1):
                fault, lines, length = _one(connection, hub, index, tree)
                faults += [fault] if fault else []
                records, octets = records + lines, octets + length
                progress(done, len(places))
    return Examined(
        size=size,
        opened=len(places),
        records=records,
        octets=octets,
        cosigned=0,
        root="",
        faults=tuple(faults[:MOST_FAULTS]),
    )


def _drawn(hub: Hub, size: int) -> list[int]:
    """The newest, and some of the others: which ones nobody knows beforehand."""
    older = max(0, size - NEWEST)
    if older <= DRAWN:
        return list(range(size))
    seed, number = hub.random_bytes(32), 0
    found: set[int] = set()
    while len(found) < DRAWN:
        found.add(int.from_bytes(sha256(seed + number.to_bytes(8))) % older)
        number += 1
    return sorted(found) + list(range(older, size))


class _Tree(msgspec.Struct, frozen=True):
    """The log's tree of ``size`` leaves; ``top`` None where it can't be made of the nodes there are."""

    size: int
    node: NodeSource
    top: bytes | None

    @classmethod
    def of(cls, connection: Reading, size: int) -> "_Tree":
        """As it is kept."""
        node = node_source(connection)
        return cls(size, node, _told(lambda: root(size, node)))


def _one(connection: Reading, hub: Hub, index: int, tree: _Tree) -> tuple[Fault | None, int, int]:
    stored, body = batch_by_id(connection, index), None
    try:
        body = batch_body(connection, index)
        opened = check_batch(connection, hub.settings, index, stored, body)
    except ZhuoyueError as error:
        return located(error, index, stored, body, hub.settings), 0, 0
    leaf = log_leaf(opened.hash)
    led_to = _told(lambda: root_from_path(leaf, index, tree.size, inclusion_path(index, tree.size, tree.node)))
    wrong = None
    if tree.top is None or led_to != tree.top:
        wrong = Fault(what="its path does not lead to the root of the log", log_index=index)
    return wrong, len(opened.lines), len(body or b"")


def _compared(connection: Reading, found: Examined, since: KnownState | None) -> Examined:
    """With what is known of the log from elsewhere."""
    node = node_source(connection)
    now = _told(lambda: root(found.size, node))
    faults = list(found.faults)
    if now is None and not faults:
        faults.append(Fault(what="the log has lost nodes of its tree"))
    if since is not None:
        faults += _against(since, found.size, node)
    cosigned = latest_cosignatures(connection)
    if now is not None:
        wrong = [_told_fault(connection, one, found.size) for one in cosigned]
        said = {fault.what for fault in faults}
        faults += [fault for fault in wrong if fault is not None and fault.what not in said]
        agreeing = sum(fault is None for fault in wrong)
    else:
        agreeing = 0
    return msgspec.structs.replace(
        found,
        cosigned=agreeing,
        root="" if now is None else to_base64(now),
        faults=tuple(faults[:MOST_FAULTS]),
    )


def _against(since: KnownState, size: int, node: NodeSource) -> list[Fault]:
    if since.size > size:
        return [Fault(what=f"the log had {since.size} batches when it was checked, it has {size}: it was rolled back")]
    before = _told(lambda: root(since.size, node))
    if before is None or to_base64(before) != since.root:
        return [Fault(what=f"the first {since.size} batches are not those that were checked: history was rewritten")]
    return []


def _told_fault(connection: Reading, one: StoredCosignature, size: int) -> Fault | None:
    try:
        return cosigned_fault(connection, one, size)
    except LookupError:
        return Fault(
            what=f"the state that {one.witness.partition('+')[0]} cosigned can't be made again: nodes are missing"
        )


def _told(read: Callable[[], bytes]) -> bytes | None:
    """None where a node of the tree is missing."""
    try:
        return read()
    except LookupError:
        return None
