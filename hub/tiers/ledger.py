"""Bodies of the ledger, byte for byte: out of the store into files of the cold folder, and back.

A move ends anywhere without harm:

1. a run of batches is read, and written as one file that is read back and compared;
2. in one transaction their rows change from bodies to pointers, and the file becomes part of the cold tier;
   what a move that was killed left there of the same batches is taken away.

Back it is the other way round: the rows change, then the file goes. What else lies in the folder is told, and removed
only when asked: a folder that two hubs share by mistake is nothing to tidy.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.store.cold import Pointer, pointer_bytes, pointer_of
from hub.store.cold_tables import LEDGER, VALUES
from hub.store.database import Store, Writing
from hub.store.instant import to_micros
from hub.store.tier_queries import (
    ColdFile,
    HotBody,
    add_cold_file,
    cold_files,
    drop_cold_file,
    due_bodies,
    kept_bodies,
    overlaps,
    put_bodies,
)
from hub.tiers.folder import (
    Manifest,
    alone_in,
    check_file,
    check_mounted,
    clear_unfinished,
    cold_folder,
    names_in,
    read_bodies,
    remove_file,
    write_file,
)

BATCHES_A_FILE = 1000
BYTES_A_FILE = 16 * 1024 * 1024
_SHOWN = 8


def due_before(now: datetime, hot_days: int) -> datetime:
    """What was stored before this is due."""
    return now - timedelta(days=hot_days)


def move_ledger(hub: Hub, before: datetime, most: int | None = None) -> list[ColdFile]:
    """Move bodies that were stored ``before``, file by file, ``most`` files at most; those that were made."""
    folder = cold_folder(hub.settings.data)
    made: list[ColdFile] = []
    with alone_in(folder):
        clear_unfinished(folder)
        with hub.store.reading() as connection:
            check_mounted(folder, cold_files(connection))
        while most is None or len(made) < most:
            with hub.store.reading() as connection:
                run = due_bodies(connection, to_micros(before), BATCHES_A_FILE, BYTES_A_FILE)
            if not run:
                break
            file = _move_run(hub, folder, run)
            if file is None:
                break
            made.append(file)
    return made


def fetch_ledger(store: Store, folder: Path, first: int = 0, last: int | None = None) -> list[ColdFile]:
    """Bring back every file that holds some of the batches from ``first`` to ``last``."""
    with alone_in(folder):
        with store.reading() as connection:
            wanted = [
                file
                for file in cold_files(connection)
                if file.kind == LEDGER and file.last >= first and (last is None or file.first <= last)
            ]
        for file in wanted:
            bring_back(store, folder, file)
            remove_file(folder, file.name)
    return wanted


def bring_back(store: Store, folder: Path, file: ColdFile) -> None:
    """The bodies stand in their rows again; the file stays where it is."""
    with store.reading() as connection:
        kept = kept_bodies(connection, file.first, file.last)
    pointers = [(batch, at) for batch, body in kept.items() if (at := pointer_of(body)) and at.file == file.name]
    bodies = read_bodies(folder, pointers)

    def switch(connection: Writing) -> None:
        put_bodies(connection, bodies)
        drop_cold_file(connection, file.name)

    store.write(switch)


def clear_strays(store: Store, folder: Path) -> list[str]:
    """Take away files that are no part of the cold tier, and only those that are named as its files are."""
    with alone_in(folder), store.writing() as connection:  # nobody makes one part of it meanwhile
        known = {file.name for file in cold_files(connection)}
        strays = sorted(name for name in names_in(folder) - known if name.startswith((f"{LEDGER}/", f"{VALUES}/")))
        for name in strays:
            remove_file(folder, name)
    return strays


def _move_run(hub: Hub, folder: Path, run: list[HotBody]) -> ColdFile | None:
    """None when another process moved the same meanwhile."""
    first, last = run[0].batch_id, run[-1].batch_id
    digest = hashlib.sha256(b"".join(hot.body for hot in run)).hexdigest()
    name = f"{LEDGER}/{first:012d}-{last:012d}-{digest[:_SHOWN]}.zst"
    manifest = write_file(folder, LEDGER, name, ((hot.batch_id, hot.hash, hot.body) for hot in run))
    file = ColdFile(
        name=name,
        kind=LEDGER,
        first=first,
        last=last,
        pieces=len(run),
        bytes=manifest.bytes,
        sha256=manifest.sha256,
        moved_at=to_micros(hub.clock()),
    )
    if not hub.store.write(lambda it: _switch(it, folder, file, manifest, run)):
        return None
    for left in names_in(folder) - {name}:
        if left.startswith(f"{LEDGER}/{first:012d}-"):
            remove_file(folder, left)
    return file


def _switch(connection: Writing, folder: Path, file: ColdFile, manifest: Manifest, run: list[HotBody]) -> bool:
    if overlaps(connection, LEDGER, file.first, file.last):
        return False
    if kept_bodies(connection, file.first, file.last) != {hot.batch_id: hot.body for hot in run}:
        raise ColdTrouble("the ledger changed while it was moved", where=file.name, advice="run 'zhuoyue-hub fsck'")
    check_file(folder, file.name, file.sha256)
    put_bodies(
        connection,
        {
            piece.batch: pointer_bytes(Pointer(file.name, piece.begin, piece.size, bytes.fromhex(piece.sha256)))
            for piece in manifest.pieces
        },
    )
    add_cold_file(connection, file)
    return True
