"""Verify the ledger and its log from scratch, trusting nothing that was computed before.

The hub's own batches are read first: the keys of all authors are records of theirs. Then the ledger is cut into runs,
which processes check side by side; each holds one batch and the hashes of one run in memory. Last come the nodes of
the log above the runs, and what witnesses cosigned.
"""

import multiprocessing
import tempfile
from collections.abc import Collection, Iterator
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
from hub.store.ledger.log_nodes import count_nodes, node_source, nodes_between
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


def audit(
    hub: Hub,
    *,
    jobs: int = 1,
    progress: Progress = silent,
    level: int = RUN_LEVEL,
    begin: int = 0,
    apart: bool = False,
) -> Audit:
    """Check everything, with ``jobs`` processes, in runs of ``1 << level`` batches; finds faults and raises none.

    From ``begin`` (a multiple of a run) on every batch is opened; of those before it the nodes of their runs count as
    they are kept. ``apart``: in another process, even if it is one alone.
    """
    with hub.store.reading() as connection:
        size = log_size(connection)
        roots: list[bytes | None] = list(nodes_between(connection, level, 0, begin >> level))
    with keys_learnt(hub) as keys:
        runs = _runs(hub, keys, range(begin, size, 1 << level), level, size)
        faults: list[Fault] = []
        records = stored = 0
        for run, found in zip(runs, _side_by_side(runs, jobs, apart=apart), strict=True):
            faults += found.faults
            roots.append(found.root)
            records, stored = records + found.records, stored + found.size
            progress(run.end - begin, size - begin)
    checkpoint = None
    with hub.store.reading() as connection:
        faults = [
            pinpointed(connection, hub, fault, 0 if at else MOST_TRIES) for at, fault in enumerate(faults[:MOST_FAULTS])
        ]
        if not faults:
            faults = _check_above(connection, [one for one in roots if one is not None], level, size)
        if not faults:
            checkpoint = current_checkpoint(connection, hub.settings.origin)
    return Audit(
        batches=size - begin, records=records, size=stored, faults=tuple(faults[:MOST_FAULTS]), checkpoint=checkpoint
    )


def _runs(hub: Hub, keys: Path, begins: range, level: int, size: int) -> list[Run]:
    return [
        Run(
            settings=hub.settings,
            place=hub.store.place,
            keys=keys,
            begin=first,
            end=min(first + (1 << level), size),
            level=level,
        )
        for first in begins
    ]


def _side_by_side(runs: list[Run], jobs: int, *, apart: bool) -> Iterator[Found]:
    """The findings in the order of ``runs``."""
    if not runs or (not apart and (jobs <= 1 or len(runs) <= 1)):
        yield from map(audit_run, runs)
        return
    with ProcessPoolExecutor(min(jobs, len(runs)), multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(audit_run, runs)


@contextmanager
def keys_learnt(hub: Hub, only: Collection[int] | None = None) -> Iterator[Path]:
    """The name of new tables with what the hub's own batches say, as far as they verify; the others count nothing.

    ``only``: those of its batches at these log indexes.
    """
    with tempfile.TemporaryDirectory(prefix="zhuoyue-fsck-") as folder:
        path = Path(folder) / "keys.db"
        try:
            _learn_keys(hub, path, only)
            yield path
        finally:
            remove_beside(hub.store.place, path)


def _learn_keys(hub: Hub, path: Path, only: Collection[int] | None) -> None:
    with closing(open_beside(hub.store.place, path, create=True)) as beside, beside.transaction() as connection:
        for index in positions_of_author(connection, HUB_AUTHOR):
            if only is not None and index not in only:
                continue
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
            fault for cosigned in all_cosignatures(connection) if (fault := cosigned_fault(connection, cosigned, size))
        ]
    return faults


def cosigned_fault(connection: Reading, cosigned: StoredCosignature, size: int) -> Fault | None:
    """What is wrong if a witness cosigned another log than this one of ``size`` batches."""
    name = cosigned.witness.partition("+")[0]
    if cosigned.size > size:
        return Fault(what=f"{name} cosigned a log of {cosigned.size} batches, this one has {size}: it was rolled back")
    if to_base64(root(cosigned.size, node_source(connection))) != cosigned.root:
        return Fault(what=f"{name} cosigned another log of {cosigned.size} batches: its history was rewritten")
    return None
