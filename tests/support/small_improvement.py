"""A plant that makes bolts well and badly, on days of one's choice, and the desk at which it improves."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
from small_hub import SmallAgent, admin_of, small_agent
from small_requirements import supplier_plan

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.api.app import create_app
from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlanRecord, Operation
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
