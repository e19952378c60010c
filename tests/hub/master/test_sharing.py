"""Who sees which master data: one's own plants', and how long what one sees anyway is valid; nothing of others."""

from datetime import timedelta
from typing import Any

import pytest
from small_hub import client_of
from small_master import GTIN, PART, everything, workbook

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.entry.master import add_organisation, add_plant
from hub.history.importing import Asked, load
from hub.master.importing import import_file
from hub.parts import Hub

PAST = f"part,unit,operation,at\n{GTIN},OLD,OP10,2025-11-03 08:00\n".encode()


@pytest.mark.every_store(spread=True)
async def test_an_organisation_sees_its_own_plants_and_nothing_of_others(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    load(hub, PAST, Asked(plant="plant-a"), by="qe-7")
    add_organisation(hub, "other", "Other")
    add_plant(hub, "plant-b", organisation="other", name="Plant B")

    async def seen(organisation: str) -> dict[str, Any]:
        token = make_token(hub, organisation, [Scope.READ], valid=timedelta(days=1), note="test").text
        async with client_of(hub) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            totals = {
                kind: (await client.get(f"/api/v1/master/kinds/{kind}")).json()["total"]
                for kind in ("plant", "tool", "control-plan", "gauge", "cost-rate", "part", "defect-code")
            }
            versions = await client.get("/api/v1/master/kinds/control-plan/versions", params={"about": PART})
            past = (await client.get("/api/v1/plants/plant-a/history/results")).json()
            changes = (await client.get("/api/v1/master/changes")).json()
        return {**totals, "versions": versions.status_code, "past": past["total"], "changes": len(changes)}

    own = await seen("acme")
    assert {name: own[name] for name in ("tool", "control-plan", "gauge", "past", "versions", "changes")} == {
        "tool": 1, "control-plan": 1, "gauge": 1, "past": 1, "versions": 200, "changes": 1,
    }  # fmt: skip
    other = await seen("other")
    assert other == {
        "plant": 1, "tool": 0, "control-plan": 0, "gauge": 0, "cost-rate": 0, "part": 0, "defect-code": 0,
        "versions": 404, "past": 0, "changes": 0,
    }  # fmt: skip
