"""A recall becomes a notification in one step, and tells a receiver only what concerns it."""

import pytest
from small_chain import Chain, housing, machine, small_chain, steel
from small_hub import admin_of, client_of

from hub.entry.master import add_organisation
from hub.notify import from_recall
from hub.parts import Hub

FORM = {"type": "ALERT", "severity": "MAJOR", "sender": "oem-company", "title": "Steel", "by": "op-7"}


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """L1 is in H1, H2, H3; M1 holds H1 and goes to customer-1, M2 holds H2 and goes to customer-2; H3 is a spare."""
    made = small_chain(hub)
    for number in (1, 2, 3):
        made.make_housing(f"H{number}", lot="L1")
    for number in (1, 2):
        made.build_machine(f"M{number}", f"H{number}")
        add_organisation(hub, f"customer-{number}", f"Customer {number}")
    made.send()
    return made


@pytest.fixture
async def api(chain: Chain):
    async with client_of(chain.hub) as client:
        client.headers.update(admin_of(chain.hub))
        for number in (1, 2):
            ends = {"source": {"party": "oem-company"}, "destination": {"party": f"customer-{number}"}}
            goods = {"id": f"d{number}", "items": [{"item": machine(f"M{number}")}], **ends}
            assert (await client.post("/api/v1/shipments", json=goods)).status_code == 201
        yield client


async def recall(api, **question: object) -> str:
    answer = await api.post("/api/v1/recall", json=question or {"items": [steel("L1")]})
    return answer.json()["id"]


async def items_told(api, receiver: str, **changes: object) -> list[str]:
    answer = await api.post("/api/v1/notifications", json=FORM | {"receiver": receiver} | changes)
    assert answer.status_code == 201, answer.text
    told = await api.get(f"/api/v1/notifications/{answer.json()['id']}")
    return told.json()["content"]["items"]


async def refused(api, receiver: str, **changes: object) -> str:
    answer = await api.post("/api/v1/notifications", json=FORM | {"receiver": receiver} | changes)
    assert answer.status_code in (404, 422), answer.text
    assert (await api.get("/api/v1/notifications")).json()["total"] == 0
    return answer.text


async def test_a_customer_is_told_of_what_it_got_and_a_supplier_of_what_it_made(api) -> None:
    found = await recall(api)
    assert await items_told(api, "customer-1", from_recall=found) == [machine("M1")]
    assert await items_told(api, "supplier-company", from_recall=found) == [housing(f"H{n}") for n in (1, 2, 3)]


async def test_all_or_only_the_lots_where_the_sender_says_so(api) -> None:
    found = await recall(api)
    every = {steel("L1"), machine("M1"), machine("M2"), *(housing(f"H{n}") for n in (1, 2, 3))}
    assert set(await items_told(api, "customer-1", from_recall=found, recall_items="all")) == every
    assert await items_told(api, "customer-1", from_recall=found, recall_items="lots") == [steel("L1")]


async def test_too_many_for_one_notification_is_refused_with_what_to_do(api, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await recall(api)
    monkeypatch.setattr(from_recall, "MAX_ITEMS", 2)
    for which, receiver in (("all", "customer-1"), ("receivers", "supplier-company")):
        text = await refused(api, receiver, from_recall=found, recall_items=which)
        assert "at most 2 fit one notification" in text
        assert "lots" in text
    monkeypatch.setattr(from_recall, "MOST_LOOKED_AT", 5)
    assert "too many to look up" in await refused(api, "customer-1", from_recall=found)


async def test_what_is_no_whole_answer_is_refused(api) -> None:
    found = await recall(api)
    assert "not both" in await refused(api, "customer-1", from_recall=found, items=[steel("L1")])
    assert "no recall" in await refused(api, "customer-1", from_recall="none")
    cut = await recall(api, items=[steel("L1")], depth=1)
    assert "was cut" in await refused(api, "customer-1", from_recall=cut, recall_items="all")
    spare = await recall(api, items=[housing("H3")])
    assert "was last sent to 'customer-2'" in await refused(api, "customer-2", from_recall=spare)
    assert "no lots" in await refused(api, "customer-2", from_recall=spare, recall_items="lots")
