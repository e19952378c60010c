"""A copy of a store that needs no cold folder."""

from contextlib import closing
from pathlib import Path

from hub.store.backend.copying import open_copy_to_write
from hub.store.tables.cold import LEDGER
from hub.store.tiers.place import ColdPlace
from hub.store.tiers.queries import cold_files
from hub.tiers.ledger import bring_back
from hub.tiers.values import bring_values_back


def fetch_into_copy(database: Path, place: ColdPlace) -> None:
    """Put everything back into the copy of a store, which nobody else has open; ``place`` is only read."""
    with closing(open_copy_to_write(database)) as store:
        with store.reading() as connection:
            files = cold_files(connection)
        for file in files:
            (bring_back if file.kind == LEDGER else bring_values_back)(store, place, file)
