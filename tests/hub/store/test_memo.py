"""What a reading found out once stays true as long as it lasts, and no longer."""

import pytest
from counted import statements

from hub.entry.master import add_organisation
from hub.parts import Hub
from hub.store.core.memo import forget, once
from hub.store.ledger.batches import log_size
from hub.store.master.queries import read_master


@pytest.mark.every_store
def test_a_reading_asks_once_and_the_next_one_sees_what_is_new(hub: Hub) -> None:
    with hub.store.reading() as connection:
        with statements() as seen:
            before = read_master(connection)
            assert read_master(connection) is before
            size = log_size(connection)
            assert log_size(connection) == size
        assert len(seen) == 4
    add_organisation(hub, "later", "Later")
    with hub.store.reading() as connection:
        assert set(read_master(connection).organisations) - set(before.organisations) == {"later"}
        assert log_size(connection) > size


@pytest.mark.every_store
def test_a_writing_transaction_keeps_nothing(hub: Hub) -> None:
    found = iter(range(2))
    with hub.store.writing() as connection:
        assert [once(connection, "subject", lambda: next(found)) for _ in range(2)] == [0, 1]


@pytest.mark.every_store
def test_when_it_is_decided_anew_who_looks_all_is_forgotten(hub: Hub) -> None:
    with hub.store.looking() as connection:
        assert once(connection, "subject", lambda: "one") == "one"
        assert once(connection, "subject", lambda: "other") == "one"
        forget(connection)
        assert once(connection, "subject", lambda: "anew") == "anew"
