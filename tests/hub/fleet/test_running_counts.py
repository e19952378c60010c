"""Of an older store: counts that are kept up as batches come are those that counting everything gives."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from counted import statements
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import START, SmallAgent, small_agent, small_hub

from hub.accounts.asker import OPERATOR, Asker
from hub.fleet import activity
from hub.fleet.activity import ActivityDesk, counted
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.rollup.activity import last_batch
from hub.store.tables.arrived import unit_places


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("counts") / "hub")
    with made.store.writing() as connection:  # as a store that is older than what is kept with every batch
        connection.execute(unit_places.delete())
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def agents(hub: Hub) -> list[SmallAgent]:
    return [small_agent(hub), small_agent(hub, "b.line-1", "plant-b")]


def told(desk: ActivityDesk, hub: Hub, asker: Asker = OPERATOR) -> activity.Activity:
    with hub.store.reading() as connection:
        return desk.activity(connection, hub, asker)


def whole(hub: Hub) -> activity.Activity:
    with hub.store.reading() as connection:
        return counted(connection)


Batches = list[tuple[int, list[int], bool]]
BATCHES = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.integers(0, 6), min_size=1, max_size=4), st.booleans()), max_size=6
)


@given(BATCHES)
@settings(max_examples=15, deadline=None)
def test_kept_up_or_counted_anew_it_is_the_same(hub: Hub, agents: list[SmallAgent], batches: Batches) -> None:
    desk = ActivityDesk()
    assert told(desk, hub) == whole(hub)
    for which, serials, look in batches:
        agent = agents[which]
        records = [
            agent.result(f"S{serial}", place, unit=None) if serial == 0 else agent.result(f"S{serial}", place)
            for place, serial in enumerate(serials)
        ]
        ingest(hub, agent.seal(*records), compressed=False)
        if look:
            assert told(desk, hub) == whole(hub)
    assert told(desk, hub) == whole(hub)


def test_what_was_counted_is_not_read_again(
    hub: Hub, agents: list[SmallAgent], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, times = ActivityDesk(), []
    monkeypatch.setattr(activity, "counted", lambda connection: times.append(1) or counted(connection))
    told(desk, hub)
    for number in range(3):
        ingest(hub, agents[0].seal(agents[0].result(f"new-{number}")), compressed=False)
        told(desk, hub)
    assert len(times) == 1
    with statements() as seen:
        assert told(desk, hub) == whole(hub)
    tomorrow = msgspec.structs.replace(hub, clock=lambda: START + timedelta(days=1))
    told(desk, tomorrow)
    assert len(times) == 2, "they are begun anew each day"
    assert seen


def test_who_looks_at_an_earlier_state_does_not_make_everything_counted_again(
    hub: Hub, agents: list[SmallAgent]
) -> None:
    desk = ActivityDesk()
    with hub.store.reading() as earlier:
        before = last_batch(earlier)
        ingest(hub, agents[1].seal(agents[1].result("later")), compressed=False)
        now = told(desk, hub)
        assert desk.activity(earlier, hub, OPERATOR) == now
        assert last_batch(earlier) == before


def test_an_organisation_is_told_what_it_sees(hub: Hub, agents: list[SmallAgent]) -> None:
    desk = ActivityDesk()
    company = Asker(organisation="plant-a-company")
    first = told(desk, hub, company)
    assert told(desk, hub, company) is first
    ingest(hub, agents[0].seal(agents[0].result("one-more")), compressed=False)
    assert told(desk, hub, company).results == first.results + 1
