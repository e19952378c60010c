"""A customer and a supplier that negotiate and are looked at."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from small_hub import START, SmallAgent, admin_of, client_of
from small_incoming import CUSTOMER, PART, PLANT, SUPPLIER, SUPPLIER_PLANT, unit

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.measurement import Characteristic
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlan, ControlPlanRecord, Operation
from traceability.record.production import MeasuredValue, MeasurementsRecord
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

LENGTH = Characteristic(
    id="length", name="Length", operation="OP10", uom="mm", decimals=3,
    lsl=Decimal("9.000"), target=Decimal("10.000"), usl=Decimal("11.000"), key=True,
)  # fmt: skip
FPY: dict[str, Any] = {"name": "fpy", "metric": "fpy", "target": "0.98", "operation": "OP10"}


def supplier_plan(plant: str = SUPPLIER_PLANT) -> ControlPlan:
    return ControlPlan(
        part=PART, plant=plant, revision="A", name="Bolt",
        operations=(Operation(id="OP10", name="Turn"),), characteristics=(LENGTH,),
    )  # fmt: skip


def planned(hub: Hub, agent: SmallAgent, plant: str = SUPPLIER_PLANT) -> None:
    """The supplier's agent said by which plan it works."""
    plan = supplier_plan(plant)
    ingest(hub, agent.seal(ControlPlanRecord(id=plan_id(plan), plan=plan, **agent.stamp())), compressed=False)


def made(
    hub: Hub,
    agent: SmallAgent,
    values: dict[str, float],
    bad: frozenset[str] = frozenset(),
    since: datetime = START,
    *,
    in_uom: tuple[str, int] = ("mm", 1000),
) -> None:
    """The supplier made and measured units, by serial (value in mm); one a second ``since`` then.

    ``in_uom``: the unit of measure of its records, and how many of their last digits make a mm.
    """
    records: list[Any] = []
    for serial, value in values.items():
        verdict = Verdict.NOT_OK if serial in bad else Verdict.OK
        at = {"event_time": since + timedelta(seconds=agent.next_record + len(records))}
        result = agent.result(serial, len(records), unit=unit(serial), part=PART, verdict=verdict, **at)
        uom, digits = in_uom
        measured = MeasuredValue(characteristic="length", value=round(value * digits), decimals=3, uom=uom)
        records.append(result)
        records.append(
            MeasurementsRecord(
                id=result.id,
                unit=result.unit,
                operation="OP10",
                values=(measured,),
                **agent.stamp(len(records)) | at,
            )
        )
    ingest(hub, agent.seal(*records), compressed=False)


def shares(hub: Hub, *kinds: DataKind, owner: str = SUPPLIER, part: str = PART) -> None:
    state_policy(hub, PolicyForm(owner=owner, partner=CUSTOMER, part=part, kinds=list(kinds), by="s1"))


class Table:
    """Where requirements are negotiated: by whom, by a token or the admin's."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.client: httpx.AsyncClient = client_of(hub)
        self.of: dict[str, dict[str, str]] = {"": admin_of(hub)}

    def seat(self, organisation: str) -> None:
        token = make_token(self.hub, organisation, {Scope.READ, Scope.WRITE}).text
        self.of[organisation] = {"Authorization": f"Bearer {token}"}

    async def post(self, path: str, status: int = 201, who: str = "", **form: Any) -> Any:
        answer = await self.client.post(f"/api/v1/requirements{path}", json=form, headers=self.of[who])
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, status: int = 200, who: str = "", **query: Any) -> Any:
        answer = await self.client.get(f"/api/v1/requirements{path}", params=query, headers=self.of[who])
        assert answer.status_code == status, answer.text
        return answer.json()

    async def propose(self, *indicators: dict[str, Any], status: int = 201, who: str = "", **changes: Any) -> Any:
        form = {
            "customer": CUSTOMER, "supplier": SUPPLIER, "part": PART, "title": "Bolts", "by": "q1",
            "terms": {"text": "As agreed", "indicators": list(indicators) or [FPY], "valid_from": "2026-01-01"},
        }  # fmt: skip
        answer = await self.post("", status, who, **(form | changes))
        return answer["id"] if status == 201 else answer

    async def figures(self, identity: str, who: str = "") -> dict[str, dict[str, Any]]:
        found = await self.get(f"/{identity}/fulfilment", who=who)
        return {one["indicator"]["name"]: one for one in found["indicators"]}


assert PLANT != SUPPLIER_PLANT
