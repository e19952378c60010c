from decimal import Decimal

import pytest
from small_chain import HOUSING, housing_plan, line_of

from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability.measurement import Characteristic


@pytest.mark.parametrize(
    "wrong",
    [
        {"lsl": Decimal("NaN")},
        {"usl": Decimal("Infinity")},
        {"usl": Decimal("1E+999999")},
        {"target": Decimal("1E-999999")},
        {"decimals": 10**9},
        {"decimals": -1},
    ],
)
def test_a_plan_whose_limits_nobody_can_compute_with_is_quarantined(hub: Hub, wrong: dict[str, object]) -> None:
    characteristic = {"id": "bore", "name": "bore", "operation": "OP10", "uom": "mm", "decimals": 3, "key": True}
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, None)
    line.plan_in_force(housing_plan(characteristics=(Characteristic(**(characteristic | wrong)),)))
    taken = ingest(hub, line.agent.seal(*line.waiting), compressed=False)
    (refused,) = taken.quarantined
    assert "'bore'" in refused.reason
