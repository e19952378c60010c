"""The affected items with everything that is known of them as one valid EPCIS document."""

from typing import Any

import pytest
from small_chain import Chain, housing, machine, small_chain, steel
from small_epcis import small_epcis
from small_events import document, read, some_event
from small_hub import START, admin_of, client_of

from hub.parts import Hub
from hub.recall import epcis_list
from traceability.epcis.from_records import full_name
from traceability.event.event import AssociationEvent, Event, ObjectEvent, TransformationEvent
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.production import Recipe

SSCC = "https://id.gs1.org/00/095060001343520000"


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """H1 of L1 by recipe R with T1 in M1, H2 of L1 in no machine; H9 is nobody's business."""
    made = small_chain(hub)
    made.make_housing("H1", lot="L1")
    made.make_housing("H2", lot="L1")
    made.make_housing("H9", lot="L9")
    made.supplier.result("H1", "OP30", recipe=Recipe(id="R", version="2"), tools=("T1", "nest:3"), operator="op-4")
    made.build_machine("M1", "H1")
    made.send()
    return made


async def events_of(hub: Hub, **question: object) -> list[Event]:
    async with client_of(hub) as client:
        told = (await client.post("/api/v1/recall", json=question)).json()
        answer = await client.get(f"{told['items_url']}?format=epcis")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/ld+json"
    events, problems = read(answer.content)
    assert problems == []
    names = [event.event_id for event in events if event is not None]
    assert len(names) == len(set(names)) == len(events)
    return [event for event in events if event is not None]


def field(event: Event, name: str) -> Any:
    return (event.extensions or {}).get(full_name(name))


@pytest.mark.parametrize("at_once", [1, 500])
async def test_every_event_of_the_affected_items_once(
    chain: Chain, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epcis_list, "AT_ONCE", at_once)
    goods = [{"item": machine("M1"), "inside": SSCC}, {"item": housing("H2"), "inside": SSCC}, {"item": SSCC}]
    ends = {"source": {"party": "oem-company"}, "destination": {"party": "customer-7"}}
    async with client_of(chain.hub) as client:
        form = {"id": "d1", "items": goods, **ends}
        assert (await client.post("/api/v1/shipments", json=form, headers=admin_of(chain.hub))).status_code == 201
    found = await events_of(chain.hub, items=[steel("L1")])
    results = [event for event in found if field(event, "verdict")]
    assert {epc for event in results for epc in event.epcs or ()} == {housing("H1"), housing("H2"), machine("M1")}
    assert {event.parent for event in found if isinstance(event, AssociationEvent)} >= {machine("M1")}
    made = {epc for event in found if isinstance(event, TransformationEvent) for epc in event.output_epcs or ()}
    assert {housing("H1"), housing("H2")} <= made
    shipped = [event for event in found if isinstance(event, ObjectEvent) and "shipping" in (event.biz_step or "")]
    assert len(shipped) == 1  # it names several of them and is told once


async def test_recipe_and_tools_are_told_with_the_result(chain: Chain) -> None:
    (with_them,) = [event for event in await events_of(chain.hub, items=[housing("H1")]) if field(event, "tools")]
    assert field(with_them, "tools") == ["T1", "nest:3"]
    assert (field(with_them, "recipe"), field(with_them, "recipeVersion")) == ("R", "2")
    assert field(with_them, "operator") == "op-4"


async def test_records_declared_wrong_and_later_ones_stay_out(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        told = (await client.post("/api/v1/recall", json={"items": [housing("H2")]})).json()
        before = (await client.get(f"{told['items_url']}?format=epcis")).json()["epcisBody"]["eventList"]
        result = next(event["zhuoyue:result"] for event in before if "zhuoyue:verdict" in event)
        target = Target(author="supplier.line-1", record=result)
        chain.supplier.put(CorrectionRecord, id="c1", target=target, reason="wrong serial")
        chain.supplier.result("H2", "OP40")
        chain.supplier.send()
        after = (await client.get(f"{told['items_url']}?format=epcis")).json()["epcisBody"]["eventList"]
    assert after == before
    anew = await events_of(chain.hub, items=[housing("H2")])
    assert result not in {field(event, "result") for event in anew}
    assert "OP40" in {field(event, "operation") for event in anew}


def test_captured_events_of_partners_are_in_it_too(chain: Chain) -> None:
    name = "https://partner.example/events/1"
    partner = some_event("TransformationEvent", eventID=name, outputEPCList=["urn:epc:id:sgtin:9506000.013435.H1"],
                         inputQuantityList=[{"epcClass": steel("L1"), "quantity": 1}])  # fmt: skip
    with small_epcis(chain.hub) as epcis:
        assert epcis.capture(document(partner))["success"]
        told = epcis.client.post("/api/v1/recall", json={"items": [housing("H1")]}).json()
        text = epcis.client.get(f"{told['items_url']}?format=epcis").content
    assert [event.event_id for event in read(text)[0] if event is not None].count(name) == 1
    assert START.isoformat(timespec="milliseconds") in text.decode()
