"""Statements that go to the driver as they are answer, write and fail as all others do."""

import pytest
from counted import statements
from small_hub import SmallAgent
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.dialect import is_postgres
from hub.store.core.quick import ask, put
from hub.store.tables.every import batch, link, unit_result
from hub.store.tables.rollup import rollup_stream

HASHES = select(batch.c.id, batch.c.hash).where(batch.c.id >= bindparam("first")).order_by(batch.c.id).limit(2)
STREAM = ("id", "plant", "part", "op", "cell", "c", "mm", 3, "author", "chain", "", 2**40, 5)
NEW_STREAM = insert(rollup_stream)


@pytest.mark.every_store(spread=True)
def test_the_same_rows_come_back(hub: Hub, agent: SmallAgent) -> None:
    for number in range(3):
        ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)
    with hub.store.reading() as connection:
        for first in (0, 2, 99):
            found = list(map(tuple, ask(connection, HASHES, {"first": first})))
            assert found == list(map(tuple, connection.execute(HASHES, {"first": first})))


@pytest.mark.every_store(spread=True)
def test_rows_are_written_in_the_order_of_the_columns_and_undone_with_the_rest(hub: Hub) -> None:
    def twice(connection: Writing) -> None:
        put(connection, NEW_STREAM, rollup_stream, [STREAM])
        assert [tuple(row) for row in connection.execute(select(rollup_stream))] == [STREAM]
        put(connection, NEW_STREAM, rollup_stream, [])
        put(connection, NEW_STREAM, rollup_stream, [STREAM])

    with pytest.raises(IntegrityError):
        hub.store.write(twice)
    with hub.store.reading() as connection:
        assert not connection.execute(select(rollup_stream)).all()


def test_what_the_driver_says_is_told_as_by_any_statement(hub: Hub) -> None:
    with hub.store.reading() as connection:
        with pytest.raises(OperationalError):
            ask(connection, select(batch.c.id).where(batch.c.hash.op("NO SUCH")("x")))
        if not is_postgres(connection.dialect):
            for table in (unit_result, link):  # flags are JSON, certain is true or false
                with pytest.raises(TypeError, match="not as SQLite keeps them"):
                    ask(connection, select(table))


def test_who_watches_statements_sees_these_too(hub: Hub) -> None:
    with hub.store.reading() as connection, statements() as seen:
        ask(connection, HASHES, {"first": 0})
    assert any("FROM batch" in statement for statement in seen)
