"""What a piece of a number finds, against every number compared with it one by one; for whoever asks."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_plans import asked, read_whole
from small_chain import Chain, housing, small_chain, steel
from small_hub import small_hub
from sqlalchemy import select

from hub.parts import Hub
from hub.search.endings import catch_up_endings
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.search.pieces import Items, items_like
from hub.store.tables.every import link, unit_result
from traceability.identifier.item import ItemKind

MARKS = {ItemKind.UNIT: "/21/", ItemKind.LOT: "/10/"}
EVERYTHING = 1_000
EYES = (None, "supplier-company", "oem-company")


def hub_with_numbers(hub: Hub) -> Chain:
    """Housings of three lots, every third of them in a machine; sent in several batches."""
    chain, dice = small_chain(hub), random.Random(7)
    made: list[str] = []
    for _ in range(4):
        for _ in range(6):
            serial = "".join(dice.choices("Ab9-%", k=dice.randint(2, 5)))
            if serial not in made:
                chain.make_housing(serial, lot=dice.choice(["9A", "b9-b", "A"]))
                made.append(serial)
        chain.build_machine(f"M{dice.choice('Ab9')}{len(made)}", made[-1])
        chain.send()
    return chain


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("pieces") / "hub")
    hub_with_numbers(made)
    catch_up_endings(made, 100)
    yield made
    made.store.close()


def eyes_of(hub: Hub, organisation: str | None) -> Hub:
    if organisation is None:
        return hub
    return seen_by(hub, Question(asker=organisation, token="t", asked="search"), None)


def one_by_one(connection: Reading, kind: ItemKind, piece: str) -> list[str]:
    """Every item that some visible row names and whose number holds the piece; where one is it, what begins with it."""
    named: set[str] = set()
    for column in (unit_result.c.unit, link.c.parent, link.c.child):
        named.update(connection.execute(select(column).where(column.is_not(None))).scalars())
    numbers = {item: item.partition(MARKS[kind])[2] for item in named}
    escaped = piece.replace("%", "%25")
    begun = [item for item, one in numbers.items() if one.startswith((escaped, escaped.upper()))]
    holding = [item for item, one in numbers.items() if escaped.casefold() in one.casefold()]
    just = any(numbers[item].casefold() == escaped.casefold() for item in begun)
    return sorted(begun if just else holding, key=lambda item: (len(item), item))


@given(piece=st.text("Ab9-%aM", min_size=1, max_size=4), eyes=st.sampled_from(EYES))
@settings(max_examples=60, deadline=None)
def test_a_piece_finds_what_comparing_one_by_one_finds(world: Hub, piece: str, eyes: str | None) -> None:
    with eyes_of(world, eyes).store.reading() as connection:
        found = items_like(connection, piece, EVERYTHING, EVERYTHING)
        for kind in MARKS:
            wanted = one_by_one(connection, kind, piece)
            assert list(found.of[kind]) == wanted or (found.cut and set(found.of[kind]) <= set(wanted))
        assert found.older is None
        assert eyes is not None or not found.cut


@given(piece=st.text("Ab9-", min_size=1, max_size=3), newest=st.integers(0, 20), eyes=st.sampled_from(EYES))
@settings(max_examples=40, deadline=None)
def test_looking_further_back_finds_all_in_the_end(world: Hub, piece: str, newest: int, eyes: str | None) -> None:
    with eyes_of(world, eyes).store.reading() as connection:
        at_once = items_like(connection, piece, EVERYTHING, EVERYTHING)
        steps: list[Items] = [items_like(connection, piece, EVERYTHING, newest)]
        while steps[-1].older is not None:
            steps.append(items_like(connection, piece, EVERYTHING, newest, steps[-1].older))
        lows = [step.older for step in steps if step.older is not None]
        assert lows == sorted(set(lows), reverse=True), "every step gets on"
        for kind, items in at_once.of.items():
            seen = {item for step in steps for item in step.of[kind]}
            assert set(items) <= seen


@pytest.mark.every_store
def test_where_not_all_candidates_are_looked_at_it_is_said_and_a_whole_number_is_found(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = small_chain(hub)
    for number in range(6):
        chain.make_housing(f"H-{number}", lot="S-1")
    chain.build_machine("M-1", "H-5")
    chain.send()
    monkeypatch.setattr("hub.store.search.pieces.MOST_CANDIDATES", 3)
    monkeypatch.setattr("hub.store.search.items_seen.MOST_ROWS", 2)
    with eyes_of(hub, "oem-company").store.reading() as connection:
        few = items_like(connection, "H-", 20, 0)
        assert few.cut
        assert items_like(connection, "H-5", 20, 0) == Items(
            of={ItemKind.UNIT: (housing("H-5"),), ItemKind.LOT: ()}, cut=False, older=few.older
        )
        lots = items_like(connection, "S", 20, 0)
        assert (lots.of[ItemKind.LOT], lots.cut) == ((), True), "not every unit that took of it was looked at"
    with hub.store.reading() as connection:
        assert items_like(connection, "S-1", 20, 0).of[ItemKind.LOT] == (steel("S-1"),)


@pytest.mark.in_a_file("SQLite's way of saying how it reads; what a server's planner takes hangs on how much there is")
def test_no_table_that_grows_is_read_whole(world: Hub) -> None:
    for eyes in EYES:
        with eyes_of(world, eyes).store.reading() as connection, asked() as seen:
            items_like(connection, "9-b", 20, 5)
            items_like(connection, "A", 20, 5)
            assert read_whole(connection, seen) == []
