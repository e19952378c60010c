"""A roll-up made from arrays has the bits of one that was built value by value."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.store.rollup.arrays import rollup_from, spreads_of
from hub.store.rollup.body import pack, unpack
from traceability.quality.rollup import RollupBuilder
from traceability.quality.stability import subgroup_spread

WIDE = st.integers(-(2**53) + 1, 2**53 - 1)
NARROW = st.integers(-3, 3)


@given(st.data(), st.sampled_from([WIDE, NARROW]))
def test_arrays_and_single_values_give_the_same_bits(data: st.DataObject, values: st.SearchStrategy[int]) -> None:
    start = data.draw(st.integers(0, 10**9))
    there = data.draw(st.one_of(st.lists(st.booleans(), max_size=60), st.integers(1, 60).map(lambda n: [True] * n)))
    placed = [(start + at, data.draw(values)) for at, present in enumerate(there) if present]
    builder = RollupBuilder(3)
    for position, value in placed:
        builder.add(position, value)
    positions, numbers = (np.array([pair[i] for pair in placed], np.int64) for i in (0, 1))
    made = rollup_from(3, positions, numbers)
    assert unpack(made, len(placed)) == builder.rollup()
    assert made == pack(builder.rollup())


@given(
    st.lists(st.one_of(st.integers(0, 10**6), st.integers(0, 2**61), st.integers(0, 2**20).map(lambda r: 20 * r * r)))
)
def test_spreads_by_floating_point_are_those_of_whole_numbers(scatters: list[int]) -> None:
    spreads, total = spreads_of(np.array(scatters, np.int64))
    one_by_one = [subgroup_spread(scatter) for scatter in scatters]
    assert spreads.tolist() == [spread for spread, _ in one_by_one]
    assert total == sum(fine for _, fine in one_by_one)
