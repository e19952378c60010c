"""What is kept of what came says what counting every row says: to the operator, under any policy, in any order."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sharing_world import ORGS, UNITS, World, part_of_thing, worlds
from small_hub import SmallAgent, small_agent, small_hub

from hub.entry.master import add_agent, add_plant
from hub.entry.trace_entries import enter_correction
from hub.entry.trace_forms import CorrectionForm
from hub.fleet.activity import counted, kept
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.sharing.seen import ground_for
from hub.store.core.database import Reading
from hub.store.fleet.queries import author_activity, last_events, last_events_by_rows
from hub.store.rollup import arrived as arrived_queries
from hub.store.rollup import coverage as coverage_queries
from hub.store.rollup.coverage import component_records
from hub.store.sharing.views import look_as
from traceability.record.base import Record

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
HOUSE = {
    "phases": PHASES,
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


def agree(connection: Reading) -> None:
    assert kept(connection) == counted(connection)
    assert last_events(connection) == last_events_by_rows(connection)


@given(worlds(), st.integers(0, 2**16))
@settings(max_examples=8, **HOUSE)
def test_organisations_are_told_what_policies_let_them_count(
    tmp_path_factory: pytest.TempPathFactory, world: World, seed: int
) -> None:
    dice = random.Random(seed)
    hub = small_hub(tmp_path_factory.mktemp("world") / "hub")
    for batch in world.build(hub):
        ingest(hub, batch, compressed=False)
    for org in ORGS:
        agent = SmallAgent(f"{org}.line-2")
        add_agent(hub, agent.author, plant=f"{org}-plant", public_key=agent.public_key)
        told = [anywhere(agent, dice.choice(UNITS), ahead) for ahead in range(dice.randrange(4))]
        if told:
            ingest(hub, agent.seal(*told), compressed=False)
    if dice.randrange(3) == 0:
        add_plant(hub, f"{ORGS[0]}-plant", organisation=ORGS[1], name="Sold")
    for org in ORGS:
        with hub.store.looking() as connection:
            ground, _ = ground_for(connection, org, hub.clock())
            noted = look_as(connection, ground)
            by_rows, owners = counted(connection), {owner for owner, _ in noted.rows}
            noted = look_as(connection, ground)
            assert kept(connection) == by_rows
            assert {owner for owner, _ in noted.rows} == owners, "whose results were counted is in the audit log"
            assert last_events(connection) == by_rows.last_events
            agrees_on_batches(connection)
            agrees_on_components(connection)
    with hub.store.reading() as connection:
        agree(connection)
        agrees_on_batches(connection)
        agrees_on_components(connection)
    hub.store.close()


Batches = list[tuple[int, list[int]]]
BATCHES = st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 6), min_size=1, max_size=4)), max_size=8)


@given(BATCHES, st.integers(0, 2**16))
@settings(max_examples=5, **HOUSE)
def test_the_operator_is_told_what_counting_says_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, batches: Batches, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    dice, found = random.Random(seed), []
    for order in ("a", "b"):
        hub = small_hub(folder / order)
        agents = [small_agent(hub, f"line-{number}", f"plant-{number % 3}") for number in range(4)]
        sent = iter(batches)
        if order == "b":  # each chain in its own order, chains in any
            by_agent = {number: [one for one in batches if one[0] == number] for number in range(4)}
            turns = dice.sample([one[0] for one in batches], len(batches))
            sent = iter([by_agent[number].pop(0) for number in turns])
        for number, serials in sent:
            agent = agents[number]
            told = [agent.result(f"S{serial}", at, **unnamed(serial)) for at, serial in enumerate(serials)]
            ingest(hub, agent.seal(*told), compressed=False)
        with hub.store.reading() as connection:
            agree(connection)
            found.append(kept(connection))
        if order == "b":
            assert rebuild(hub).replaced == ()
        hub.store.close()
    assert found[0] == found[1]


def test_what_was_declared_wrong_did_arrive(hub: Hub) -> None:
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S1"), agent.result("S2", 1)), compressed=False)
    wrong = CorrectionForm(
        target={"author": agent.author, "record": f"{agent.author}:1"}, reason="wrong", entered_by="q"
    )
    enter_correction(hub, wrong)
    with hub.store.reading() as connection:
        agree(connection)
        told = kept(connection)
        assert told is not None
        assert (told.results, told.units) == (2, 2)


def anywhere(agent: SmallAgent, unit: str, ahead: int) -> Record:
    """A result of any unit, of its own part."""
    return agent.result("S", ahead, unit=unit, part=part_of_thing(unit))


def unnamed(serial: int) -> dict[str, None]:
    """The last of the serials can't be read."""
    return {"unit": None} if serial == 0 else {}


def agrees_on_batches(connection: Reading) -> None:
    """What an author sent, and all of them together."""
    found = author_activity(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrived_queries, "is_kept", lambda _: False)
        counted_again = author_activity(connection)
    assert found == counted_again


def agrees_on_components(connection: Reading) -> None:
    """How many were built in at each plant, and how many of these have records of another one."""
    plants = [f"{org}-plant" for org in ORGS]
    found = [component_records(connection, plant) for plant in plants]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("components_of", "_as_seen"):
            patch.setattr(coverage_queries, name, lambda *_: None)
        assert found == [component_records(connection, plant) for plant in plants]
