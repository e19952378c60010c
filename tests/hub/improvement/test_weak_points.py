"""Weak points from the data: each with figure, n and effect in stated units, in the order of the effect asked for."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_improvement import COMPANY, FPY_TARGET, GTIN, PLANT, STRANGER, World, days

from hub.improvement.weak import EffectUnit, Scale, StatedEffect, WeakSpot
from hub.improvement.weak_points import ordered
from hub.improvement.yield_loss import points_gained, yield_needed
from hub.target.watch import judge_plant
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.first_pass import FirstPass
from traceability.quality.rolled import FamilyYield, plant_rolled_yield, rolled_yield
from traceability.record.improvement import WeakPointKind

SEAL = part_uri("09506000134376")
PATH = f"/plants/{PLANT}/weak-points"


@pytest.fixture
def world(hub):
    made = World(hub, date(2026, 1, 31))
    for organisation in (COMPANY, STRANGER):
        made.seat(organisation)
    for day in days(date(2026, 2, 2), 2):
        made.make(day, 100, bad=6, sigma=0.6, defect="LEAK")
    made.clock.set(date(2026, 3, 1))
    yield made
    made.close()


async def test_what_is_weak_with_figure_n_and_effect(world):
    loss = {"item": "scrap", "amount": "1200", "accrued_on": "2026-02-20", "evidence": "list", "operation": "OP10"}
    answer = await world.client.post(
        f"/api/v1/plants/{PLANT}/losses", json=loss | {"entered_by": "q1"}, headers=world.of[""]
    )
    assert answer.status_code == 201, answer.text
    found = await world.get(PATH, who=COMPANY)
    by_kind = {one["kind"]: one for one in found["points"] if one["kind"] != "binding-metric"}
    operation = by_kind["operation"]
    assert (operation["subject"], operation["value"], operation["n"]) == ("OP10", 0.94, 200)
    assert {one["unit"]: one["value"] for one in operation["effects"]} == {
        "units": 12, "rty-points": pytest.approx(6), "money": 1200,
    }  # fmt: skip
    assert operation["interval"]["low"] < 0.94 < operation["interval"]["high"]
    assert operation["need"] == {"level": 2, "value": pytest.approx(0.95), "enough": True}
    assert operation["reference"]["metric"] == "first-pass-yield"
    defect = by_kind["defect"]
    assert (defect["subject"], defect["value"], defect["reference"]["defect"]) == ("LEAK", 12, "LEAK")
    worst = by_kind["characteristic"]
    assert (worst["subject"], worst["n"], worst["direction"]) == ("length", 200, "up")
    assert worst["value"] < 1
    assert worst["effects"][0]["value"] > 0  # values that lie outside the limits, counted
    assert {one["subject"] for one in found["points"] if one["kind"] == "binding-metric"} >= {"cpk", "internal-loss"}
    assert str(found).count("score") == 0
    units = [one["effects"][0]["value"] for one in found["points"] if "units" in str(one["effects"])]
    assert units == sorted(units, reverse=True)
    money = (await world.get(PATH, by="money"))["points"]
    assert money[0]["subject"] == "OP10"


async def test_an_improvement_that_works_on_it_is_named(world):
    weak = {"kind": "operation", "subject": "OP10", "found": "94 %", "n": 200}
    made = await world.post(
        f"/plants/{PLANT}/improvements", title="Fewer leaks", weak_point=weak, owner="q1", target=FPY_TARGET
    )
    points = (await world.get(PATH))["points"]
    assert {one["improvement"] for one in points if one["kind"] == "operation"} == {made["id"]}
    assert {one["improvement"] for one in points if one["kind"] != "operation"} == {""}


async def test_claims_of_one_component_are_a_cluster(world):
    claims = [
        {"id": f"f{number}", "unit": unit_uri(GTIN, f"S{number + 20}"), "failed_on": "2026-02-25", "mode": "leak",
         "component": SEAL if number < 3 else ""}
        for number in range(1, 4)
    ]  # fmt: skip
    form = {"failures": claims, "entered_by": "q1"}
    answer = await world.client.post(f"/api/v1/plants/{PLANT}/field-failures", json=form, headers=world.of[""])
    assert answer.status_code == 201, answer.text
    found = [one for one in (await world.get(PATH))["points"] if one["kind"] == "field-failures"]
    assert [(one["subject"], one["n"]) for one in found] == [(SEAL, 2)]
    design = await world.get(f"/plants/{PLANT}/design", who=COMPANY)
    (component,) = design["components"]["components"]
    assert (component["made"], component["share"]) == (188, pytest.approx(2 / 188))
    assert (component["component"]["id"], component["failed"], component["modes"]) == (SEAL, 2, ["leak"])
    assert (design["components"]["claims"], design["components"]["unnamed"], component["elsewhere"]) == (3, 1, 0)


async def test_a_target_that_is_missed(world):
    target = {
        "id": "t1", "metric": "first-pass-yield", "operation": "OP10", "direction": "higher",
        "value": "0.99", "first": "2026-02-01", "owner": "q1", "name": "FPY of turning",
    }  # fmt: skip
    answer = await world.client.post(
        f"/api/v1/plants/{PLANT}/targets", json=target | {"entered_by": "q1"}, headers=world.of[""]
    )
    assert answer.status_code == 201, answer.text
    assert judge_plant(world.hub, PLANT, "Asia/Shanghai") == 1
    (found,) = [one for one in (await world.get(PATH))["points"] if one["kind"] == "target"]
    assert (found["subject"], found["value"], found["n"], found["direction"]) == ("FPY of turning", 0.94, 200, "up")
    assert found["need"] == {"level": None, "value": 0.99, "enough": True}


async def test_nothing_is_told_of_a_plant_that_may_not_be_seen(world):
    assert (await world.client.get("/api/v1" + PATH, headers=world.of[STRANGER])).status_code in (200, 404)
    told = await world.client.get("/api/v1" + PATH, headers=world.of[STRANGER])
    assert "LEAK" not in told.text
    await world.get(PATH.replace(PLANT, "plant-z"), 404)


@given(
    counts=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=4),
    other=st.tuples(st.integers(1, 50), st.integers(0, 50)),
    target=st.fractions(min_value=Fraction(1, 100), max_value=1),
)
def test_the_yield_that_is_needed_reaches_the_target(counts, other, target):
    """Put in place of the operation's own, the yield that is said to be needed gives the plant exactly the target."""

    def family(name, pairs, output):
        given = {str(n): FirstPass(submitted=ok + bad, first_ok=ok) for n, (ok, bad) in enumerate(pairs)}
        return FamilyYield(name, rolled_yield(list(given), given), output)

    plant = plant_rolled_yield([family("a", counts, 30), family("b", [other], 70)])
    one = plant.families[0].rolled.operations[0]
    need = yield_needed(plant, plant.families[0], one, target)
    gained = points_gained(plant, plant.families[0], one)
    assert 0 <= gained <= 30
    if plant.value >= target:
        assert need is None
    elif need.enough:
        moved = plant.value + (need.value - one.fpy) / (1 - one.fpy) * gained / 100
        assert moved == target
        assert one.fpy < need.value <= 1
    else:
        assert plant.value + gained / 100 < target


def test_what_has_no_effect_in_the_unit_stands_last():
    def spot(name, **effects):
        stated = tuple(StatedEffect(unit=EffectUnit(unit), value=Fraction(value)) for unit, value in effects.items())
        return WeakSpot(kind=WeakPointKind.OTHER, subject=name, scale=Scale.COUNT, value=None, n=0, effects=stated)

    points = [spot("a", units=3), spot("b", money=9, units=1), spot("c", money=10), spot("d")]
    assert [one.subject for one in ordered(points, EffectUnit.UNITS)] == ["a", "b", "c", "d"]
    assert [one.subject for one in ordered(points, EffectUnit.MONEY)] == ["c", "b", "a", "d"]
