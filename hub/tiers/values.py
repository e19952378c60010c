"""Values of old batches: out of their rows into Parquet files of the cold place, and back.

The steps are those of the ledger (:mod:`hub.tiers.ledger`): a file that is written and read back, then one transaction
that changes the rows. What a row says besides (characteristic, times, how many) stays, so questions find the same rows;
roll-ups and genealogy stay as they are. Nothing here is evidence: ``rebuild`` makes the same values from the ledger.
"""

import hashlib
from datetime import datetime

from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.store.core.database import Store, Writing
from hub.store.core.instant import to_micros
from hub.store.spread.store import SpreadStore
from hub.store.tables.cold import VALUES
from hub.store.tiers.cold import Pointer, pointer_bytes, pointer_of
from hub.store.tiers.place import ColdPlace, cold_place
from hub.store.tiers.queries import (
    ColdFile,
    HotColumns,
    add_cold_file,
    cold_files,
    drop_cold_file,
    due_columns,
    kept_columns,
    overlaps,
    put_columns,
)
from hub.store.tiers.values import parquet_of, read_values
from hub.tiers.folder import (
    check_file,
    check_mounted,
    clear_unfinished,
    names_in,
    put_file,
    remove_file,
)

BATCHES_A_FILE = 500
LEAST_BODY = 128
"""A body shorter than this stays in its row, where a pointer would take as much room; it is in the file all the same,
so that the file is whole for others."""
_SHOWN = 8
_Pointers = dict[tuple[int, int], Pointer]


def move_values(hub: Hub, before: datetime, most: int | None = None) -> list[ColdFile]:
    """Move the values of batches that were stored ``before``, ``most`` files at most; those that were made.

    Nothing where the store is spread over several servers: there the values lie on the nodes.
    """
    if isinstance(hub.store, SpreadStore):
        return []
    place = cold_place(hub.settings.data)
    made: list[ColdFile] = []
    with place.alone():
        clear_unfinished(place)
        with hub.store.reading() as connection:
            check_mounted(place, cold_files(connection))
        while most is None or len(made) < most:
            with hub.store.reading() as connection:
                run = due_columns(connection, to_micros(before), BATCHES_A_FILE)
            file = None if run is None else _move_run(hub, place, run)
            if file is None:
                break
            made.append(file)
    return made


def fetch_values(store: Store, place: ColdPlace, first: int = 0, last: int | None = None) -> list[ColdFile]:
    """Bring back every file with values of some of the batches from ``first`` to ``last``."""
    with place.alone():
        with store.reading() as connection:
            files = [file for file in cold_files(connection) if file.kind == VALUES]
        wanted = [file for file in files if file.last >= first and (last is None or file.first <= last)]
        for file in wanted:
            bring_values_back(store, place, file)
            remove_file(place, file.name)
    return wanted


def bring_values_back(store: Store, place: ColdPlace, file: ColdFile) -> None:
    """The values stand in their rows again; the file stays where it is."""
    with store.reading() as connection:
        pointers = pointers_into(kept_columns(connection, file.first, file.last), file)
    bodies = {key: read_values(place, pointer, f"batch {key[0]}") for key, pointer in pointers.items()}

    def switch(connection: Writing) -> None:
        put_columns(connection, bodies)
        drop_cold_file(connection, file.name)

    store.write(switch)


def pointers_into(kept: dict[tuple[int, int], bytes], file: ColdFile) -> _Pointers:
    """What of the rows lies in a file."""
    return {key: at for key, body in kept.items() if (at := pointer_of(body)) and at.file == file.name}


def _move_run(hub: Hub, place: ColdPlace, run: HotColumns) -> ColdFile | None:
    """None when another process moved the same meanwhile."""
    whole, places = parquet_of(run.columns)
    digest = hashlib.sha256(whole).hexdigest()
    name = f"{VALUES}/{run.first:012d}-{run.last:012d}-{digest[:_SHOWN]}.parquet"
    put_file(place, name, whole)
    check_file(place, name, digest)
    before = {(column.batch_id, column.number): column.body for column in run.columns}
    pointers = {
        (batch, number): Pointer(name, begin, rows, sha256)
        for batch, number, begin, rows, sha256 in places
        if len(before[batch, number]) >= LEAST_BODY
    }
    for key, pointer in pointers.items():
        if read_values(place, pointer, f"batch {key[0]}") != before[key]:
            raise ColdTrouble("values do not come back as they were; nothing was moved", where=name)
    file = ColdFile(
        name=name,
        kind=VALUES,
        first=run.first,
        last=run.last,
        pieces=len(pointers),
        bytes=len(whole),
        sha256=digest,
        moved_at=to_micros(hub.clock()),
    )
    if not hub.store.write(lambda it: _switch(it, place, file, before, pointers)):
        return None
    for left in names_in(place) - {name}:
        if left.startswith(f"{VALUES}/{run.first:012d}-"):
            remove_file(place, left)
    return file


def _switch(
    connection: Writing, place: ColdPlace, file: ColdFile, before: dict[tuple[int, int], bytes], pointers: _Pointers
) -> bool:
    if overlaps(connection, VALUES, file.first, file.last):
        return False
    if kept_columns(connection, file.first, file.last) != before:
        return False  # projected again meanwhile: the next round moves what is there then
    check_file(place, file.name, file.sha256)
    put_columns(connection, {key: pointer_bytes(pointer) for key, pointer in pointers.items()})
    add_cold_file(connection, file)
    return True
