from datetime import timedelta

import pytest
from small_chain import HOUSING, housing_plan, line_of, small_chain
from small_hub import START, small_agent

from hub.errors import Fork
from hub.fleet.freshness import freshness
from hub.fleet.home import home
from hub.fleet.views import Freshness, HomeView
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.scorecard.plant import plant_grades
from traceability.record.production import DataLossRecord


def look(hub: Hub, *, hours: float = 0) -> HomeView:
    with hub.store.reading() as connection:
        return home(connection, START + timedelta(hours=hours), plant_grades(connection, START))


def test_every_company_with_its_plants_and_agents(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1")
    chain.send()
    view = look(hub)
    assert [each.organisation.id for each in view.organisations] == ["oem-company", "supplier-company"]
    (plant,) = view.organisations[1].plants
    assert (plant.units, plant.results, plant.url) == (1, 2, "/plants/supplier")
    assert plant.level.name_zh == "经验级"
    assert not plant.level.rated
    (agent,) = plant.agents
    assert (agent.batches, agent.records, agent.last_contact) == (1, 6, START)
    assert agent.last_event == START + timedelta(seconds=6)
    assert (view.totals.units, view.totals.results, view.totals.plants) == (2, 4, 2)
    assert view.totals.batches == view.log_size


def test_a_registered_agent_never_heard_of_is_shown(hub: Hub) -> None:
    small_agent(hub, "quiet.line", "plant-q")
    (organisation,) = look(hub).organisations
    (agent,) = organisation.plants[0].agents
    assert (agent.freshness, agent.last_contact, agent.batches) == (Freshness.NEVER, None, 0)


def test_losses_quarantine_and_forks_are_counted(hub: Hub) -> None:
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    line.put(DataLossRecord, id="loss", stream="telemetry", count=3, reason="disk was full")
    line.send()
    ingest(hub, line.agent.seal_lines(b'{"kind":"unheard-of"}'), compressed=False)
    line.agent.seq, line.agent.prev = line.agent.seq - 1, "sha256:" + "0" * 64
    line.result("H1")
    with pytest.raises(Fork):
        line.send()
    agent = look(hub).organisations[0].plants[0].agents[0]
    assert (agent.data_losses, agent.quarantined, agent.forks, agent.batches) == (1, 1, 1, 2)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(minutes=-5), Freshness.FRESH),
        (timedelta(minutes=5), Freshness.FRESH),
        (timedelta(minutes=5, microseconds=1), Freshness.LATE),
        (timedelta(hours=1), Freshness.LATE),
        (timedelta(hours=1, microseconds=1), Freshness.SILENT),
    ],
)
def test_freshness(age: timedelta, expected: Freshness) -> None:
    assert freshness(START, START + age) is expected
