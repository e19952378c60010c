"""From the weak point to the standard, on a real hub: the check takes its figures from the records of its days."""

from datetime import date

import pytest
from small_hub import projection_of
from small_improvement import COMPANY, FPY_TARGET, PLANT, STRANGER, WEAK, World, days

from hub.accounts.asker import ADMIN
from hub.improvement.overdue import remind
from hub.projection.rebuild import rebuild
from hub.store.mail.subscriptions import messages_of
from hub.subscription.subscribe import Channel, SubscriptionForm, subscribe

BASE = f"/plants/{PLANT}/improvements"
PLAN = {
    "test": "two-proportions", "before_first": "2026-02-01", "before_last": "2026-02-28", "after_first": "2026-03-02",
    "after_last": "2026-03-15",
}  # fmt: skip


@pytest.fixture
def world(hub):
    made = World(hub, date(2026, 1, 31))
    for organisation in (COMPANY, STRANGER):
        made.seat(organisation)
    for day in days(date(2026, 2, 2), 2):
        made.make(day, 100, bad=12)
    made.clock.set(date(2026, 3, 1))
    yield made
    made.close()


async def begun(world, **more):
    form = {"title": "Fewer rejects", "weak_point": WEAK, "owner": "q1", "target": FPY_TARGET} | more
    return f"{BASE}/{(await world.post(BASE, **form))['id']}"


async def worked_on(world, one):
    await world.post(f"{one}/causes", cause="c1", text="Worn tool", evidence=["wear chart"], state="confirmed")
    await world.post(f"{one}/actions", action="a1", text="Change it", owner="q2", due="2026-03-05", causes=["c1"])
    await world.post(f"{one}/actions/a1/done", done_on="2026-03-01", evidence=["order 7"])


async def planned(world, one, **changes):
    await world.post(f"{one}/checks", **(PLAN | changes))
    return (await world.get(one))["now"]["checks"][-1]["plan"]["check"]


async def test_a_whole_turn_from_weak_point_to_standard(world):
    one = await begun(world)
    await worked_on(world, one)
    assert (await world.get(one))["line"]["stage"] == "check"
    check = await planned(world, one)
    refused = await world.post(f"{one}/checks/{check}/result", 422)
    assert "looking earlier" in refused["detail"]
    for day in days(date(2026, 3, 3), 2):
        world.make(day, 100, bad=1)
    world.clock.set(date(2026, 3, 15))
    await world.post(f"{one}/checks/{check}/result", 422)  # the last day is not over
    world.clock.set(date(2026, 3, 16))
    await world.post(f"{one}/checks/{check}/result")
    now = (await world.get(one))["now"]
    result = now["checks"][0]["result"]
    assert (result["verdict"], result["tested"], result["look"]) == ("effective", True, 1)
    assert (result["before"]["k"], result["before"]["n"]) == (176, 200)
    assert (result["after"]["k"], result["after"]["n"], result["target_met"]) == (198, 200, True)
    assert 0 < float(result["effect_low"]) < 0.11 < float(result["effect_high"])
    world.make(date(2026, 3, 14), 100, bad=90)  # what arrives later changes nothing that was found
    again = await world.post(f"{one}/checks/{check}/result", 422)
    assert "never changed" in again["detail"]
    assert (await world.get(one))["now"]["checks"][0]["result"] == result
    await world.post(f"{one}/close", 422)
    await world.post(f"{one}/standards", standard="Plan B", from_day="2026-03-17", evidence=["plan B"])
    await world.post(f"{one}/close", lesson="Change tools earlier")
    view = await world.get(one)
    assert (view["line"]["state"], view["line"]["stage"], view["line"]["verdict"]) == ("closed", "act", "effective")
    assert [one["status"] for one in view["eight_d"]] == ["open", "done", "open", *["done"] * 5]
    listed = await world.get(BASE, who=COMPANY)
    assert (listed["total"], listed["stages"]) == (1, {"plan": 0, "do": 0, "check": 0, "act": 0})


async def test_what_did_not_help_goes_into_the_next_round(world):
    one = await begun(world)
    await worked_on(world, one)
    check = await planned(world, one)
    world.make(date(2026, 3, 3), 100, bad=9)
    world.clock.set(date(2026, 3, 16))
    await world.post(f"{one}/checks/{check}/result")
    view = await world.get(one)
    assert (view["line"]["verdict"], view["line"]["stage"]) == ("not-shown", "act")
    await world.post(f"{one}/close", 422)
    await world.post(f"{one}/standards", 422, standard="B", from_day="2026-03-17", evidence=["b"])
    await world.post(f"{one}/next-round", reason="the tool was not it")
    await world.post(f"{one}/target", target=FPY_TARGET | {"value": "0.95"})
    second = await planned(world, one, before_last="2026-03-15", after_first="2026-03-17", after_last="2026-03-31")
    found = (await world.get(one))["now"]["checks"][1]
    assert (found["look"], found["round"], found["plan"]["check"]) == (2, 2, second)


@pytest.mark.parametrize(
    ("target", "test", "verdict"),
    [
        ({"metric": "characteristic-mean", "characteristic": "length"}, "welch", "effective"),
        ({"metric": "characteristic-mean", "characteristic": "length"}, "mann-whitney", "effective"),
        ({"metric": "characteristic-mean", "characteristic": "length"}, "variance-ratio", "not-shown"),
        ({"metric": "rolled-throughput-yield"}, "products", "effective"),
        ({"metric": "loss-rate"}, "point", "cannot-tell"),
        ({"metric": "quality-cost"}, "months", "cannot-tell"),
    ],
)
async def test_each_test_takes_its_figures_from_the_records(world, target, test, verdict):
    down = target["metric"] != "rolled-throughput-yield"
    one = await begun(
        world,
        target={
            "reference": target, "direction": "down" if down else "up", "value": "9.9" if down else "0.9",
            "by_when": "2026-06-30",
        },
    )  # fmt: skip
    await worked_on(world, one)
    check = await planned(world, one, test=test)
    world.make(date(2026, 3, 3), 120, bad=1, mean=9.9)
    world.clock.set(date(2026, 3, 16))
    await world.post(f"{one}/checks/{check}/result")
    result = (await world.get(one))["now"]["checks"][0]["result"]
    assert result["verdict"] == verdict, result
    assert result["tested"] is (verdict != "cannot-tell")


async def test_a_test_is_chosen_before_its_data_are_there(world):
    one = await begun(world)
    await worked_on(world, one)
    world.clock.set(date(2026, 3, 5))
    refused = await world.post(f"{one}/checks", 422, **PLAN)
    assert "before its data" in refused["detail"]
    await world.post(f"{one}/checks", 422, **(PLAN | {"test": "welch", "after_first": "2026-03-06"}))


async def test_others_neither_see_nor_touch_it(world):
    one = await begun(world)
    assert (await world.get(one, who=COMPANY))["line"]["title"] == "Fewer rejects"
    await world.get(one, 404, who=STRANGER)
    assert (await world.get(BASE, who=STRANGER))["total"] == 0
    await world.post(f"{one}/remarks", 403, who=STRANGER, text="hm")
    await world.get(one.replace(PLANT, "plant-x"), 404)
    await world.post(f"{one}/remarks".replace(PLANT, "plant-x"), 404, text="hm")
    await world.post(BASE.replace(PLANT, "plant-z"), 404, title="t", weak_point=WEAK, owner="q1")


async def test_overdue_actions_are_told_once_for_each_day(world):
    told_to = subscribe(world.hub, ADMIN, SubscriptionForm(channel=Channel.MAIL, address="q@example.com"))
    one = await begun(world)
    await world.post(f"{one}/actions", action="a1", text="Change it", owner="q2", due="2026-03-05")
    assert remind(world.hub) == ()
    world.clock.set(date(2026, 3, 8))
    (told,) = remind(world.hub)
    assert (told.owner, told.days, told.text) == ("q2", 3, "Change it")
    assert remind(world.hub) == ()
    with world.hub.store.reading() as connection:
        (message,) = messages_of(connection, [told_to.id], 10)
    assert "action overdue" in message.subject
    assert "Change it" in message.body
    overdue = await world.get(f"{BASE}/overdue", who=COMPANY)
    assert [item["action"] for item in overdue["actions"]] == ["a1"]
    await world.post(f"{one}/actions", action="a1", text="Change it", owner="q2", due="2026-03-09")
    world.clock.set(date(2026, 3, 10))
    assert len(remind(world.hub)) == 1
    await world.post(f"{one}/actions/a1/done", done_on="2026-03-10", evidence=["x"])
    assert remind(world.hub) == ()
    assert (await world.get(f"{BASE}/overdue"))["total"] == 0


async def test_the_report_as_files(world):
    one = await begun(world)
    await worked_on(world, one)
    await planned(world, one)
    headers = world.of[""]
    text = (await world.client.get(f"/api/v1{one}/8d", params={"form": "csv"}, headers=headers)).text
    assert "Worn tool" in text
    assert "D8" in text
    book = await world.client.get(f"/api/v1{one}/8d", headers=headers)
    assert book.content.startswith(b"PK")
    whole = await world.client.get(f"/api/v1{one}/8d", params={"form": "json"}, headers=headers)
    assert whole.json()["pdca"]["plan"]["causes"][0]["text"] == "Worn tool"
    table = await world.client.get(f"/api/v1{BASE}/file", headers=headers)
    assert "Fewer rejects" in table.text


@pytest.mark.every_store(spread=True)
async def test_it_comes_out_the_same_after_a_rebuild(world):
    one = await begun(world)
    await worked_on(world, one)
    await planned(world, one)
    before = projection_of(world.hub)
    view = await world.get(one)
    rebuild(world.hub)
    assert projection_of(world.hub) == before
    assert await world.get(one) == view
