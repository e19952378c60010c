"""A plan on measurements with sample and k of the parties' own table is tightened, too, never relaxed by switching."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incoming.due import due_for, judged
from hub.incoming.forms import ResultForm
from traceability.quality.sampling_plan.attributes import Severity
from traceability.record.incoming import IncomingCharacteristic


def own(k: str, sample: int = 30) -> IncomingCharacteristic:
    return IncomingCharacteristic(name="length", aql="2.5", lower="9", upper=None, uom="mm", sample=sample, k=k)


@given(k=st.decimals(Decimal("0.5"), Decimal(4), places=2), size=st.sampled_from([60, 1000, 20_000]))
def test_tightened_asks_for_more_and_reduced_for_no_less(k: Decimal, size: int) -> None:
    normal, tightened, reduced = (due_for(own(str(k)), size, severity) for severity in
                                  (Severity.NORMAL, Severity.TIGHTENED, Severity.REDUCED))  # fmt: skip
    assert (normal.sample, normal.k, normal.derived) == (30, float(k), False)
    assert tightened.sample >= normal.sample
    assert tightened.k > normal.k
    assert (reduced.sample, reduced.k) == (normal.sample, normal.k)


@pytest.mark.parametrize(("mean", "gain"), [("9.45", 0), ("9.9", 3)])
def test_the_score_asks_for_a_lot_that_is_good_enough_for_a_tighter_aql(mean: str, gain: int) -> None:
    """Q is a little above k: accepted, and nothing is gained; far above it: three."""
    values = [f"{Decimal(mean) + Decimal(step) / 10:.2f}" for step in (-2, -1, 0, 1, 2)] * 6
    found = judged(own("3.05"), 1000, Severity.NORMAL, ResultForm(name="length", values=values))
    assert (found.accepted, found.gain) == (True, gain)
