"""Which cycles are missing between two numbers: none invented, none left out."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquisition.counting import Counting, counting_of, jumps_between
from edge_agent.acquisition.resolve import resolve
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import DataType

WORD = Counting(low=0, high=65_535)
COUNTER = Counting(low=0, high=65_535, zero_is_none=True, acknowledged=False)
PROFILE = Catalog().find("zhuoyue", "four-phase-cell")


def ranges(before, now, counting):
    return [(jump.first, jump.last, jump.count) for jump in jumps_between(before, now, counting, resumed=False)]


@pytest.mark.parametrize(
    ("before", "now", "counting", "expected"),
    [
        (7, 8, WORD, []),
        (7, 9, WORD, [(8, 8, 1)]),
        (7, 100_000, Counting(), [(8, 99_999, 99_992)]),
        (7, 7, WORD, []),
        (65_535, 0, WORD, []),
        (65_535, 1, WORD, [(0, 0, 1)]),
        (65_534, 2, WORD, [(65_535, 65_535, 1), (0, 1, 2)]),
        (65_535, 1, COUNTER, []),
        (65_534, 2, COUNTER, [(65_535, 65_535, 1), (1, 1, 1)]),
        (-32_768, -32_766, Counting(low=-32_768, high=32_767), [(-32_767, -32_767, 1)]),
        (32_767, -32_768, Counting(low=-32_768, high=32_767), []),
    ],
)
def test_what_is_missing(before, now, counting, expected):
    assert ranges(before, now, counting) == expected


@pytest.mark.parametrize(("before", "now"), [(812, 3), (60_000, 1), (65_535, 30_000), (5, 0)])
@pytest.mark.parametrize("counting", [WORD, COUNTER, Counting()])
def test_a_counter_that_was_set_back_is_no_giant_loss(before, now, counting):
    (jump,) = jumps_between(before, now, counting, resumed=False)
    assert (jump.count, jump.first, jump.last) == (0, None, None)
    assert f"set back from {before} to {now}" in jump.reason


def test_a_counter_that_shows_its_last_number_for_another_cycle_was_set_back():
    assert ranges(9, 9, COUNTER) == [(None, None, 0)]


@pytest.mark.parametrize(
    ("resumed", "counting", "reason"),
    [
        (True, WORD, "before the agent's start"),
        (False, WORD, "without waiting for the acknowledgement"),
        (False, COUNTER, "over before they could be read"),
    ],
)
def test_the_reason_says_how_they_went_by(resumed, counting, reason):
    (jump,) = jumps_between(7, 9, counting, resumed=resumed)
    assert reason in jump.reason


@given(st.integers(0, 255), st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_what_is_stored_and_what_is_missing_are_all_cycles_made(first, steps):
    counting = Counting(low=0, high=255)
    seen, missing, before = [first], [], first
    for step in steps:
        now = (before + step) % 256
        for begin, end, _ in ranges(before, now, counting):
            missing += [] if begin is None else range(begin, end + 1)
        # Near the end of so short a type a jump can look like a counter set back: then nothing is claimed.
        if any(count == 0 for *_, count in ranges(before, now, counting)):
            return
        seen.append(now)
        before = now
    made = [(first + at) % 256 for at in range(sum(steps) + 1)]
    assert sorted(seen + missing) == sorted(made)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [(DataType.UINT16, 0, 2**16 - 1), (DataType.INT32, -(2**31), 2**31 - 1), (DataType.UINT64, 0, 2**64 - 1)],
)
def test_the_point_says_where_the_counter_goes_round(kind, low, high):
    points = tuple(msgspec.structs.replace(p, type=kind) if p.name == "cycle" else p for p in PROFILE.points)
    resolved = resolve(msgspec.structs.replace(PROFILE, points=points), 0)
    found = counting_of(resolved, zero_is_none=False, acknowledged=True)
    assert (found.low, found.high) == (low, high)
