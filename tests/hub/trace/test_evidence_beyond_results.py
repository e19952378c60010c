"""The evidence of a unit holds what was said of its names, where it went, what was taken back, and captured events."""

from typing import Any

import httpx
import pytest
from small_chain import Chain, housing, machine, small_chain
from small_events import document, some_event
from small_hub import admin_of

from hub.api.app import create_app
from hub.epcis.desk import work_off
from hub.ledger.log import verifier_key
from traceability.evidence import decode_evidence
from traceability.record.base import kind_of
from traceability.record.codec import decode_record
from traceability.verify.check import check_evidence

BOX, PALLET = "https://id.gs1.org/00/340123450000000000", "https://id.gs1.org/00/340123450000000017"
PLATE = "hdl:88.118.8/M-1"


@pytest.fixture
def chain(hub: Any) -> Chain:
    made = small_chain(hub)
    for number in (1, 2):
        made.make_housing(f"H{number}")
        made.build_machine(f"M{number}", f"H{number}")
    made.send()
    return made


async def entered(client: httpx.AsyncClient, header: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/api/v1/{path}", json=body, headers=header)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def told(client: httpx.AsyncClient, header: dict[str, str], chain: Chain) -> None:
    """Names, shipments and corrections about M1 and its housing, and the same about M2."""
    await entered(client, header, "aliases", {"one": machine("M1"), "other": PLATE})
    ends = {"source": {"party": "oem"}, "destination": {"party": "customer"}}
    boxed = {"id": "D1", "items": [{"item": BOX}, {"item": machine("M1"), "inside": BOX}]}
    await entered(client, header, "shipments", boxed | ends)
    wrong = await entered(client, header, "shipments", {"id": "D2", "items": [{"item": machine("M1")}]} | ends)
    assert wrong["log_index"]
    target = {"target": {"author": "hub", "record": "D2"}, "reason": "never left", "entered_by": "p1"}
    await entered(client, header, "corrections", target)
    await entered(client, header, "shipments", {"id": "D3", "items": [{"item": machine("M2")}]} | ends)
    await entered(client, header, "shipments", {"id": "D4", "items": [{"item": PALLET}]} | ends)
    packed = some_event("AggregationEvent", action="ADD", parentID=PALLET, childEPCs=[BOX])
    joined = some_event("AssociationEvent", action="ADD", parentID=machine("M1"), childEPCs=[housing("H9")])
    run = {"transformationID": "urn:epc:id:gdti:4012345.22222.RUN7", "inputQuantityList": None}
    parts = [
        some_event("TransformationEvent", **run, inputEPCList=[housing("H8")], outputEPCList=None),
        some_event("TransformationEvent", **run, outputEPCList=[machine("M1")]),
    ]
    answer = await client.post("/epcis/capture", json=document(packed, joined, *parts), headers=header)
    assert answer.status_code == 202, answer.text
    client._transport.app.state.epcis.wait(60)  # type: ignore[attr-defined]
    work_off(chain.hub)


async def test_a_proof_holds_what_was_said_beside_results_and_names_what_it_withholds(chain: Chain) -> None:
    app = create_app(chain.hub)
    header = admin_of(chain.hub)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        await told(client, header, chain)
        path = f"/api/v1/items/{machine('M1').replace('/', '%2F')}/evidence"
        whole = await client.get(path)
        part = await client.get(path, params=[("withhold", kind) for kind in ("shipment", "alias", "correction")])
        page = await client.get(f"/api/v1/items/{machine('M1').replace('/', '%2F')}")
        app.state.audit.settle()
    assert whole.status_code == part.status_code == 200, whole.text
    records = [decode_record(proved.line.encode()) for proved in decode_evidence(whole.content).records]
    ids = {record.id for record in records}
    kinds = [kind_of(record) for record in records]
    assert {"D1", "D2", "D4"} <= ids, "by itself, in its box, and what the box travelled in"
    assert "D3" not in ids
    assert kinds.count("alias") == kinds.count("correction") == 1
    assert kinds.count("epcis-event") == 4
    report = check_evidence(whole.content, verifier_key(chain.hub))
    assert report.ok, report.facts
    assert page.json()["evidence"]["ok"]
    hidden = decode_evidence(part.content)
    assert sorted(one.kind for one in hidden.withheld) == ["alias", "correction", "shipment", "shipment"]
    assert {kind_of(decode_record(proved.line.encode())) for proved in hidden.records}.isdisjoint(
        {"alias", "correction", "shipment"}
    )
    assert check_evidence(part.content, verifier_key(chain.hub)).ok
