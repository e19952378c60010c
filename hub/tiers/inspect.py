"""What is in which tier, and whether every file of the cold one is whole."""

import msgspec

from hub.errors import ColdTrouble
from hub.store.core.database import Store
from hub.store.tables.cold import LEDGER
from hub.store.tiers.cold import pointer_of
from hub.store.tiers.place import ColdPlace
from hub.store.tiers.queries import (
    ColdFile,
    LedgerBytes,
    cold_files,
    hot_ledger,
    kept_bodies,
    kept_columns,
    stray_pointers,
)
from hub.store.tiers.values import read_values
from hub.tiers.folder import check_file, names_in, read_bodies
from hub.tiers.values import pointers_into


class Tiers(msgspec.Struct, frozen=True, kw_only=True):
    """What is where; ``strays`` are files in the cold folder that nothing points at."""

    hot: LedgerBytes
    files: tuple[ColdFile, ...]
    strays: tuple[str, ...]


def tiers_of(store: Store, place: ColdPlace) -> Tiers:
    """As of one state of the store."""
    with store.reading() as connection:
        hot, files = hot_ledger(connection), cold_files(connection)
    strays = sorted(names_in(place) - {file.name for file in files})
    return Tiers(hot=hot, files=tuple(files), strays=tuple(strays))


def faults_of(store: Store, place: ColdPlace) -> list[str]:
    """What is wrong with the cold tier, file by file and batch by batch; nothing is changed."""
    faults: list[str] = []
    with store.reading() as connection:
        files = cold_files(connection)
        faults += [f"batch {batch} lies in a file that is not known" for batch in stray_pointers(connection)]
    for file in files:
        try:
            check_file(place, file.name, file.sha256)
        except ColdTrouble as error:
            faults.append(f"batches {file.first} to {file.last}: {error}")
            continue
        faults += (_wrong_pieces if file.kind == LEDGER else _wrong_values)(store, place, file)
    return faults


def _wrong_values(store: Store, place: ColdPlace, file: ColdFile) -> list[str]:
    """Of rows that point there; a batch that was projected again does not."""
    with store.reading() as connection:
        pointers = pointers_into(kept_columns(connection, file.first, file.last), file)
    faults: list[str] = []
    for (batch, _), pointer in pointers.items():
        try:
            read_values(place, pointer, f"batch {batch}")
        except ColdTrouble as error:
            faults.append(str(error))
    return faults


def _wrong_pieces(store: Store, place: ColdPlace, file: ColdFile) -> list[str]:
    with store.reading() as connection:
        kept = kept_bodies(connection, file.first, file.last)
    faults: list[str] = []
    for batch, body in sorted(kept.items()):
        pointer = pointer_of(body)
        try:
            if pointer is None or pointer.file != file.name:
                faults.append(f"batch {batch} does not point at {file.name}")
            else:
                read_bodies(place, [(batch, pointer)])
        except ColdTrouble as error:
            faults.append(str(error))
    if len(kept) != file.pieces:
        faults.append(f"{file.name} holds {file.pieces} batches, the log has {len(kept)} there")
    return faults
