"""Verify the ledger and its log from scratch, trusting nothing that was computed before.

The hub's own batches are read first: the keys of all authors are records of theirs. Then the ledger is cut into runs,
which processes check side by side; each holds one batch and the hashes of one run in memory. Last come the nodes of
the log above the runs, and what witnesses cosigned.
"""

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from hub.audit.chunk import Found, Run, audit_run, check_batch, wrong_nodes
from hub.audit.fault import Fault
from hub.audit.pinpoint import pinpointed
from hub.audit.repair import MOST_TRIES
from hub.errors import HubError
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.projection.rebuild import Progress, project_again, silent
from hub.settings import HUB_AUTHOR
from hub.store.backend.beside import open_beside, remove_beside
from hub.store.core.database import Reading
from hub.store.ledger.batches import batch_body, batch_by_id, log_size, positions_of_author
from hub.store.ledger.cosignatures import StoredCosignature, all_cosignatures
from hub.store.ledger.log_nodes import count_nodes, node_source
from traceability.encoding import to_base64
from traceability.errors import ZhuoyueError
from traceability.log.checkpoint import Checkpoint
from traceability.merkle import all_nodes, root

MOST_FAULTS = 100
RUN_LEVEL = 10  # runs of 1024 batches


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What was verified, and every fault in the order of the log (the first ``MOST_FAULTS``).

    ``checkpoint`` is None when the log is not whole; ``size`` counts the bytes of the batches as they are kept.
    """

    batches: int
    records: int
    size: int
    faults: tuple[Fault, ...]
    checkpoint: Checkpoint | None


def fsck(hub: Hub) -> Checkpoint:
    """The checkpoint of a ledger found whole; ``HubError`` names the first fault."""
    found = audit(hub)
    if found.checkpoint is None:
        raise HubError(str(found.faults[0]), where=str(hub.settings.data), advice="compare with a backup")
    return found.checkpoint


def audit(hub: Hub, *, jobs: int = 1, progress: Progress = silent, level: int = RUN_LEVEL) -> Audit:
    """Check everything, with ``jobs`` processes, in runs of ``1 << level`` batches; finds faults and raises none."""
    with hub.store.reading() as connection:
        size = log_size(connection)
    with _keys_learnt(hub) as keys:
        runs = [
            Run(
                settings=hub.settings,
                place=hub.store.place,
                keys=keys,
                begin=begin,
                end=min(begin + (1 << level), size),
                level=level,
            )
            for begin in range(0, size, 1 << level)
        ]
        faults: list[Fault] = []
        roots: list[bytes | None] = []
        records = stored = done = 0
        for run, found in zip(runs, _side_by_side(runs, jobs), strict=True):
            faults += found.faults
            roots.append(found.root)
            records, stored, done = records + found.records, stored + found.size, run.end
            progress(done, size)
    checkpoint = None
    with hub.store.reading() as connection:
        faults = [
            pinpointed(connection, hub, fault, 0 if at else MOST_TRIES) for at, fault in enumerate(faults[:MOST_FAULTS])
        ]
        if not faults:
            faults = _check_above(connection, [one for one in roots if one is not None], level, size)
        if not faults:
            checkpoint = current_checkpoint(connection, hub.settings.origin)
    return Audit(batches=size, records=records, size=stored, faults=tuple(faults[:MOST_FAULTS]), checkpoint=checkpoint)


def _side_by_side(runs: list[Run], jobs: int) -> Iterator[Found]:
    """The findings in the order of ``runs``."""
    if jobs <= 1 or len(runs) <= 1:
        yield from map(audit_run, runs)
        return
    with ProcessPoolExecutor(min(jobs, len(runs)), multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(audit_run, runs)


@contextmanager
def _keys_learnt(hub: Hub) -> Iterator[Path]:
    """The name of new tables with what the hub's own batches say, as far as they verify; the others count nothing."""
    with tempfile.TemporaryDirectory(prefix="zhuoyue-fsck-") as folder:
        path = Path(folder) / "keys.db"
        try:
            _learn_keys(hub, path)
            yield path
        finally:
            remove_beside(hub.store.place, path)


def _learn_keys(hub: Hub, path: Path) -> None:
    with closing(open_beside(hub.store.place, path, create=True)) as beside, beside.transaction() as connection:
        for index in positions_of_author(connection, HUB_AUTHOR):
            stored = batch_by_id(connection, index)
            try:
                check_batch(connection, hub.settings, index, stored, batch_body(connection, index))
            except ZhuoyueError:
                continue  # it is found again, and told, with its run
            project_again(connection, hub, index)


def _check_above(connection: Reading, roots: list[bytes], run_level: int, size: int) -> list[Fault]:
    """The nodes above the runs, that there are no others, and that witnesses cosigned this very log."""
    faults: list[Fault] = []
    nodes = all_nodes(roots)
    level = 1
    while (count := len(roots) >> level) > 0:
        expected = [nodes[level, index] for index in range(count)]
        faults += wrong_nodes(connection, run_level + level, 0, expected)
        level += 1
    now = log_size(connection)
    if count_nodes(connection) != sum(now >> height for height in range(now.bit_length())):
        faults.append(Fault(what="there are nodes that belong to no leaf, or some are missing"))
    if not faults:
        faults = [
            fault for cosigned in all_cosignatures(connection) if (fault := _cosigned(connection, cosigned, size))
        ]
    return faults


def _cosigned(connection: Reading, cosigned: StoredCosignature, size: int) -> Fault | None:
    name = cosigned.witness.partition("+")[0]
    if cosigned.size > size:
        return Fault(what=f"{name} cosigned a log of {cosigned.size} batches, this one has {size}: it was rolled back")
    if to_base64(root(cosigned.size, node_source(connection))) != cosigned.root:
        return Fault(what=f"{name} cosigned another log of {cosigned.size} batches: its history was rewritten")
    return None
