"""The kept scorecard: made once, anew when anything was entered, and old only where making it takes long."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from small_hub import START, SmallAgent, small_agent, small_hub

from hub.accounts.asker import OPERATOR, Asker
from hub.errors import NotFound
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.scorecard.desk import CardDesk

COMPANY = Asker(organisation="plant-a-company")


class Hands:
    """A clock that is set, and goes on by ``step`` at each look."""

    def __init__(self) -> None:
        self.now, self.step = START, timedelta(0)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def hub(tmp_path: Path, hands: Hands) -> Hub:
    return replace(small_hub(tmp_path / "hub"), clock=hands)


def grow(hub: Hub, agent: SmallAgent, serial: str) -> None:
    ingest(hub, agent.seal(agent.result(serial)), compressed=False)


def test_a_scorecard_is_kept_for_one_state_of_the_log_and_one_minute(hub: Hub, hands: Hands) -> None:
    agent, desk = small_agent(hub), CardDesk()
    grow(hub, agent, "S1")
    first = desk.view(hub, OPERATOR, "plant-a")
    assert desk.view(hub, OPERATOR, "plant-a") is first
    assert desk.view(hub, COMPANY, "plant-a") is not first
    hands.now += timedelta(minutes=1)
    assert desk.view(hub, OPERATOR, "plant-a").now == hands.now
    grow(hub, agent, "S2")
    assert (first.results, desk.view(hub, OPERATOR, "plant-a").results) == (1, 2)
    with pytest.raises(NotFound):
        desk.view(hub, OPERATOR, "nowhere")


def test_only_the_operators_scorecard_may_be_old_and_only_where_it_took_long(hub: Hub, hands: Hands) -> None:
    agent, desk = small_agent(hub), CardDesk()
    grow(hub, agent, "S1")
    hands.step = timedelta(seconds=1)
    assert [desk.view(hub, asker, "plant-a").results for asker in (OPERATOR, COMPANY)] == [1, 1]
    hands.step = timedelta(0)
    grow(hub, agent, "S2")
    assert [desk.view(hub, asker, "plant-a").results for asker in (OPERATOR, COMPANY)] == [1, 2]
    hands.now += timedelta(seconds=11)
    assert desk.view(hub, OPERATOR, "plant-a").results == 2
