"""A plant that receives from a supplier: its codes, its plan, its answers."""

from datetime import date
from typing import Any

import httpx
from small_hub import START, SmallAgent, admin_of, client_of, small_agent

from hub.entry.trace_entries import enter_shipments
from hub.entry.trace_forms import EndpointForm, ShipmentForm, ShippedForm
from hub.parts import Hub
from traceability.identifier.item import lot_uri, part_uri, unit_uri

BOLT = "09506000134376"
PART = part_uri(BOLT)
PLANT, SUPPLIER_PLANT = "plant-a", "plant-s"
CUSTOMER, SUPPLIER = "plant-a-company", "plant-s-company"
TODAY = START.date()
PLAN: dict[str, Any] = {
    "part": PART,
    "characteristics": [{"name": "look", "aql": "1.0"}],
    "valid_from": "2026-01-01",
    "entered_by": "q1",
}


def lot(name: str) -> str:
    return lot_uri(BOLT, name)


def unit(serial: str) -> str:
    return unit_uri(BOLT, serial)


def two_companies(hub: Hub) -> tuple[SmallAgent, SmallAgent]:
    """The agents of the customer's plant and of the supplier's."""
    return small_agent(hub, "a.line-1", PLANT), small_agent(hub, "s.line-1", SUPPLIER_PLANT)


def shipped(hub: Hub, identity: str, **items: str | None) -> None:
    """The supplier recorded a shipment of lots, by name and quantity."""
    named = {lot(name): quantity for name, quantity in items.items()}
    enter_shipments(
        hub,
        [
            ShipmentForm(
                id=identity,
                source=EndpointForm(party=SUPPLIER, site=SUPPLIER_PLANT),
                destination=EndpointForm(party=CUSTOMER, site=PLANT),
                items=[ShippedForm(item=item, quantity=quantity) for item, quantity in named.items()],
            )
        ],
    )


class Desk:
    """Speaks for the people of the plant's goods receipt."""

    def __init__(self, hub: Hub) -> None:
        self.client: httpx.AsyncClient = client_of(hub)
        self.headers = admin_of(hub)
        self.path = f"/api/v1/plants/{PLANT}/incoming"

    async def post(self, path: str, status: int = 201, **form: Any) -> Any:
        answer = await self.client.post(f"{self.path}/{path}", json=form, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"{self.path}/{path}", params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def plan(self, **changes: Any) -> None:
        await self.post("plans", **(PLAN | changes))

    async def receive(self, *codes: Any, status: int = 201, **changes: Any) -> Any:
        items = [code if isinstance(code, dict) else {"code": code} for code in codes]
        form = {"supplier": SUPPLIER, "received_on": TODAY.isoformat(), "items": items, "entered_by": "g1"}
        answer = await self.post("receipts", status, **(form | changes))
        return answer["id"] if status == 201 else answer

    async def lots(self, receipt: str) -> dict[str, dict[str, Any]]:
        return {one["item"]: one for one in (await self.get(f"receipts/{receipt}"))["lots"]}

    async def inspect(
        self, receipt: str, item: str, *results: Any, status: int = 201, on: date = TODAY, **more: Any
    ) -> Any:
        given = list(results) or [{"name": "look", "found": 0}]
        return await self.post(
            f"receipts/{receipt}/inspections", status, item=item, results=given, inspected_on=on.isoformat(),
            entered_by="q1", **more,
        )  # fmt: skip

    async def decide(self, receipt: str, item: str, decision: str, status: int = 201) -> Any:
        return await self.post(
            f"receipts/{receipt}/decisions", status, item=item, decision=decision, reason="looked at",
            decided_on=TODAY.isoformat(), entered_by="q1",
        )  # fmt: skip

    async def one_lot(self, name: str, found: int, size: int = 1000) -> str:
        """A lot comes and is inspected with so many found; what became of it."""
        receipt = await self.receive({"code": lot(name), "quantity": size})
        await self.inspect(receipt, lot(name), {"name": "look", "found": found})
        state = (await self.lots(receipt))[lot(name)]["state"]
        assert isinstance(state, str)
        return state
