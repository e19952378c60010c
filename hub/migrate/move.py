"""Move a hub's store into a PostgreSQL database and prove that nothing changed on the way.

1. What grows with the log (the ledger, the projection) is copied range by range while the hub goes on; each range is
   compared by its hash on both sides and committed, so a move that is broken off goes on where it was.
2. Then nobody writes any more (senders are told to come again): the ranges that came meanwhile follow, and every other
   table whole.
3. All of it is proved: counts and hashes of every table, and the root of the log.
4. Only then does the file say that the hub has moved, which every process that has it open obeys at its next write, and
   the settings of the hub name the database.

Until step 4 the file is the hub, whatever happens; after it the file is never written again.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from hub.errors import DataDirectory, HubError
from hub.store.backend.arrival import begin_arrival, end_arrival
from hub.store.backend.server import ServerStore
from hub.store.backend.sqlite_file import MOVED_TO, FileStore
from hub.store.backend.transfer import GROWING, OTHERS, Same, come_to, compare, copy_range, copy_whole, differing
from hub.store.core.database import Reading, Store
from hub.store.core.place import ServerPlace, server_place, write_place
from hub.store.ledger.batches import log_size
from hub.store.ledger.log_nodes import node_source
from hub.store.ledger.meta import read_meta, write_meta
from hub.store.spread.mover import move_all
from hub.store.spread.opened import open_any
from hub.store.spread.spreading import spread_out
from hub.store.spread.store import SpreadStore
from traceability.encoding import to_base64
from traceability.merkle import root

BATCHES_AT_ONCE = 200
Progress = Callable[[int, int], None]
"""Told how many of how many batches are copied."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved to be the same: the log's size and root, rows and hash of each table."""

    batches: int
    root: str
    tables: dict[str, Same]


def move(source: FileStore, data: Path, url: str, progress: Progress, shards: tuple[str, ...] = ()) -> Moved:
    """Move the hub in ``data`` to the PostgreSQL database at ``url``, and spread it over ``shards``.

    ``DataDirectory`` says why not.
    """
    place = server_place(url, data, where="--to", shards=shards)
    with source.reading() as connection:
        known = read_meta(connection)
    if known.get(MOVED_TO, place.url) != place.url:
        raise DataDirectory(f"the hub has moved to {known[MOVED_TO]}", where=str(source.place))
    with closing(_target(place, None if MOVED_TO in known else known["origin"])) as target:
        if MOVED_TO not in known:
            _follow(source, target, progress)
        return _arrive(source, target, place, progress)


def _target(place: ServerPlace, origin: str | None) -> ServerStore:
    """Where the hub goes, with its tables; ``origin`` None when it is there already."""
    target = open_any(place)
    try:
        if origin is not None:
            begin_arrival(target, origin)
        if isinstance(target, SpreadStore) != bool(place.shards):
            if not place.shards:
                raise DataDirectory(
                    "an earlier try spread the hub over shards",
                    where=str(place),
                    advice="name the same with --shard, or give another, empty database",
                )
            target = spread_out(target, place)
    except HubError:
        target.close()
        raise
    return target


def _follow(source: Store, target: Store, progress: Progress) -> None:
    """Step 1, until nothing is left that was there when it looked last."""
    with target.reading() as connection:
        begin = come_to(connection)
    while True:
        with source.reading() as connection:
            size = log_size(connection)
            if begin >= size:
                return
            begin = _copy(connection, target, begin, size, progress)


def _copy(source: Reading, target: Store, begin: int, size: int, progress: Progress) -> int:
    for first in range(begin, size, BATCHES_AT_ONCE):
        within = (first, min(first + BATCHES_AT_ONCE, size))
        with target.writing() as connection:
            copy_range(source, connection, within)
            wrong = differing(source, connection, GROWING.values(), within)
            if wrong:
                raise _unequal(wrong, f"batches {within[0]} to {within[1] - 1}", target)
        if isinstance(target, SpreadStore):  # its own server need not hold everything at once
            move_all(target)
        progress(within[1], size)
    return size


def _arrive(source: FileStore, target: Store, place: ServerPlace, progress: Progress) -> Moved:
    """Steps 2 to 4; again after a move that was broken off between the last two of them."""
    with source.leaving() as old:
        size = log_size(old)
        if MOVED_TO not in read_meta(old):
            with target.reading() as new:
                done = come_to(new)
            _copy(old, target, done, size, progress)
            with target.writing() as new:
                copy_whole(old, new, OTHERS.values())
            with target.writing() as new:
                moved = _proved(old, new, size, target)
            write_meta(old, {MOVED_TO: place.url})
        else:
            with target.reading() as new:
                moved = Moved(batches=size, root=_root(new, size), tables={})
            if moved.root != _root(old, size):
                raise _unequal(["log_node"], "the log", target)
    end_arrival(target)
    write_place(place)
    return moved


def _proved(old: Reading, new: Reading, size: int, target: Store) -> Moved:
    found = compare(old, new, [*GROWING.values(), *OTHERS.values()])
    wrong = [name for name, same in found.items() if same is None]
    if wrong:
        again = [table for name, table in GROWING.items() if name in wrong]  # a rebuild came in between
        copy_whole(old, new, again)
        found |= compare(old, new, again)
        wrong = [name for name, same in found.items() if same is None]
    if wrong or _root(old, size) != _root(new, size):
        raise _unequal(wrong or ["log_node"], "the whole", target)
    return Moved(
        batches=size,
        root=_root(new, size),
        tables={name: same for name, same in found.items() if same is not None},
    )


def _root(connection: Reading, size: int) -> str:
    return to_base64(root(size, node_source(connection)))


def _unequal(tables: list[str], what: str, target: Store) -> DataDirectory:
    return DataDirectory(
        f"of {what}, {', '.join(tables)} did not arrive as they are; the hub has not moved",
        where=str(target.place),
        advice="give another, empty database; the hub goes on in its file",
    )
