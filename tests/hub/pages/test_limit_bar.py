from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.pages.limit_bar import badness, limit_bar
from hub.trace.limits import limit_state
from hub.trace.pointer import Pointer
from hub.trace.views import LimitState, MeasurementView
from traceability.measurement import Characteristic, Measurement, Status


def measured(
    value: str | None, lsl: str | None = None, target: str | None = None, usl: str | None = None
) -> MeasurementView:
    """A value in thousandths on limits, with the state that the hub gives it."""
    limits = {k: None if v is None else Decimal(v) for k, v in {"lsl": lsl, "target": target, "usl": usl}.items()}
    raw = None if value is None else int(Decimal(value) * 1000)
    known = Characteristic(id="x", name="x", operation="OP10", uom="mm", decimals=3, **limits)
    state = limit_state(Measurement(characteristic="x", value=raw, decimals=3, uom="mm"), known)
    return MeasurementView(
        characteristic="x",
        name="x",
        value=None if value is None else Decimal(value),
        uom="mm",
        status=Status.GOOD,
        state=state,
        pointer=Pointer(1, 2),
        **limits,
    )


numbers = st.decimals(-1000, 1000, places=3).map(str)
limits = st.one_of(st.none(), numbers)


@given(numbers, limits, limits, limits)
def test_the_mark_stands_on_the_side_of_each_limit_that_the_value_is_on(
    value: str, lsl: str | None, target: str | None, usl: str | None
) -> None:
    if lsl is not None and usl is not None and Decimal(lsl) >= Decimal(usl):
        lsl, usl = usl, lsl if lsl != usl else None
    view = measured(value, lsl, target, usl)
    bar = limit_bar(view)
    if view.state is LimitState.NO_LIMITS:
        assert bar is None
        return
    assert bar is not None
    assert 0 < bar.value < 100
    assert bar.inside_from + bar.inside_width <= 100.01
    if view.state is LimitState.ABOVE:
        assert bar.usl is not None
        assert bar.value >= bar.usl - 1.6
        assert bar.off >= 0
    if view.state is LimitState.BELOW:
        assert bar.lsl is not None
        assert bar.value <= bar.lsl + 1.6
        assert bar.off <= 0
    if view.state is LimitState.WITHIN and bar.usl is not None:
        assert bar.value <= bar.usl + 1.6
    if view.state is LimitState.WITHIN and bar.lsl is not None:
        assert bar.value >= bar.lsl - 1.6


@pytest.mark.parametrize("view", [measured(None, "1", None, "2"), measured("1.5")])
def test_there_is_no_bar_without_a_value_or_limits(view: MeasurementView) -> None:
    assert limit_bar(view) is None


def test_worst_first() -> None:
    far, near, edge, middle = (measured(v, "9", "10", "11") for v in ("13", "11.001", "11", "10"))
    ranked = sorted(
        [middle, measured("5"), edge, far, near, measured(None, "9", None, "11")], key=badness, reverse=True
    )
    assert [view.value for view in ranked] == [
        Decimal(v) if v else None for v in ("13", "11.001", None, "11", "10", "5")
    ]


def test_a_value_on_its_limit_is_within_and_ranks_below_any_value_outside() -> None:
    assert badness(measured("11", "9", "10", "11")) == 1.0
    assert badness(measured("2.001", usl="2")) > badness(measured("2", usl="2"))


def test_a_value_far_beyond_the_bar_is_marked_as_beyond() -> None:
    assert limit_bar(measured("900", "9", "10", "11")).off == 1
    assert limit_bar(measured("-900", "9", "10", "11")).off == -1
    assert limit_bar(measured("10", "9", "10", "11")).off == 0
