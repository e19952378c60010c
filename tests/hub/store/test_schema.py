"""A new store is made by statements that were found once; they make what the tables say."""

from pathlib import Path

from sqlalchemy import create_engine, text

from hub.store.backend.sqlite_file import create_store
from hub.store.packed.layout import PACKED, make_packed
from hub.store.tables.every import metadata

SAID = text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY type, name")


def test_a_new_store_has_every_table_and_index_as_declared(tmp_path: Path) -> None:
    declared = create_engine("sqlite://")
    with declared.begin() as connection:
        metadata.create_all(connection, tables=[each for each in metadata.tables.values() if each.name not in PACKED])
        make_packed(connection)
        wanted = [tuple(row) for row in connection.execute(SAID)]
    declared.dispose()
    for name in ("first.db", "second.db"):
        store = create_store(tmp_path / name)
        with store.reading() as connection:
            assert [tuple(row) for row in connection.execute(SAID)] == wanted
        store.close()
