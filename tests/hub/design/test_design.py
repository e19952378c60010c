"""Real capability against tolerances, and the tolerance that an index would need."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_improvement import COMPANY, PLANT, STRANGER, World

from traceability.quality.errors import OutOfDomain
from traceability.quality.tolerance import Limits, share_used, tolerance_for

FINITE = st.floats(-1e3, 1e3)


@given(
    mean=FINITE, sigma=st.floats(1e-3, 10), low=FINITE, width=st.floats(0.1, 100), index=st.sampled_from([1.33, 1.67])
)
def test_the_tolerance_that_is_needed_gives_the_index(mean, sigma, low, width, index):
    limits = Limits(low, low + width)
    needed = tolerance_for(index, mean, sigma, limits, None)
    lies = needed.as_it_lies
    cpk = min(lies.high - mean, mean - lies.low) / (3 * sigma)
    assert cpk == pytest.approx(index, rel=1e-6, abs=1e-6)
    assert needed.if_centred.width == pytest.approx(6 * index * sigma)
    assert needed.if_centred.width <= lies.width * (1 + 1e-9)
    assert share_used(sigma, limits) == pytest.approx(6 * sigma / width, rel=1e-6)


def test_one_limit_and_none():
    needed = tolerance_for(1.33, 2.0, 0.5, Limits(None, 5.0), None)
    assert (needed.as_it_lies, needed.if_centred) == (Limits(None, pytest.approx(3.995)), None)
    assert share_used(0.5, Limits(None, 5.0)) is None
    with pytest.raises(OutOfDomain):
        tolerance_for(1.33, 2.0, 0.5, Limits(None, None), None)


async def test_feedback_from_records(hub):
    world = World(hub, date(2026, 2, 28))
    for organisation in (COMPANY, STRANGER):
        world.seat(organisation)
    world.make(date(2026, 2, 28), 150, mean=10.1, sigma=0.25)
    world.clock.set(date(2026, 3, 1))
    found = await world.get(f"/plants/{PLANT}/design", who=COMPANY)
    (one,) = found["tolerances"]
    assert (one["characteristic"], one["n"], one["lsl"], one["usl"]) == ("length", 150, "9.000", "11.000")
    assert one["index"] == pytest.approx(1.2, abs=0.2)
    assert one["interval"]["low"] < one["index"] < one["interval"]["high"]
    assert one["share_used"] == pytest.approx(0.75, abs=0.12)
    assert [need["index"] for need in one["needed"]] == [1.33, 1.67]
    first, second = one["needed"]
    assert first["as_it_lies"]["high"] < second["as_it_lies"]["high"]
    assert first["as_it_lies"]["high"] - 10 == pytest.approx(10 - first["as_it_lies"]["low"])  # about the target
    headers = world.of[COMPANY]
    for form in ("csv", "xlsx"):
        told = await world.client.get(
            f"/api/v1/plants/{PLANT}/design/file", params={"form": form, "language": "en"}, headers=headers
        )
        assert told.status_code == 200
    table = await world.client.get(f"/api/v1/plants/{PLANT}/design/file", params={"language": "en"}, headers=headers)
    assert "Upper limit for 1.67" in table.text
    assert "length" in table.text
    other = await world.client.get(f"/api/v1/plants/{PLANT}/design", headers=world.of[STRANGER])
    assert "length" not in other.text
    await world.get("/plants/plant-z/design", 404)
