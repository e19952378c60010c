"""Single values for the test that ranks them, in one unit of measure."""

from datetime import UTC, datetime

import pytest

from hub.improvement.values import _first_of_each
from hub.store.production.values import TakenValue
from traceability.measurement import Status
from traceability.unit import Purpose, Verdict


def taken(unit: str, value: int, decimals: int, uom: str) -> TakenValue:
    return TakenValue(
        batch_id=1, line=1, result_id=unit, unit=unit, part="p", operation="OP10", work_cell="", value=value,
        characteristic="oven", decimals=decimals, uom=uom, status=Status.GOOD, verdict=Verdict.OK, attempt=1,
        event_time=datetime(2026, 1, 1, tzinfo=UTC), purpose=Purpose.FIRST, flags=(), plan=None,
    )  # fmt: skip


def test_values_with_a_zero_point_of_their_own_are_told_in_the_unit_of_the_first() -> None:
    found, uom = _first_of_each([
        taken("a", 25_000, 3, "Cel"), taken("b", 29815, 2, "K"), taken("c", 5, 0, "mm"), taken("a", 9, 0, "Cel"),
    ])  # fmt: skip
    assert (found, uom) == ([pytest.approx(25), pytest.approx(25)], "Cel")
