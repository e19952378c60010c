"""What others see of a plant's costs: nothing, or what its policy shares; never prevention and appraisal."""

from decimal import Decimal
from typing import Any

from small_chain import HOUSING, housing_plan, line_of, machine_plan
from small_costs import lost, production, spent
from small_hub import admin_of, client_of

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.parts import Hub

PATH = "/api/v1/plants/supplier/costs"


async def test_partners_see_failures_if_anything_and_no_entries(hub: Hub) -> None:
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    line_of(hub, "oem.line-1", "oem", "09506000134376", machine_plan())
    production(line)
    lost(hub, "80")
    spent(hub, "100")
    token = make_token(hub, "oem-company", {Scope.READ})
    oem = {"Authorization": f"Bearer {token.text}"}

    async def told(path: str) -> Any:
        return await client.get(PATH + path, headers=oem)

    policy = {"owner": "supplier-company", "partner": "oem-company", "kinds": ["costs", "existence"], "by": "q1"}
    async with client_of(hub) as client:
        before = await told("")
        assert before.status_code == 404 or Decimal(before.json()["total"]) == 0
        made = await client.post("/api/v1/policies", json=policy | {"items": "all"}, headers=admin_of(hub))
        assert made.status_code == 201, made.text
        seen = (await told("")).json()
        assert {one["category"]: Decimal(one["amount"]) for one in seen["categories"]} == {
            "prevention": 0, "appraisal": 0, "internal": 80, "external": 0,
        }  # fmt: skip
        assert (await told("/entries")).json()["lines"] == []
        assert (await client.post(PATH, json={}, headers=oem)).status_code == 403
