"""Improvements as files: what goes out comes back without a difference, what is changed in it becomes steps."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from small_improvement import FPY_TARGET, PLANT, WEAK, World, days

from hub.improvement.record_sheets import ACTIONS, BEGUN, CAUSES, CHECKS, STANDARDS
from hub.store.ledger.batches import log_size
from hub.tabular.sheet import Sheet
from hub.tabular.writing import Row, csv_bytes, workbook_bytes

BASE = f"/plants/{PLANT}/improvements"
FILE = f"/api/v1{BASE}/records/file"
BY = "2026-04-30"
PERIODS = {
    "before_first": date(2026, 2, 1), "before_last": date(2026, 2, 28), "after_first": date(2026, 3, 2),
    "after_last": date(2026, 3, 15),
}  # fmt: skip


@pytest.fixture
def world(hub: Any) -> Any:
    made = World(hub, date(2026, 3, 1))
    yield made
    made.close()


async def sent(world: World, data: bytes, *, enter: bool = True, **query: str) -> httpx.Response:
    query |= {"entered_by": "q7", "dry_run": str(not enter).lower()}
    return await world.client.post(FILE, params=query, content=data, headers=world.of[""])


async def taken(world: World, data: bytes, *, enter: bool = True, **query: str) -> dict[str, Any]:
    answer = await sent(world, data, enter=enter, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def given(world: World, **query: str) -> bytes:
    answer = await world.client.get(FILE, params=query, headers=world.of[""])
    assert answer.status_code == 200, answer.text
    return answer.content


def size(world: World) -> int:
    with world.hub.store.reading() as connection:
        return log_size(connection)


def begun(**more: Any) -> Row:
    return {"improvement": "V-1", "title": "划痕", "subject": "OP10", "owner": "q1", **more}


def action(**more: Any) -> Row:
    return {"improvement": "V-1", "action": "a1", "text": "换刀", "owner": "q2", "due": date(2026, 3, 5), **more}


def cause(name: str, **more: Any) -> Row:
    return {"improvement": "V-1", "cause": name, "text": name, "evidence": "chart 7\nphoto 3", **more}


def book(*tables: tuple[Sheet, list[Row]]) -> bytes:
    return workbook_bytes(list(tables), "zh")


async def some_work(world: World) -> None:
    """One that was worked on and closed, one that was begun by hand and given up, one in its second round."""
    for day in days(date(2026, 2, 2), 2):
        world.make(day, 100, bad=12)
    target = {"metric": "first-pass-yield", "operation": "OP10", "direction": "up", "value": Decimal("0.97")}
    whole = book(
        (BEGUN, [begun(members="q2; q3", by_when=date(2026, 6, 30), n=200, description="a\nb", **target)]),
        (CAUSES, [cause("c2", why_of="c1"), cause("c1", state="confirmed", area="machine")]),
        (ACTIONS, [action(causes="c1"), action(action="a2", state="dropped", reason="too dear")]),
        (CHECKS, [{"improvement": "V-1", "check": "p1", "test": "two-proportions", **PERIODS}]),
    )
    assert (await taken(world, whole))["new"] == ["V-1"]
    for day in days(date(2026, 3, 3), 2):
        world.make(day, 100, bad=1)
    world.clock.set(date(2026, 3, 16))
    (one,) = (await world.get(BASE))["improvements"]
    await world.post(f"{BASE}/{one['id']}/checks/p1/result")
    standard = {"improvement": "V-1", "standard": "WI 12", "from_day": date(2026, 3, 16), "evidence": "doc 12"}
    ended = book(
        (BEGUN, [begun(end="closed", lesson="look at wear")]),
        (ACTIONS, [action(causes="c1", done_on=date(2026, 3, 2), evidence="order 7")]),
        (STANDARDS, [standard]),
    )
    assert (await taken(world, ended))["changed"] == ["V-1"]
    form = {"title": "Noise", "weak_point": WEAK, "owner": "q1", "target": FPY_TARGET}
    other = (await world.post(BASE, **form, description="line one\r\nline two "))["id"]
    await world.post(f"{BASE}/{other}/causes", text="dirt", evidence=["one", "two"], state="ruled-out")
    await world.post(f"{BASE}/{other}/cancel", reason="bought anew")
    third = (await world.post(BASE, **form))["id"]
    await world.post(f"{BASE}/{third}/actions", text="try", owner="q2", due="2026-03-20")
    await world.post(f"{BASE}/{third}/next-round", reason="again")


async def test_what_goes_out_comes_back_without_a_difference(world: World) -> None:
    await some_work(world)
    before = size(world)
    for language in ("zh", "en"):
        report = await taken(world, await given(world, language=language))
        assert (report["problems"], report["entries"], report["unchanged"]) == ([], 0, 3)
        for sheet in (BEGUN, CAUSES, ACTIONS, CHECKS, STANDARDS):
            data = await given(world, form="csv", table=sheet.name, language=language)
            report = await taken(world, data, table=sheet.name)
            assert (report["problems"], report["entries"], report["log_index"]) == ([], 0, None)
    assert size(world) == before


async def test_a_whole_turn_by_workbooks_is_the_one_by_forms(world: World) -> None:
    await some_work(world)
    (first, *_) = (await world.get(BASE))["improvements"][::-1]
    found = await world.get(f"{BASE}/{first['id']}")
    now = found["now"]
    assert (now["state"], found["line"]["verdict"], now["content"]["number"]) == ("closed", "effective", "V-1")
    assert [one["cause"] for one in now["causes"]] == ["c1", "c2"]
    assert {one["action"]["action"]: one["state"] for one in now["actions"]} == {"a1": "done", "a2": "dropped"}
    assert (now["members"], now["close"]["lesson"]) == (["q2", "q3"], "look at wear")
    assert all(one["disputed"] is None for one in now["history"])
    assert {one["by"] for one in now["history"]} == {"q7", "q1"}


async def test_what_is_changed_in_a_row_is_the_only_step(world: World) -> None:
    await taken(world, book((BEGUN, [begun()]), (ACTIONS, [action(), action(action="a2")])))
    data = await given(world, form="csv", table=ACTIONS.name)
    later = data.replace(b"a2,\xe6\x8d\xa2\xe5\x88\x80,q2,2026-03-05", b"a2,\xe6\x8d\xa2\xe5\x88\x80,q2,2026-03-09")
    assert later != data
    assert (await taken(world, later, table=ACTIONS.name))["changed"] == ["V-1"]
    (line,) = (await world.get(BASE))["improvements"]
    history = (await world.get(f"{BASE}/{line['id']}"))["now"]["history"]
    assert len(history) == 3
    assert history[-1]["content"]["due"] == "2026-03-09"


async def test_what_the_rules_forbid_is_told_of_its_row_and_nothing_is_entered(world: World) -> None:
    await taken(world, book((BEGUN, [begun()])))
    before = size(world)
    late = {**PERIODS, "after_first": date(2026, 2, 28) + timedelta(days=1)}
    check = {"improvement": "V-1", "check": "p1", "test": "two-proportions", **late}
    target = {"metric": "first-pass-yield", "direction": "down", "value": Decimal(1), "by_when": date(2026, 6, 30)}
    for sheet, rows, told in (
        (BEGUN, [begun(title="Another")], [(2, "title")]),
        (BEGUN, [begun(**target)], [(2, "metric")]),
        (BEGUN, [begun(metric="first-pass-yield")], [(2, "direction"), (2, "value"), (2, "by_when")]),
        (BEGUN, [begun(end="closed")], [(2, "end")]),
        (BEGUN, [begun(end="cancelled")], [(2, "reason")]),
        (CAUSES, [cause("c1", why_of="c2"), cause("c2", why_of="c1")], [(2, "cause"), (3, "cause")]),
        (CAUSES, [cause("c1", improvement="V-7")], [(2, "improvement")]),
        (ACTIONS, [action(causes="c7")], [(2, "action")]),
        (ACTIONS, [action(state="done")], [(2, "done_on"), (2, "evidence")]),
        (ACTIONS, [action(done_on=date(2026, 3, 9), evidence="x")], [(2, "done_on")]),
        (CHECKS, [check], [(2, "check")]),
        (STANDARDS, [{"improvement": "V-1", "standard": "s", "from_day": date(2026, 3, 1), "evidence": "e"}],
         [(2, "standard")]),
    ):  # fmt: skip
        data = csv_bytes(sheet, rows)
        looked = await taken(world, data, enter=False, table=sheet.name)
        problems = looked["problems"]
        assert [(one["row"], one["column"]) for one in problems] == told, (rows, problems)
        assert all(one["text"]["zh"] != one["text"]["en"] for one in problems), problems
        assert (await sent(world, data, table=sheet.name)).status_code == 422
    assert size(world) == before


async def test_a_number_names_one_improvement(world: World) -> None:
    form = {"title": "Noise", "weak_point": WEAK, "owner": "q1", "number": "V-1"}
    await world.post(BASE, **form)
    assert "V-1" in (await world.post(BASE, 422, **form))["detail"]


async def test_cases_go_out_and_come_back(world: World) -> None:
    path = f"/api/v1/plants/{PLANT}/knowledge"
    form = {"title": "Wear", "cause": "a\r\nb", "action": "change", "evidence": ["one", "two"], "by": "q1",
            "shared_with": ["*"], "part": "09506000134352"}  # fmt: skip
    for more in ({}, {"number": "K-1", "shared_with": []}):
        answer = await world.client.post(path, json=form | more, headers=world.of[""])
        assert answer.status_code == 201, answer.text
    assert (await world.client.post(path, json=form | {"number": "K-1"}, headers=world.of[""])).status_code == 422
    before = size(world)

    async def load(data: bytes) -> dict[str, Any]:
        query = {"entered_by": "q7", "dry_run": "false"}
        answer = await world.client.post(f"{path}/file", params=query, content=data, headers=world.of[""])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    for shape in ("csv", "xlsx"):
        data = (await world.client.get(f"{path}/file", params={"form": shape}, headers=world.of[""])).content
        assert (await load(data))["unchanged"] == 2
    assert size(world) == before
    text = "case,title,cause,action,evidence,withdrawn,shared_with\nK-1,Wear,worn,change,one,{},*\n"
    assert (await load(text.format("no").encode()))["changed"] == ["K-1"]
    assert (await load(text.format("yes").encode()))["changed"] == ["K-1"]
    assert (await load(text.format("yes").encode()))["entries"] == 0
    found = (await world.client.get("/api/v1/knowledge", headers=world.of[""])).json()["cases"]
    assert [one["content"].get("number", "") for one in found] == [""]
    nobody = text.format("no").replace("*", "nobody").encode()
    query = {"entered_by": "q7"}
    looked = await world.client.post(f"{path}/file", params=query, content=nobody, headers=world.of[""])
    assert [(one["row"], one["column"]) for one in looked.json()["problems"]] == [(2, "shared_with")]
    assert io.BytesIO(data).read(2) == b"PK"
