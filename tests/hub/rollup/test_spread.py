"""How values lie, against the same values counted one by one; also where they are as large as numbers get."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rollup.add_up import add_many, kept_of, pool_packed
from hub.rollup.many import _pooled
from hub.rollup.spread import Spread, _together, moments_of
from hub.store.rollup.body import body_of
from hub.store.rollup.many import _unpacked
from hub.trace.day import MOST_BINS, _bins, _outside
from traceability.quality.moments import Moments

EDGE = (1 << 63) - 1
VALUES = st.lists(
    st.tuples(st.one_of(st.integers(-50, 50), st.integers(-EDGE, EDGE)), st.integers(1, 9)), min_size=1, max_size=30
)
LIMITS = st.one_of(st.none(), st.decimals(-60, 60, places=2))


def spread_of(pairs: list[tuple[int, int]]) -> Spread:
    values, counts = (np.array(some, np.int64) for some in zip(*pairs, strict=True))
    return Spread(decimals=0, sums=Moments(0, 0, 0), values=values, counts=counts)


@given(VALUES, st.decimals(-60, 60, places=2), LIMITS, LIMITS)
def test_below_above_and_outside(
    pairs: list[tuple[int, int]], at: Decimal, low: Decimal | None, high: Decimal | None
) -> None:
    among = spread_of(pairs)
    assert among.below(at) == sum(count for value, count in pairs if value < at)
    assert among.above(at) == sum(count for value, count in pairs if value > at)
    outside = [c for v, c in pairs if (low is not None and v < low) or (high is not None and v > high)]
    assert _outside(among, low, high) == sum(outside)


@given(VALUES)
def test_bins_hold_every_value_once(pairs: list[tuple[int, int]]) -> None:
    values = [value for value, _ in pairs]
    least, greatest = min(values), max(values)
    width = -(-(greatest - least + 1) // MOST_BINS)
    wanted: dict[int, int] = {}
    for value, count in pairs:
        wanted[(value - least) // width] = wanted.get((value - least) // width, 0) + count
    bins = _bins(spread_of(pairs))
    assert [one.count for one in bins] == [count for _, count in sorted(wanted.items())]
    assert [one.low for one in bins] == [least - 0.5 + width * place for place in sorted(wanted)]


@pytest.mark.parametrize("values", [[3, -4], [EDGE, EDGE, -EDGE], [1 << 40] * 1000])
def test_moments_are_exact(values: list[int]) -> None:
    assert moments_of(np.array(values, np.int64)) == Moments(len(values), sum(values), sum(v * v for v in values))


@given(st.lists(st.lists(st.integers(-50, 50), min_size=1, max_size=20), min_size=1, max_size=5))
def test_what_is_found_by_its_bytes_is_what_is_made_of_them(hours: list[list[int]]) -> None:
    begins = np.cumsum([0, *map(len, hours)])
    bodies = [
        body_of(kept_of(2, range(begin, begin + len(hour)), np.array(hour, np.int64)))
        for begin, hour in zip(begins.tolist(), hours, strict=False)
    ]
    fewer = bodies[:-1] or bodies
    for some in (bodies, fewer, list(map(bytearray, bodies))):  # asked twice, and something else between
        kept = tuple(_unpacked(bytes(body)) for body in some)
        assert _pooled((kept,)) == pool_packed([add_many(kept)])
        sums, pairs = _together(kept)
        values = [value for hour in hours[: len(some)] for value in hour]
        assert sums == Moments(len(values), sum(values), sum(value * value for value in values))
        assert sorted(np.repeat(pairs[:, 0], pairs[:, 1]).tolist()) == sorted(values)
        assert not pairs.flags.writeable
