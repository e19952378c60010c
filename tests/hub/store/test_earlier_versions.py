"""Stores that programs of earlier versions really left are brought forward, back and forward again, and no row changes.

``versions`` holds them: made by the program of that revision, with records of every kind that its agents sealed and
what it kept for partners; ``.db`` as it wrote its file, ``.sql`` as PostgreSQL's own ``pg_dump`` told what it wrote
there. Revisions that no program had for its newest are on the way between them.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard
from small_hub import on_servers, small_hub
from small_postgres import SmallPostgres
from sqlalchemy import Boolean, Engine, Float, LargeBinary, Numeric, Text, event, inspect, select
from sqlalchemy.types import JSON, Integer, TypeEngine

from hub.audit.fsck import fsck
from hub.cli import main
from hub.composition import open_hub, unchecked_store
from hub.errors import DataDirectory
from hub.projection.rebuild import rebuild
from hub.settings import DATABASE
from hub.store.backend.schema import MIGRATIONS, tables_there, upgrade
from hub.store.core.database import Store
from hub.store.core.place import FilePlace, server_place, write_place
from hub.store.tables.every import metadata

pytestmark = pytest.mark.own_store

VERSIONS = Path(__file__).parent / "versions"
MOST_BYTES = 64 * 1024 * 1024
HEAD = max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("r*.py"))
WITH_A_ROW_A_VALUE = "0003"
PACKED_BODIES = {"rollup", "value_column"}
"""Their rows hold what only the program can write, and some revisions write it anew."""
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=sorted(path.name for path in VERSIONS.iterdir()))
def left(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """The data folder of a hub whose store an earlier program left, and the store's revision."""
    data = tmp_path / "hub"
    small_hub(data).store.close()  # the keys are another hub's: signatures of the old one are not asked for here
    for leftover in data.glob(f"{DATABASE}*"):
        leftover.unlink()
    name = str(request.param)
    content = zstandard.decompress((VERSIONS / name).read_bytes(), max_output_size=MOST_BYTES)
    if name.endswith(".db.zst"):
        (data / DATABASE).write_bytes(content)
    else:
        server: SmallPostgres = request.getfixturevalue("postgres")
        url = server.new_database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(content)
        write_place(server_place(url, data, where="test"))
    return data, f"{int(name.partition('-')[0]):04}"


def rows_of(store: Store, names: set[str]) -> Rows:
    """Every row of these tables, in the order of their keys."""
    with store.reading() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for name, table in metadata.tables.items()
            if name in names
        }


def tables_in(store: Store) -> set[str]:
    """Those of its tables that this program knows, too."""
    with store.reading() as connection:
        return tables_there(connection)


def with_a_row_in_each(store: Store, known: set[str]) -> set[str]:
    """Tables that were empty, and now have a row that says something in every column."""
    filled = set()
    with store.writing() as connection:
        for name in sorted(known - PACKED_BODIES):
            table = metadata.tables[name]
            if connection.execute(select(table).limit(1)).first() is None:
                connection.execute(table.insert(), {column.name: something(column.type) for column in table.columns})
                filled.add(name)
    return filled


def something(kind: TypeEngine[Any]) -> Any:
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, JSON):
        return ["a", 1]
    if isinstance(kind, LargeBinary):
        return b"\x00\xff"
    if isinstance(kind, Integer | Float | Numeric):
        return 7
    assert isinstance(kind, Text) or kind.python_type is str, kind
    return "卓"


def shape_of(store: Store) -> dict[str, Any]:
    """Columns, keys and indexes, without the lengths that SQLite does not keep to."""
    with store.reading() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        looked = inspect(connection)
        return {
            name: (
                sorted(
                    (each["name"], str(each["type"]).partition("(")[0], each["nullable"])
                    for each in looked.get_columns(name)
                ),
                looked.get_pk_constraint(name)["constrained_columns"],
                sorted(str((each["name"], each["column_names"])) for each in looked.get_indexes(name)),
            )
            for name in looked.get_table_names()
        }


@contextmanager
def failing_at_the_end() -> Iterator[None]:
    """Within the block an upgrade fails when all is done but the note that its last step is."""

    def broken(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        if "alembic_version SET" in statement and HEAD in f"{statement} {parameters}":
            raise RuntimeError("the power went")

    event.listen(Engine, "before_cursor_execute", broken)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", broken)


def test_no_row_changes_forward_back_and_forward(left: tuple[Path, str]) -> None:
    data, revision = left
    store = unchecked_store(data)
    known = tables_in(store)
    with_a_row_in_each(store, known)
    before = rows_of(store, known)
    assert {name for name, rows in before.items() if not rows} <= PACKED_BODIES
    with failing_at_the_end(), pytest.raises(DataDirectory, match="the store is as it was: the power went"):
        upgrade(store)
    assert tables_in(store) == known
    for to in (None, revision, None):
        upgrade(store, to)
        assert rows_of(store, known) == before
    store.close()


@pytest.fixture(scope="module")
def shapes() -> dict[bool, dict[str, Any]]:
    """Of new stores, in a file or not; each once it was made."""
    return {}


def test_it_is_a_store_of_this_version_then(
    left: tuple[Path, str], request: pytest.FixtureRequest, tmp_path: Path, shapes: dict[bool, dict[str, Any]]
) -> None:
    data, revision = left
    with pytest.raises(DataDirectory, match="has to be upgraded"):
        open_hub(data)
    known = tables_in(unchecked_store(data))
    assert main(["upgrade", "--data", str(data)]) == 0
    old = open_hub(data)
    in_a_file = isinstance(old.store.place, FilePlace)
    if in_a_file not in shapes:
        with nullcontext() if in_a_file else on_servers(request.getfixturevalue("postgres").new_database):
            shapes[in_a_file] = shape_of(small_hub(tmp_path / "new").store)
    assert shape_of(old.store) == shapes[in_a_file]
    assert {row["unit"] for row in rows_of(old.store, {"unit_result"})["unit_result"]}
    assert fsck(old).size > 8
    if in_a_file or revision == WITH_A_ROW_A_VALUE:  # no other step makes rows anew on a server
        assert not known & set(rebuild(old).replaced)  # tables that came later are filled with what it could not read
    old.store.close()
