"""What a server is only told waits for the next question, and nothing can tell the difference."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from counted import statements
from small_hub import on_servers, small_hub
from small_postgres import SmallPostgres
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from hub.errors import StoreGone
from hub.parts import Hub
from hub.store.backend.server import make_server_engine
from hub.store.core.database import Writing
from hub.store.core.place import server_place
from hub.store.core.quick import ask, put
from hub.store.core.unsent import send_unsent
from hub.store.tables.ledger import log_node
from hub.store.writing.put import copy_text
from hub.store.writing.savepoint import undone, undone_on_error

NEW = insert(log_node)
MINE = select(func.pg_backend_pid().label("pid"))
TWO = "9\t2\t\\\\x02\n"
HASHES = select(log_node.c.index, log_node.c.hash).where(log_node.c.level == 9).order_by(log_node.c.index)


def write(connection: Writing, *indexes: int) -> None:
    """Nodes of a level that no log has."""
    put(connection, NEW, log_node, [(9, index, bytes([index])) for index in indexes])


def one_by_one(connection: Writing, *indexes: int) -> None:
    """The same, in as many statements."""
    for index in indexes:
        write(connection, index)


def there(hub: Hub) -> list[int]:
    """Those that were committed."""
    with hub.store.reading() as connection:
        return [row[0] for row in ask(connection, HASHES)]


@pytest.mark.every_store
def test_every_question_sees_what_was_written_before_it(hub: Hub) -> None:
    with hub.store.writing() as connection:
        write(connection, 3, 1)
        write(connection, 2)
        assert [tuple(row) for row in ask(connection, HASHES)] == [(n, bytes([n])) for n in (1, 2, 3)]
        write(connection, 4)
        assert len(connection.execute(HASHES).all()) == 4
        write(connection, 5)
        assert connection.exec_driver_sql("SELECT count(*) FROM log_node WHERE level = 9").scalar_one() == 5
        write(connection, 6)
    assert there(hub) == [1, 2, 3, 4, 5, 6]


@pytest.mark.every_store
def test_what_is_undone_was_never_there(hub: Hub) -> None:
    def fail_within(connection: Writing, *indexes: int) -> None:
        with undone_on_error(connection):
            write(connection, *indexes)
            raise LookupError

    def fail(*indexes: int) -> None:
        with hub.store.writing() as connection:
            write(connection, *indexes)
            raise LookupError

    with pytest.raises(LookupError):
        fail(1)
    with hub.store.writing() as connection:
        write(connection, 2)
        with pytest.raises(LookupError):
            fail_within(connection, 3)
        with undone(connection):
            write(connection, 4)
        with undone_on_error(connection):
            write(connection, 5)
    assert there(hub) == [2, 5]


@pytest.mark.every_store
def test_what_the_store_refuses_is_said_where_the_part_ends(hub: Hub) -> None:

    def in_part(connection: Writing, part: Callable[[Writing], AbstractContextManager[None]]) -> None:
        with part(connection):
            one_by_one(connection, 2, 1, 3)

    def in_the_end() -> None:
        with hub.store.writing() as connection:
            one_by_one(connection, 5, 4)

    with hub.store.writing() as connection:
        write(connection, 1)
        for part in (undone_on_error, undone):
            with pytest.raises(IntegrityError, match="log_node"):
                in_part(connection, part)
        write(connection, 4)
    assert there(hub) == [1, 4]
    with pytest.raises(IntegrityError):
        in_the_end()
    assert there(hub) == [1, 4]


def test_it_is_sent_before_rows_are_copied_and_at_the_latest_with_the_commit(postgres: SmallPostgres) -> None:
    engine = make_server_engine(server_place(postgres.new_database(), Path(), where="here"), pool=1)

    def three_and(behind: Callable[[Writing], None]) -> None:
        with engine.begin() as connection:
            write(connection, 3)
            behind(connection)

    with engine.begin() as connection:
        log_node.create(connection)
        write(connection, 1)
        copy_text(connection, log_node, TWO)
    for behind in (lambda connection: copy_text(connection, log_node, TWO), lambda connection: write(connection, 2)):
        with pytest.raises(IntegrityError):
            three_and(behind)
    with engine.begin() as connection:
        send_unsent(connection)
        assert [row[0] for row in ask(connection, HASHES)] == [1, 2]
    engine.dispose()


def test_a_question_takes_what_was_written_along(postgres: SmallPostgres) -> None:
    """One message, and who watches statements sees them in their order."""
    engine = make_server_engine(server_place(postgres.new_database(), Path(), where="here"), pool=1)
    with engine.begin() as connection:
        log_node.create(connection)
        driver = connection.connection.driver_connection
        sent = []
        pipeline = driver.pipeline
        driver.pipeline = lambda: sent.append(1) or pipeline()
        with statements() as seen:
            write(connection, 1)
            write(connection, 2)
            assert len(ask(connection, HASHES)) == 2
            assert len(ask(connection, HASHES)) == 2
        del driver.pipeline
    assert sent == [1]
    assert [words.split()[0] for words in seen] == ["INSERT", "INSERT", "SELECT", "SELECT"]
    engine.dispose()


@pytest.mark.parametrize("asked", [False, True])
def test_a_server_that_ends_in_between_is_told_as_such(tmp_path: Path, postgres: SmallPostgres, asked: bool) -> None:
    with on_servers(postgres.new_database):
        hub = small_hub(tmp_path / "hub")

    def broken() -> None:
        with hub.store.writing() as connection:
            ((pid,),) = ask(connection, MINE)
            write(connection, 1)
            postgres.execute(f"SELECT pg_terminate_backend({pid})")
            if asked:
                ask(connection, HASHES)

    with pytest.raises(StoreGone, match="does not answer"):
        broken()
    assert there(hub) == []
    with hub.store.writing() as connection:
        write(connection, 2)
    assert there(hub) == [2]
    hub.store.close()
