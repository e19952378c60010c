"""Rolled yield over routes and product families."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.first_pass import FirstPass
from traceability.quality.intervals import proportion_lower_bound
from traceability.quality.reason import Reason
from traceability.quality.rolled import FamilyYield, plant_rolled_yield, rolled_yield


def counts(submitted: int, first_ok: int) -> FirstPass:
    return FirstPass(submitted=submitted, first_ok=first_ok, attempts=submitted)


def test_an_operation_without_submission_is_not_a_hundred_percent():
    result = rolled_yield(["OP10", "OP20", "OP30"], {"OP10": counts(10, 9), "OP20": FirstPass(invalid=3)})
    assert (result.value, result.missing) == (None, ("OP20", "OP30"))
    assert result.reason is Reason.OPERATION_WITHOUT_SUBMISSION
    assert result.operations[0].fpy == Fraction(9, 10)


def test_an_empty_route_has_no_yield():
    assert rolled_yield([], {"OP10": counts(1, 1)}).reason is Reason.EMPTY_ROUTE


def test_operations_off_the_route_do_not_enter_and_named_twice_enter_once():
    by_operation = {"OP10": counts(10, 9), "OP99": counts(10, 1)}
    assert rolled_yield(["OP10", "OP10"], by_operation).value == Fraction(9, 10)


@given(st.lists(st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=6))
def test_rolled_never_exceeds_its_worst_operation(pairs):
    by_operation = {f"OP{i}": counts(*pair) for i, pair in enumerate(pairs)}
    result = rolled_yield(list(by_operation), by_operation)
    assert result.value <= min(operation.fpy for operation in result.operations)
    plant = plant_rolled_yield([FamilyYield("only", result, 7)])
    assert plant.value == result.value
    assert plant.interval.low <= plant.lower_bound <= float(plant.value) + 1e-12
    assert float(plant.value) <= plant.interval.high + 1e-12
    assert plant.units == min(n for n, _ in pairs)


def test_families_weigh_by_output_and_the_worst_is_named():
    good = FamilyYield("pump", rolled_yield(["A"], {"A": counts(100, 99)}), 300)
    poor = FamilyYield("valve", rolled_yield(["B"], {"B": counts(100, 90)}), 100)
    idle = FamilyYield("old", rolled_yield(["C"], {}), 0)
    plant = plant_rolled_yield([good, poor, idle])
    assert plant.value == Fraction(99 * 3 + 90, 400)
    assert plant.worst is poor


def test_one_operation_has_the_plain_exact_bound():
    plant = plant_rolled_yield([FamilyYield("pump", rolled_yield(["A"], {"A": counts(59, 59)}), 59)])
    assert plant.lower_bound == pytest.approx(proportion_lower_bound(59, 59), abs=1e-15)
    assert plant.lower_bound >= 0.95


def test_bounds_of_several_operations_hold_jointly():
    route = {"A": counts(100, 100), "B": counts(100, 100)}
    plant = plant_rolled_yield([FamilyYield("pump", rolled_yield(list(route), route), 100)])
    assert plant.lower_bound == pytest.approx(proportion_lower_bound(100, 100, 0.975) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("families", "reason"),
    [
        ([], Reason.NOT_MEASURED),
        ([("a", True, 0)], Reason.NO_OUTPUT),
        ([("a", True, -1)], Reason.INCONSISTENT_COUNTS),
        ([("a", False, 5)], Reason.OPERATION_WITHOUT_SUBMISSION),
        ([("a", False, 5), ("b", True, 5)], Reason.FAMILY_NOT_RATED),
    ],
)
def test_plants_without_a_rolled_yield_say_why(families, reason):
    by_operation = {"A": counts(10, 10)}
    built = [FamilyYield(name, rolled_yield(["A" if rated else "B"], by_operation), n) for name, rated, n in families]
    plant = plant_rolled_yield(built)
    assert (plant.value, plant.lower_bound, plant.reason) == (None, None, reason)
