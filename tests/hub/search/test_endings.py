"""Numbers are found by how they end, in every row and by index, for whoever may see the thing."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_plans import asked, read_whole
from small_chain import HOUSING, Chain, housing, machine, small_chain, steel
from small_hub import small_hub

from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.search.endings import catch_up_endings
from hub.search.named import resolved
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.dialect import is_postgres
from hub.store.search.endings import ended_to, items_ending, items_numbered, put_endings
from hub.store.search.pieces import items_like
from hub.store.tables.every import item_ending
from traceability.identifier.item import ItemKind, unit_uri


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H-00017", lot="4711")
    made.make_housing("x/9%_!k17")
    made.build_machine("M-90017", "H-00017")
    made.send()
    return made


def ending(hub: Hub, text: str, kind: ItemKind = ItemKind.UNIT) -> set[str]:
    with hub.store.reading() as connection:
        return items_ending(connection, kind, text, 20)


@pytest.mark.every_store(spread=True)
def test_units_and_lots_are_found_by_their_last_characters(chain: Chain) -> None:
    hub = chain.hub
    assert ending(hub, "017") == set(), "nothing is noted before somebody goes after the log"
    assert catch_up_endings(hub, 100)
    assert ending(hub, "0017") == {housing("H-00017"), machine("M-90017")}
    assert ending(hub, "K17") == ending(hub, "%_!k17") == {housing("x/9%_!k17")}
    assert ending(hub, "17") == set(), "two characters end too many numbers"
    assert ending(hub, "711", ItemKind.LOT) == {steel("4711")}
    assert ending(hub, "4711") == set()
    with hub.store.reading() as connection:
        found = items_like(connection, "0017", 20, 0).of
        assert found == {ItemKind.UNIT: (housing("H-00017"), machine("M-90017")), ItemKind.LOT: ()}


@pytest.mark.every_store
def test_who_sees_nothing_of_a_thing_does_not_find_how_its_number_ends(chain: Chain) -> None:
    catch_up_endings(chain.hub, 100)
    question = Question(asker="oem-company", token="t", asked="search")
    eyes = seen_by(chain.hub, question, None)
    assert ending(eyes, "0017") == {housing("H-00017"), machine("M-90017")}, "what is in one's own is known by its name"
    assert ending(eyes, "k17") == set()
    assert ending(eyes, "711", ItemKind.LOT) == set()


def test_a_rebuild_begins_anew_only_where_rows_changed(chain: Chain) -> None:
    hub = chain.hub
    catch_up_endings(hub, 100)
    assert rebuild(hub).replaced == ()
    with hub.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM unit_result")
        connection.exec_driver_sql("DELETE FROM item_ending")
    assert "unit_result" in rebuild(hub).replaced
    with hub.store.reading() as connection:
        assert ended_to(connection) == 0
    assert catch_up_endings(hub, 100)
    assert ending(hub, "0017") == {housing("H-00017"), machine("M-90017")}


@pytest.mark.every_store
def test_a_list_of_numbers_is_resolved_by_index_with_and_without_what_is_noted(chain: Chain) -> None:
    names = ["h-00017", "M-90017", "404", "X/9%_!K17"]
    told = {"h-00017": [housing("H-00017")], "M-90017": [machine("M-90017")], "X/9%_!K17": [housing("x/9%_!k17")]}
    for noted in (False, True):
        if noted:
            catch_up_endings(chain.hub, 100)
        with chain.hub.store.reading() as connection, asked() as seen:
            assert items_numbered(connection, ItemKind.UNIT, names) == told
            found = resolved(connection, names, [ItemKind.UNIT])
            assert found.items == (housing("H-00017"), machine("M-90017"), housing("x/9%_!k17"))
            assert found.unknown == ("404",)
            assert is_postgres(connection.dialect) or read_whole(connection, seen) == []


@given(
    st.lists(
        st.text("Ab9-", min_size=3, max_size=6).map(lambda serial: unit_uri(HOUSING, serial)), min_size=1, max_size=8
    ),
    st.data(),
)
@settings(max_examples=25)
def test_in_whatever_order_and_however_often_names_come_the_rows_are_the_same(
    world: Hub, items: list[str], data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.lists(st.sampled_from(items)), max_size=4))
    rows = []
    for order in ([items], [*parts, items[::-1]]):
        with world.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM item_ending")
            for some in order:
                put_endings(connection, some, 0)
            rows.append(sorted(connection.execute(item_ending.select()).all()))
    assert rows[0] == rows[1]
    assert {row.item for row in rows[0]} == set(items)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("endings") / "hub")
    yield made
    made.store.close()
