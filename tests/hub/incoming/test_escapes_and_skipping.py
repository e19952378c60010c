"""Defects found later are traced to the receipt; lots are skipped when the supplier's signed data allow it."""

from datetime import timedelta

import msgspec
import pytest
from small_hub import GTIN
from small_incoming import BOLT, CUSTOMER, PART, PLANT, SUPPLIER, TODAY, Desk, lot, two_companies, unit

from hub.ingest.ingest import ingest
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.production import AssociationRecord, Component
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

BUILT = unit_uri(GTIN, "P1")
KINDS = [DataKind.EXISTENCE, DataKind.VERDICTS]


@pytest.fixture
def agents(hub):
    return two_companies(hub)


@pytest.fixture
def desk(hub, agents):
    return Desk(hub)


def built(hub, agent, *components: str, parent: str = BUILT) -> None:
    """The plant built a unit of these."""
    joined = AssociationRecord(
        id="j", parent=parent, operation="OP10", components=tuple(Component(item=one) for one in components),
        **agent.stamp(1),
    )  # fmt: skip
    ingest(hub, agent.seal(agent.result("P1", unit=parent), joined), compressed=False)


async def escaped(desk: Desk, item: str, **changes: object) -> list[dict]:
    form = {"item": item, "found_in": "production", "found_on": TODAY.isoformat(), "entered_by": "q1"}
    await desk.post("escapes", **(form | changes))
    return (await desk.get("escapes"))["escapes"]


async def test_the_received_thing_itself_failed(desk):
    receipt = await desk.receive({"code": lot("L1"), "quantity": 50}, unit("S1"))
    (of_lot,) = await escaped(desk, lot("L1"), quantity=3, defect="crack")
    assert (of_lot["blame"], of_lot["quantity"], of_lot["receipts"][0]["receipt"]) == ("certain", 3, receipt)
    *_, of_unit = await escaped(desk, unit("S1"))
    assert of_unit["blame"] == "certain"
    (supply,) = (await desk.get("supplies"))["supplies"]
    assert (supply["supplier"], supply["escaped"], supply["possibly"]) == (SUPPLIER, 4, 0)


async def test_what_was_built_in_is_followed_down(hub, desk, agents):
    receipt = await desk.receive({"code": lot("L1"), "quantity": 50})
    built(hub, agents[0], lot("L1"))
    (found,) = await escaped(desk, BUILT, component=PART)
    assert (found["blame"], [one["receipt"] for one in found["receipts"]]) == ("certain", [receipt])


async def test_a_lot_that_came_twice_is_blamed_on_neither_delivery(hub, desk, agents):
    for _ in range(2):
        await desk.receive({"code": lot("L1"), "quantity": 50})
    built(hub, agents[0], lot("L1"))
    (found,) = await escaped(desk, BUILT)
    assert (found["blame"], len(found["receipts"])) == ("possible", 2)
    (supply,) = (await desk.get("supplies"))["supplies"]
    assert (supply["escaped"], supply["possibly"]) == (0, 1)


async def test_nothing_received_fits(desk):
    (found,) = await escaped(desk, BUILT)
    assert (found["blame"], found["receipts"]) == ("untraced", [])


async def test_a_claim_from_the_field_counts_by_itself(hub, desk, agents):
    receipt = await desk.receive(unit("S1"), unit("S2"))
    built(hub, agents[0], unit("S1"))
    claim = {"id": "C1", "unit": BUILT, "failed_on": TODAY.isoformat(), "mode": "leak", "component": PART}
    form = {"failures": [claim], "entered_by": "q1"}
    answer = await desk.client.post(f"/api/v1/plants/{PLANT}/field-failures", json=form, headers=desk.headers)
    assert answer.status_code == 201, answer.text
    (found,) = (await desk.get("escapes"))["escapes"]
    assert (found["source"], found["found_in"], found["blame"]) == ("C1", "field", "certain")
    assert found["receipts"][0]["receipt"] == receipt


def told_by_the_supplier(hub, agent, serials, verdict=Verdict.OK):
    records = [
        agent.result(serial, ahead, unit=unit(serial), part=PART, verdict=verdict)
        for ahead, serial in enumerate(serials)
    ]
    ingest(hub, agent.seal(*records), compressed=False)


async def twenty_lots(desk: Desk, hub, agent, size: int = 8) -> None:
    for number in range(20):
        serials = [f"{number}-{each}" for each in range(size)]
        told_by_the_supplier(hub, agent, serials)
        receipt = await desk.receive(*[unit(serial) for serial in serials])
        await desk.inspect(receipt, PART)


@pytest.mark.parametrize("shared", [True, False])
async def test_lots_are_skipped_by_chance_once_the_suppliers_shared_results_bear_it_out(hub, desk, agents, shared):
    await desk.plan(characteristics=[{"name": "look", "aql": "2.5"}], skip=True)
    if shared:
        policy = PolicyForm(owner=SUPPLIER, partner=CUSTOMER, part=PART, kinds=KINDS, by="s1")
        state_policy(hub, policy)
    await twenty_lots(desk, hub, agents[1])
    (supply,) = (await desk.get("supplies"))["supplies"]
    assert supply["every"] == (2 if shared else 1)
    assert supply["hindrances"] == ([] if shared else ["data-not-shared"])
    states = []
    for number in range(8):
        serials = [f"new{number}-{each}" for each in range(8)]
        told_by_the_supplier(hub, agents[1], serials)
        receipt = await desk.receive(*[unit(serial) for serial in serials])
        one = (await desk.lots(receipt))[PART]
        states.append(one["state"])
        if one["state"] == "quarantine":
            await desk.inspect(receipt, PART)
        else:
            assert one["inspections"][0]["verdict"] == "skipped"
    assert set(states) == ({"released", "quarantine"} if shared else {"quarantine"})
    if shared:
        await escaped(desk, unit("new0-1"))
        (supply,) = (await desk.get("supplies"))["supplies"]
        assert (supply["every"], "escaped" in supply["hindrances"]) == (1, True)


async def test_a_long_pause_ends_skipping(hub, desk, agents):
    policy = PolicyForm(owner=SUPPLIER, partner=CUSTOMER, part=PART, kinds=KINDS, by="s1")
    state_policy(hub, policy)
    await desk.plan(characteristics=[{"name": "look", "aql": "2.5"}], skip=True)
    await twenty_lots(desk, hub, agents[1])
    later = msgspec.structs.replace(hub, clock=lambda: hub.clock() + timedelta(days=100))
    (supply,) = (await Desk(later).get("supplies"))["supplies"]
    assert (supply["every"], supply["hindrances"]) == (1, ["interrupted"])
    assert part_uri(BOLT) == PART
