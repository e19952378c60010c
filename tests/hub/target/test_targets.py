"""Targets stated, decomposed, watched: a missed one is told once, to whom it concerns, by a record."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of, projection_of

from hub.accounts.asker import OPERATOR, Asker
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.mail.subscriptions import due_messages
from hub.subscription.subscribe import Channel, SubscriptionForm, subscribe
from hub.target.watch import Watch
from traceability.record.correction import CorrectionRecord, Target
from traceability.unit import Verdict

BASE = "/api/v1/plants/supplier/targets"
RTY = {"id": "rty", "metric": "rolled-throughput-yield", "direction": "higher", "value": "0.9", "first": "2026-01-01",
       "owner": "q7", "entered_by": "q7"}  # fmt: skip
BORE = RTY | {"id": "bore", "metric": "first-pass-yield", "operation": "OP10", "value": "0.95", "parent": "rty"}


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


@pytest.fixture
async def client(hub: Hub, line: Line) -> Any:
    line.send()
    async with client_of(hub) as made:
        made.headers.update(admin_of(hub))
        yield made


async def state(client: httpx.AsyncClient, *forms: dict[str, Any]) -> None:
    for form in forms:
        answer = await client.post(BASE, json=form)
        assert answer.status_code == 201, answer.text


def make(line: Line, names: range, bad: int) -> list[str]:
    made = []
    for place, number in enumerate(names):
        verdict = Verdict.NOT_OK if place < bad else Verdict.OK
        at = START - timedelta(days=5, minutes=number)
        made.append(line.result(f"H{number}", verdict=verdict, event_time=at))
        if verdict is Verdict.OK:
            line.result(f"H{number}", "OP20", event_time=at + timedelta(minutes=1))
    line.send()
    return made[:bad]


async def shown(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await client.get(BASE)
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["targets"]}


async def test_the_tree_is_measured_and_checked(line: Line, client: httpx.AsyncClient) -> None:
    await state(client, RTY, BORE)
    empty = await shown(client)
    assert [one["status"] for one in empty.values()] == ["cannot-tell", "cannot-tell"]
    make(line, range(100), 7)
    found = await shown(client)
    assert [(name, one["depth"]) for name, one in found.items()] == [("rty", 0), ("bore", 1)]
    assert (found["bore"]["status"], found["bore"]["figure"]["k"], found["bore"]["sure"]) == ("missed", 93, False)
    assert found["rty"]["status"] == "at-risk"
    assert (found["rty"]["figure"]["interval"]["low"] < 0.9, found["rty"]["figure"]["value"]) == (True, 0.93)
    assert (found["rty"]["check"]["verdict"], found["rty"]["check"]["missing"]) == ("depends", ["OP20"])
    await state(client, BORE | {"id": "test", "operation": "OP20", "value": "0.9"})
    again = (await shown(client))["rty"]["check"]
    assert (again["verdict"], again["reached"]) == ("falls-short", pytest.approx(0.855))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"parent": "none"}, "no target"),
        ({"id": "rty", "parent": "bore", "operation": ""}, "part of itself"),
        ({"id": "other", "parent": "bore", "operation": "OP20"}, "not within"),
        ({"id": "rty", "operation": "OP20", "parent": ""}, "outside: bore"),
        ({"last": "2025-01-01"}, "ends before"),
        ({"metric": "indicator"}, "name an indicator"),
        ({"metric": "quality-cost"}, "name a currency"),
        ({"metric": "defect-share"}, "name the defect"),
        ({"metric": "characteristic-mean"}, "name the characteristic"),
        ({"value": "Infinity"}, "finite"),
        ({"valeu": "1"}, "valeu"),
    ],
)
async def test_what_cannot_be_is_refused(client: httpx.AsyncClient, change: dict[str, Any], says: str) -> None:
    await state(client, RTY, BORE)
    answer = await client.post(BASE, json=BORE | change)
    assert answer.status_code in {409, 422}
    assert says in answer.text


def told(hub: Hub) -> list[Any]:
    with hub.store.reading() as connection:
        return due_messages(connection, 2**62, 100)


@pytest.mark.every_store
async def test_a_missed_target_is_told_once_until_it_was_met_again(
    hub: Hub, line: Line, client: httpx.AsyncClient
) -> None:
    own, other = Asker(organisation="supplier-company"), Asker(organisation="oem-company")
    form = SubscriptionForm(channel=Channel.MAIL, address="q7@example.com")
    mine = subscribe(hub, own, form)
    everybody = subscribe(hub, OPERATOR, form)
    subscribe(hub, other, form)
    subscribe(hub, own, SubscriptionForm(channel=Channel.MAIL, address="q7@example.com", plants=["elsewhere"]))
    await state(client, BORE | {"parent": ""})
    watch = Watch(hub)
    assert watch.round() == 1  # nothing can be told: a record says so, no message
    assert told(hub) == []
    bad = make(line, range(100), 20)
    assert (watch.round(), watch.round()) == (1, 0)
    assert {one.subscription for one in told(hub)} == {mine.id, everybody.id}
    assert "0.8" in told(hub)[0].body
    assert "q7" in told(hub)[0].body
    wrong = (
        line.put(CorrectionRecord, id=f"c{name}", target=Target(author=line.agent.author, record=name), reason="r")
        for name in bad
    )
    assert len(list(wrong)) == 20
    line.send()
    assert (watch.round(), len(told(hub))) == (1, 2)  # met now
    make(line, range(200, 300), 60)
    assert (watch.round(), len(told(hub))) == (1, 4)
    assert Watch(hub).round() == 0  # another process sees the same
    history = (await client.get(f"{BASE}/bore")).json()
    assert [one["status"] for one in history["statuses"]] == ["missed", "met", "missed", "cannot-tell"]
    assert (await shown(client))["bore"]["since"] == history["statuses"][0]["at"]
    before = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == before


async def test_a_target_stated_anew_or_withdrawn_is_another_one(
    hub: Hub, line: Line, client: httpx.AsyncClient
) -> None:
    await state(client, RTY, BORE)
    make(line, range(50), 10)
    watch = Watch(hub)
    assert watch.round() == 2
    await state(client, BORE | {"value": "0.5"})
    assert watch.round() == 1
    reason = {"reason": "merged", "entered_by": "q7"}
    assert "has parts: bore" in (await client.post(f"{BASE}/rty/withdrawal", json=reason)).text
    for name in ("bore", "rty"):
        assert (await client.post(f"{BASE}/{name}/withdrawal", json=reason)).status_code == 201
    assert await shown(client) == {}
    statements = (await client.get(f"{BASE}/bore")).json()["statements"]
    assert [(one["value"], one["withdrawn"], one["reason"]) for one in statements] == [
        ("0.5", True, "merged"), ("0.5", False, ""), ("0.95", False, ""),
    ]  # fmt: skip
    assert (await client.get(f"{BASE}/nothing")).status_code == 404


HEAD = "id,parent,metric,operation,direction,value,first,owner\n"


async def test_a_tree_comes_as_a_file_whole_or_not_at_all(client: httpx.AsyncClient) -> None:
    async def load(data: str | bytes, **more: Any) -> httpx.Response:
        content = data.encode("gb18030") if isinstance(data, str) else data
        return await client.post(f"{BASE}/file", params={"entered_by": "q7"} | more, content=content)

    bad = (
        HEAD
        + "bore,rty,first-pass-yield,OP10,higher,0.97,2026-01-01,q7\n"
        + "rty,,rolled-throughput-yield,,higher,0.95,2026-01-01,质量部\n"
        + "x,none,first-pass-yield,OP20,higher,0.97,2026-01-01,q7\n"
        + "y,,quality-cost,,lower,5,2026-01-01,q7\n"
        + "z,,speed,,higher,5,2026-01-01,q7\n"
        + "bore,,first-pass-yield,OP20,higher,much,2026-01-01,q7\n"
    )
    found = (await load(bad)).json()
    assert sorted((one["row"], one["column"]) for one in found["problems"]) == [
        (4, "parent"), (5, "currency"), (6, "metric"), (7, "value"),
    ]  # fmt: skip
    assert (await load(bad, dry_run=False)).status_code == 422
    assert await shown(client) == {}
    good = "".join(line + "\n" for line in bad.splitlines()[:3])
    assert (await load(good, dry_run=False)).json()["new"] == ["bore", "rty"]
    assert list(await shown(client)) == ["rty", "bore"]
    for form in ("csv", "xlsx"):
        out = await client.get(f"{BASE}/file", params={"form": form, "language": "zh"})
        back = (await load(out.content)).json()
        assert (back["problems"], back["unchanged"], back["new"], back["changed"]) == ([], 2, [], [])
    again = (await load(good.replace("0.97", "0.98"), dry_run=False)).json()
    assert (again["changed"], again["unchanged"]) == (["bore"], 1)
