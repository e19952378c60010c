"""Alarms on the hub: found, answered once, shown only to whom they belong, the same after a rebuild."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_hub import GTIN, SmallAgent, admin_of, client_of, projection_of, small_agent, small_hub

from hub.alarm.acknowledge import acknowledge
from hub.alarm.views import alarm_page
from hub.errors import EntryRefused, NotFound
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.mail.alarms import AlarmWanted
from traceability.identifier.item import part_uri, unit_uri
from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import AlarmKind, FrozenBaseline, PatternRule
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord, TimeToLimit
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlan, ControlPlanRecord, Operation

NAME = "alarm:0123456789"
SAID = {"by": "q7", "cause": "tool worn", "action": "tool changed"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    return small_agent(hub)


def alarm(agent: SmallAgent, ahead: int = 0, **changes: Any) -> AlarmRecord:
    fields: dict[str, Any] = {
        "id": NAME,
        "rule": "bore-trend",
        "warns_of": AlarmKind.TREND_TO_LIMIT,
        "part": part_uri(GTIN),
        "operation": "OP10",
        "work_cell": "OP10",
        "result": "result-1",
        "signs": ("linear-trend",),
        "statistic": "0.0001",
        "limit": "25.01",
        "value": "25.004",
        "unit": unit_uri(GTIN, "S1"),
        "to_limit": TimeToLimit(units=60, least=40, most=95, seconds=900),
        "false_alarm_every": 10_000,
    }
    return AlarmRecord(**(fields | agent.stamp(ahead) | changes))


def taken(hub: Hub, agent: SmallAgent, *records: Any) -> None:
    ingest(hub, agent.seal(*records), compressed=False)


def page(hub: Hub, **wanted: Any) -> Any:
    with hub.store.reading() as connection:
        return alarm_page(connection, AlarmWanted(**wanted), offset=0, limit=50)


def test_an_alarm_is_open_until_its_agent_or_the_hub_answers(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, alarm(agent), alarm(agent, 1, id="alarm:2", warns_of=AlarmKind.YIELD_DROP))
    found = page(hub, open=True)
    assert [(one.id, one.open) for one in found.alarms] == [("alarm:2", True), (NAME, True)]
    assert found.alarms[1].to_limit == TimeToLimit(units=60, least=40, most=95, seconds=900)
    taken(hub, agent, AlarmAcknowledgementRecord(id="alarm:2", **SAID, **agent.stamp()))
    assert acknowledge(hub, agent.author, NAME, **SAID) is not None
    assert page(hub, open=True).total == 0
    answers = {one.id: one.answers[0] for one in page(hub, open=False).alarms}
    assert (answers["alarm:2"].author, answers[NAME].author) == (agent.author, "hub")
    assert answers[NAME].cause == "tool worn"


def test_an_answer_is_given_once(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, alarm(agent))
    acknowledge(hub, agent.author, NAME, **SAID)
    assert acknowledge(hub, agent.author, NAME, **SAID) is None
    with pytest.raises(EntryRefused, match="already"):
        acknowledge(hub, agent.author, NAME, **(SAID | {"cause": "another"}))
    with pytest.raises(NotFound):
        acknowledge(hub, agent.author, "alarm:none", **SAID)
    with pytest.raises(EntryRefused, match="cause"):
        acknowledge(hub, agent.author, NAME, **(SAID | {"cause": " "}))
    with pytest.raises(EntryRefused, match="pseudonymous"):
        acknowledge(hub, agent.author, NAME, **(SAID | {"by": "Li Wei"}))


def test_one_agents_answer_is_none_to_anothers_alarm_of_the_same_id(hub: Hub, agent: SmallAgent) -> None:
    other = small_agent(hub, "b.line-1", "plant-b")
    taken(hub, agent, alarm(agent))
    taken(hub, other, alarm(other), AlarmAcknowledgementRecord(id=NAME, **SAID, **other.stamp(1)))
    assert [one.agent for one in page(hub, open=True).alarms] == [agent.author]
    assert page(hub, plant="plant-b").alarms[0].answers[0].by == "q7"
    before = projection_of(hub)
    taken(hub, other, AlarmAcknowledgementRecord(id=NAME, agent=agent.author, **SAID, **other.stamp()))
    after = projection_of(hub)
    assert [one.agent for one in page(hub, open=True).alarms] == [agent.author]
    assert len(after["quarantine"]) == len(before["quarantine"]) + 1


def test_rows_are_the_same_after_a_rebuild(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, alarm(agent))
    acknowledge(hub, agent.author, NAME, **SAID)
    before = projection_of(hub)
    rebuild(hub)
    after = projection_of(hub)
    assert len(before["alarm"]) == len(before["alarm_acknowledgement"]) == 1
    assert after["alarm"] == before["alarm"]
    assert after["alarm_acknowledgement"] == before["alarm_acknowledgement"]


async def test_the_api_lists_and_answers(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, alarm(agent))
    async with client_of(hub) as client:
        query = {"open": "true", "warns_of": "trend-to-limit", "unit": unit_uri(GTIN, "S1"), "agent": agent.author}
        listed = (await client.get("/api/v1/alarms", params=query)).json()
        assert (listed["total"], listed["alarms"][0]["to_limit"]["units"]) == (1, 60)
        form = {"agent": agent.author, "id": NAME, **SAID}
        assert (await client.post("/api/v1/alarms/acknowledgements", json=form)).status_code in (401, 403)
        answered = await client.post("/api/v1/alarms/acknowledgements", json=form, headers=admin_of(hub))
        assert (answered.status_code, answered.json()["new"]) == (201, True)
        assert (await client.get("/api/v1/alarms", params={"open": "true"})).json()["total"] == 0
        assert (await client.get("/api/v1/alarms", params={"warns_of": "x"})).status_code == 422


def test_a_plan_with_rules_is_taken_and_read_as_it_was_sealed(hub: Hub, agent: SmallAgent) -> None:
    baseline = FrozenBaseline(
        id="b", centre=Decimal("25.0010"), sigma=Decimal("0.002"), who="q7", why="study",
        at=datetime(2026, 2, 1, 8, tzinfo=timezone(timedelta(hours=8))), data=("study-12",),
    )  # fmt: skip
    bore = Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, usl=Decimal("25.02"))
    plan = ControlPlan(
        part=part_uri(GTIN), plant="plant-a", revision="1", name="x", operations=(Operation(id="OP10", name="x"),),
        characteristics=(bore,), alarms=(PatternRule(id="p", characteristic="bore", baseline=baseline),),
    )  # fmt: skip
    taken(hub, agent, ControlPlanRecord(id=plan_id(plan), plan=plan, **agent.stamp()))
    rows = projection_of(hub)
    assert rows["quarantine"] == []
    (row,) = rows["control_plan"]
    assert msgspec.convert(row["plan"], ControlPlan) == plan


def test_an_organisation_sees_its_own_alarms_and_their_answers_alone(hub: Hub, agent: SmallAgent) -> None:
    small_agent(hub, "b.line-1", "plant-b")
    taken(hub, agent, alarm(agent))
    acknowledge(hub, agent.author, NAME, **SAID)
    for organisation, seen in (("plant-a-company", 1), ("plant-b-company", 0)):
        question = Question(asker=organisation, token="t", asked="GET /api/v1/alarms")
        with seen_by(hub, question, None).store.reading() as connection:
            found = alarm_page(connection, AlarmWanted(), offset=0, limit=10)
        assert found.total == seen
        assert [one.answers[0].action for one in found.alarms] == ["tool changed"] * seen
