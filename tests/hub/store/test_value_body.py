"""Packed values come back as they went in, in little room."""

from hypothesis import given
from hypothesis import strategies as st

from hub.store.value_body import Doubt, from_body, to_body

LINES = st.integers(2, 50_000)
VALUES = st.integers(-(2**53) + 1, 2**53 - 1)


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
