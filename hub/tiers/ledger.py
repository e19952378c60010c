"""Bodies of the ledger, byte for byte: out of the store into files of the cold place, and back.

A move ends anywhere without harm:

1. a run of batches is read, and written as one file that is read back and compared;
2. in one transaction their rows change from bodies to pointers, and the file becomes part of the cold tier;
   what a move that was killed left there of the same batches is taken away.

Back it is the other way round: the rows change, then the file goes. What else lies in the folder is told, and removed
only when asked: a folder that two hubs share by mistake is nothing to tidy.
"""

import hashlib
from datetime import datetime, timedelta

from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.store.core.database import Store, Writing
from hub.store.core.instant import to_micros
from hub.store.tables.cold import LEDGER, VALUES
from hub.store.tiers.cold import Pointer, pointer_bytes, pointer_of
from hub.store.tiers.place import ColdPlace, cold_place
from hub.store.tiers.queries import (
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
    check_file,
    check_mounted,
    clear_unfinished,
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
    place = cold_place(hub.settings.data)
    made: list[ColdFile] = []
    with place.alone():
        clear_unfinished(place)
        with hub.store.reading() as connection:
            check_mounted(place, cold_files(connection))
        while most is None or len(made) < most:
            with hub.store.reading() as connection:
                run = due_bodies(connection, to_micros(before), BATCHES_A_FILE, BYTES_A_FILE)
            if not run:
                break
            file = _move_run(hub, place, run)
            if file is None:
                break
            made.append(file)
    return made


def fetch_ledger(store: Store, place: ColdPlace, first: int = 0, last: int | None = None) -> list[ColdFile]:
    """Bring back every file that holds some of the batches from ``first`` to ``last``."""
    with place.alone():
        with store.reading() as connection:
            wanted = [
                file
                for file in cold_files(connection)
                if file.kind == LEDGER and file.last >= first and (last is None or file.first <= last)
            ]
        for file in wanted:
            bring_back(store, place, file)
            remove_file(place, file.name)
    return wanted


def bring_back(store: Store, place: ColdPlace, file: ColdFile) -> None:
    """The bodies stand in their rows again; the file stays where it is."""
    with store.reading() as connection:
        kept = kept_bodies(connection, file.first, file.last)
    pointers = [(batch, at) for batch, body in kept.items() if (at := pointer_of(body)) and at.file == file.name]
    bodies = read_bodies(place, pointers)

    def switch(connection: Writing) -> None:
        put_bodies(connection, bodies)
        drop_cold_file(connection, file.name)

    store.write(switch)


def clear_strays(store: Store, place: ColdPlace) -> list[str]:
    """Take away files that are no part of the cold tier, and only those that are named as its files are."""
    with place.alone(), store.writing() as connection:  # nobody makes one part of it meanwhile
        known = {file.name for file in cold_files(connection)}
        strays = sorted(name for name in names_in(place) - known if name.startswith((f"{LEDGER}/", f"{VALUES}/")))
        for name in strays:
            remove_file(place, name)
    return strays


def _move_run(hub: Hub, place: ColdPlace, run: list[HotBody]) -> ColdFile | None:
    """None when another process moved the same meanwhile."""
    first, last = run[0].batch_id, run[-1].batch_id
    digest = hashlib.sha256(b"".join(hot.body for hot in run)).hexdigest()
    name = f"{LEDGER}/{first:012d}-{last:012d}-{digest[:_SHOWN]}.zst"
    manifest = write_file(place, LEDGER, name, ((hot.batch_id, hot.hash, hot.body) for hot in run))
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
    if not hub.store.write(lambda it: _switch(it, place, file, manifest, run)):
        return None
    for left in names_in(place) - {name}:
        if left.startswith(f"{LEDGER}/{first:012d}-"):
            remove_file(place, left)
    return file


def _switch(connection: Writing, place: ColdPlace, file: ColdFile, manifest: Manifest, run: list[HotBody]) -> bool:
    if overlaps(connection, LEDGER, file.first, file.last):
        return False
    if kept_bodies(connection, file.first, file.last) != {hot.batch_id: hot.body for hot in run}:
        raise ColdTrouble("the ledger changed while it was moved", where=file.name, advice="run 'zhuoyue-hub fsck'")
    check_file(place, file.name, file.sha256)
    put_bodies(
        connection,
        {
            piece.batch: pointer_bytes(Pointer(file.name, piece.begin, piece.size, bytes.fromhex(piece.sha256)))
            for piece in manifest.pieces
        },
    )
    add_cold_file(connection, file)
    return True
