"""Rows of links come bare from the store; the names of their columns stand beside."""

from small_chain import housing, small_chain

from hub.parts import Hub
from hub.store.tables.every import link
from hub.store.tables.production import link_by_child
from hub.store.trace.links import LinkRow, StoreLinks


def test_every_column_of_a_link_is_told() -> None:
    assert set(LinkRow._fields) == set(link.c.keys()) == set(link_by_child.c.keys())


def test_links_say_of_what_kind_they_are(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H-1")
    chain.send()
    with hub.store.reading() as connection:
        end = connection.exec_driver_sql("SELECT max(batch_id) FROM link").scalar_one()
        (now,) = StoreLinks(connection).stated_below([housing("H-1")])
        assert (now.certain, now.log_index) == (False, end)
        assert list(StoreLinks(connection, end + 1).stated_below([housing("H-1")])) == [now]
        assert list(StoreLinks(connection, end).stated_below([housing("H-1")])) == []
