"""From a requirement that was missed to a Level that moved: notification, action, a check that passes."""

from datetime import date

import pytest
from small_improvement import COMPANY, FPY_TARGET, PART, PLANT, STRANGER, WEAK, World, days

from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.record.sharing import DataKind

FPY = {"name": "fpy", "metric": "fpy", "target": "0.95", "operation": "OP10"}
TERMS = {"text": "As agreed", "indicators": [FPY], "valid_from": "2026-01-01"}


@pytest.fixture
def world(hub):
    made = World(hub, date(2026, 1, 31))
    for organisation in (COMPANY, STRANGER):
        made.seat(organisation)
    kinds = [DataKind.EXISTENCE, DataKind.VERDICTS]
    state_policy(made.hub, PolicyForm(owner=COMPANY, partner=STRANGER, part=PART, kinds=kinds, by="s1"))
    for day in days(date(2026, 2, 2), 2):
        made.make(day, 100, bad=8)
    made.clock.set(date(2026, 3, 1))
    yield made
    made.close()


async def rolled_level(world):
    grade = await world.get(f"/plants/{PLANT}/grade")
    (rty,) = [one for one in grade["metrics"] if one["metric"] == "rty"]
    return rty["level"]


async def verdict(world, requirement):
    return (await world.get(f"/requirements/{requirement}/fulfilment", who=STRANGER))["verdict"]


async def test_from_a_missed_requirement_to_a_level_that_moved(world):
    form = {"customer": STRANGER, "supplier": COMPANY, "part": PART, "title": "Bolts", "terms": TERMS}
    requirement = (await world.post("/requirements", who=STRANGER, **form))["id"]
    terms = (await world.get(f"/requirements/{requirement}", who=COMPANY))["terms_hash"]
    await world.post(f"/requirements/{requirement}/agree", who=COMPANY, party="supplier", terms_hash=terms)
    assert (await verdict(world, requirement), await rolled_level(world)) == ("missed", 1)
    told = await world.post(f"/requirements/{requirement}/notification", who=STRANGER)
    assert (await world.get(f"/notifications/{told['id']}", who=COMPANY))["state"] == "SENT"

    begun = await world.post(
        f"/plants/{PLANT}/improvements", title="What the customer missed", weak_point=WEAK, owner="q1",
        target=FPY_TARGET, notification=told["id"],
    )  # fmt: skip
    one = f"/plants/{PLANT}/improvements/{begun['id']}"
    await world.post(f"{one}/actions", action="a1", text="Change the tool", owner="q2", due="2026-03-05")
    await world.post(f"{one}/actions/a1/done", done_on="2026-03-01", evidence=["order 7"])
    await world.post(
        f"{one}/checks", test="two-proportions", before_first="2026-02-01", before_last="2026-02-28",
        after_first="2026-03-02", after_last="2026-03-10",
    )  # fmt: skip
    world.make(date(2026, 3, 3), 300)
    world.clock.set(date(2026, 3, 11))
    check = (await world.get(one))["now"]["checks"][0]["plan"]["check"]
    await world.post(f"{one}/checks/{check}/result")
    view = await world.get(one)
    assert (view["line"]["verdict"], view["now"]["content"]["notification"]) == ("effective", told["id"])
    assert (await verdict(world, requirement), await rolled_level(world)) == ("met", 2)
