"""A plant that makes bolts well and badly, on days of one's choice, and the desk at which it improves."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
from small_hub import SmallAgent, admin_of, small_agent
from small_requirements import supplier_plan
from small_turns import ACTION, CAUSE, CONTAIN, DONE, PLAN, STANDARD

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.api.app import create_app
from hub.improvement.act import begin, step
from hub.improvement.check import make_check
from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.codec import plan_id
from traceability.record.improvement import (
    ActionDone,
    Close,
    Direction,
    ImprovementContent,
    SetTarget,
    Team,
    WeakPoint,
    WeakPointKind,
)
from traceability.record.master import ControlPlanRecord, Operation
from traceability.record.metric import MetricName, MetricReference
from traceability.record.production import MeasuredValue, MeasurementsRecord
from traceability.unit import Verdict

PLANT = "plant-a"
COMPANY = "plant-a-company"
STRANGER = "plant-x-company"
GTIN = "09506000134352"
PART = part_uri(GTIN)


class Clock:
    """Of a hub in a test: it stands where one puts it, noon in Shanghai."""

    def __init__(self, day: date) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.set(day)

    def set(self, day: date) -> None:
        self.now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class World:
    """A hub with one plant, its agent and its plan."""

    def __init__(self, hub: Hub, day: date) -> None:
        self.clock = Clock(day)
        self.hub = msgspec.structs.replace(hub, clock=self.clock)
        self.agent: SmallAgent = small_agent(self.hub, "a.line-1", PLANT)
        small_agent(self.hub, "x.line-1", "plant-x")
        turning = Operation(id="OP10", name="Turn", final=True)
        plan = msgspec.structs.replace(supplier_plan(PLANT), part=PART, operations=(turning,))
        record = ControlPlanRecord(id=plan_id(plan), plan=plan, **self.agent.stamp() | {"event_time": self.clock()})
        ingest(self.hub, self.agent.seal(record), compressed=False)
        self.app = create_app(self.hub)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1")
        self.of: dict[str, dict[str, str]] = {"": admin_of(self.hub)}
        self._made = 0

    def close(self) -> None:
        """Wait until what was read is noted."""
        self.app.state.audit.settle()

    def seat(self, organisation: str) -> None:
        token = make_token(self.hub, organisation, {Scope.READ, Scope.WRITE}).text
        self.of[organisation] = {"Authorization": f"Bearer {token}"}

    def make(self, day: date, count: int, bad: int = 0, mean: float = 10.0, sigma: float = 0.1, **told: Any) -> None:
        """Units of a day, of which the first ``bad`` are not OK (``told``: more of their results)."""
        source = random.Random(f"{day} {self._made}")
        begin = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        records: list[Any] = []
        for number in range(count):
            at = {"event_time": begin + timedelta(seconds=20 * number)}
            self._made += 1
            unit = unit_uri(GTIN, f"S{self._made}")
            verdict = Verdict.NOT_OK if number < bad else Verdict.OK
            more = told if number < bad else {}
            result = self.agent.result(
                f"S{self._made}", len(records), unit=unit, part=PART, verdict=verdict, **at, **more
            )
            value = MeasuredValue(
                characteristic="length", value=round(source.gauss(mean, sigma) * 1000), decimals=3, uom="mm"
            )
            records.append(result)
            stamp = self.agent.stamp(len(records)) | at
            records.append(MeasurementsRecord(id=result.id, unit=unit, operation="OP10", values=(value,), **stamp))
        ingest(self.hub, self.agent.seal(*records), compressed=False)

    async def get(self, path: str, status: int = 200, who: str = "", **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1{path}", params=query, headers=self.of[who])
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, status: int = 201, who: str = "", **form: Any) -> Any:
        answer = await self.client.post(f"/api/v1{path}", json={"by": "q1"} | form, headers=self.of[who])
        assert answer.status_code == status, answer.text
        return answer.json()


FPY_TARGET = {
    "reference": {"metric": "first-pass-yield", "operation": "OP10"}, "direction": "up", "value": "0.97",
    "by_when": "2026-06-30",
}  # fmt: skip
WEAK = {"kind": "operation", "subject": "OP10", "found": "90 %", "n": 200}


def days(first: date, count: int) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(count))


def improved(world: World) -> tuple[str, str]:
    """One improvement closed as effective, and one begun with an action that is overdue; their ids."""
    for day in days(date(2026, 2, 2), 2):
        world.make(day, 100, bad=8, sigma=0.5, defect="LEAK")
    world.clock.set(date(2026, 3, 1))
    weak = WeakPoint(kind=WeakPointKind.OPERATION, subject="OP10", found="92.00 % (n = 200)", n=200, effect="16 units")
    reference = MetricReference(metric=MetricName.FIRST_PASS_YIELD, plant=PLANT, operation="OP10")
    target = SetTarget(reference=reference, direction=Direction.UP, value="0.97", by_when=date(2026, 6, 30))
    plan = msgspec.structs.replace(
        PLAN, reference=reference, target="0.97", after_first=date(2026, 3, 2), after_last=date(2026, 3, 10)
    )
    sorted_out = ActionDone(action="a0", done_on=date(2026, 3, 1), evidence=("list",))
    steps = (Team(owner="q1", members=("q2", "q3")), CONTAIN, sorted_out, CAUSE, ACTION, DONE, plan)
    content = ImprovementContent(plant=PLANT, title="Fewer leaks at the press", weak_point=weak, owner="q1")
    first = begin(world.hub, content, "q1", target).id
    for one in steps:
        step(world.hub, first, one, "q1")
    second = begin(world.hub, msgspec.structs.replace(content, title="Smaller spread of the length"), "q2", target).id
    late = msgspec.structs.replace(ACTION, due=date(2026, 3, 5), causes=())
    step(world.hub, second, late, "q2")
    world.make(date(2026, 3, 3), 200)
    world.clock.set(date(2026, 3, 11))
    make_check(world.hub, first, plan.check, "q1")
    step(world.hub, first, msgspec.structs.replace(STANDARD, from_day=date(2026, 3, 12)), "q1")
    step(world.hub, first, Close(lesson="Round edges before they cut", recognition="Thank you"), "q1")
    return first, second
