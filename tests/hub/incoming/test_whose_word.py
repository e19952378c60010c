"""A supplier speaks for itself: what others say of its goods neither announces nor vouches for them."""

import pytest
from small_hub import small_agent
from small_incoming import CUSTOMER, PART, PLANT, SUPPLIER, SUPPLIER_PLANT, Desk, lot, two_companies, unit

from hub.ingest.ingest import ingest
from traceability.record.logistics import Endpoint, ShipmentRecord, ShipmentStep, ShippedItem


def _shipment(agent, identity, name):
    source, destination = Endpoint(party=SUPPLIER, site=SUPPLIER_PLANT), Endpoint(party=CUSTOMER, site=PLANT)
    items = (ShippedItem(item=lot(name), quantity="5"),)
    ends = {"source": source, "destination": destination}
    return ShipmentRecord(id=identity, step=ShipmentStep.SHIP, items=items, **ends, **agent.stamp())


async def test_nobody_announces_goods_in_a_suppliers_name(hub):
    own, supplier = two_companies(hub)
    stranger = small_agent(hub, "x.line-1", "plant-x")
    for agent, identity, name in ((stranger, "D1", "F1"), (own, "D2", "F2"), (supplier, "D3", "L1")):
        ingest(hub, agent.seal(_shipment(agent, identity, name)), compressed=False)
    desk = Desk(hub)
    found = (await desk.get("expected"))["shipments"]
    assert [(one["id"], one["supplier"]) for one in found] == [("D3", SUPPLIER)]
    refused = await desk.receive(lot("F1"), shipment="D1", status=422)
    assert "recorded no shipment" in refused["detail"]


@pytest.mark.parametrize("whose", ["supplier's, withheld", "the plant's own"])
async def test_lots_are_not_skipped_for_results_that_are_not_the_suppliers(hub, whose):
    own, supplier = two_companies(hub)
    agent = own if whose == "the plant's own" else supplier
    desk = Desk(hub)
    await desk.plan(characteristics=[{"name": "look", "aql": "2.5"}], skip=True)
    for number in range(20):
        serials = [f"{number}-{each}" for each in range(8)]
        told = [agent.result(serial, ahead, unit=unit(serial), part=PART) for ahead, serial in enumerate(serials)]
        ingest(hub, agent.seal(*told), compressed=False)
        receipt = await desk.receive(*[unit(serial) for serial in serials])
        await desk.inspect(receipt, PART)
    (supply,) = (await desk.get("supplies"))["supplies"]
    assert (supply["every"], supply["hindrances"]) == (1, ["data-not-shared"])
