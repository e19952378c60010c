"""Packed values come back as they went in, in little room."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.store.core.value_body import Doubt, from_body, narrow, narrow_with, to_body, wide
from hub.store.rollup.body import body_of, unsummed, unsummed_with

LINES = st.integers(2, 50_000)
VALUES = st.integers(-(2**53) + 1, 2**53 - 1)
NEAR = st.one_of(st.integers(24_900, 25_100), st.just(7), VALUES)
EVEN = st.builds(
    lambda first, step, n: [first + step * at for at in range(n)], VALUES, st.integers(-3, 3), st.integers(0, 60)
)


@given(st.lists(st.tuples(LINES, st.integers(0, 500), VALUES)))
def test_values_come_back(cells: list[tuple[int, int, int]]) -> None:
    columns = [[cell[i] for cell in cells] for i in range(3)]
    found = from_body(to_body(*columns))
    assert [found.lines.tolist(), found.items.tolist(), found.values.tolist()] == columns
    assert found.usable.all()


def test_what_is_doubtful_stands_beside() -> None:
    doubts = (Doubt(1, "Bad", None, True), Doubt(2, "Good", "25.00049", False), Doubt(3, "Uncertain", None, False))
    found = from_body(to_body([2, 4, 6, 8], [0] * 4, [7, 0, 9, 8], doubts))
    assert found.doubts == doubts
    assert found.usable.tolist() == [True, False, True, False]
    assert found.present.tolist() == [True, False, True, True]


def test_values_of_a_stable_process_take_two_bytes_each() -> None:
    values = [25_000 + (37 * n) % 400 for n in range(200)]
    assert len(to_body(range(3, 403, 2), [4] * 200, values)) < 2 * 200 + 40


@given(st.one_of(st.lists(NEAR), EVEN), st.one_of(st.lists(NEAR), EVEN, st.integers(0, 40)))
def test_numbers_put_behind_packed_ones_are_packed_as_all_of_them(before: list[int], after: list[int] | int) -> None:
    if isinstance(after, int):  # in the same step
        step = before[1] - before[0] if len(before) > 1 else 1
        after = [before[-1] + step * (at + 1) for at in range(after)] if before else []
    for more in (after, np.array(after, np.int64)):
        found = narrow_with(len(before), narrow(before), more)
        assert found in (None, narrow(before + after))
    assert wide(len(before), narrow(before)).tolist() == before


def test_values_of_an_hour_are_put_behind_without_unpacking() -> None:
    values = np.array([25_000 + (37 * n) % 400 for n in range(300)])
    for begin in (2, 30, 250):
        for size in (1, 5, 40):
            known = unsummed(3, range(begin), values[:begin])
            longer = unsummed_with(known, range(begin, begin + size), values[begin : begin + size])
            whole = unsummed(3, range(begin + size), values[: begin + size])
            assert longer is None or body_of(longer) == body_of(whole)
            assert begin == 2 or longer is not None
