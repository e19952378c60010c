"""What is told of a group gives nobody's band away, whatever the figures are and however it is added up."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hub.comparison.bands import Span, added, below, outward, quantile, steps, told


@given(st.integers(0, 500), st.integers(1, 40))
def test_the_steps_hold_every_number_once_and_are_wide_enough(n: int, largest: int) -> None:
    division = steps(n, largest)
    assert [value for step in division for value in range(step.low, step.high + 1)] == list(range(n + 1))
    assert len(division) == 1 or all(step.high - step.low > largest for step in division)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 6), st.data())
def test_spans_and_quantiles_hold_the_truth(bands: list[int], largest: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(bands)))
    groups = [(len(some), told(some, 6, largest)) for some in (bands[:cut], bands[cut:])]
    plants, sums = added(groups)
    assert plants == len(bands)
    found = Counter(bands)
    for place in range(6):
        assert sums[place].low <= found[place] <= sums[place].high
        span = below(plants, sums, place)
        assert span.low <= sum(found[before] for before in range(place)) <= span.high
    for share in (1, 2, 3):
        first, last = quantile(plants, sums, share, 4)
        assert first <= sorted(bands)[-(-plants * share // 4) - 1] <= last


def test_percents_are_rounded_outward() -> None:
    assert outward(Span(3, 4, 24)) == (10, 20)
    assert outward(Span(0, 0, 24)) == (0, 0)
    assert outward(Span(24, 24, 24)) == (100, 100)
    assert outward(Span(5, 10, 50)) == (10, 20)
