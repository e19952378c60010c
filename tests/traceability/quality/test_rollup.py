"""Roll-ups: the same bytes whatever the order of merging, the same figures as from the raw values."""

import random
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.measurement import Characteristic
from traceability.quality.capability import assess_capability
from traceability.quality.charts.individuals import individuals
from traceability.quality.errors import OutOfDomain
from traceability.quality.normality import anderson_darling, anderson_darling_of
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.rollup import Rollup, RollupBuilder, merge, rollup_of
from traceability.quality.rollup_figures import (
    rollup_capability,
    rollup_moving_range_sigma,
    rollup_percentiles,
    rollup_quantile,
)
from traceability.quality.stability import check_stability, stability_of

VALUES = st.lists(st.integers(-(10**15), 10**15) | st.integers(-3, 3), max_size=60)


def bore(**limits):
    return Characteristic(
        id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, target=Decimal("25.0"), **limits
    )


@given(VALUES, st.lists(st.integers(0, 60), max_size=8), st.randoms())
def test_any_cut_merged_in_any_order_is_bit_for_bit_the_whole(values, cuts, source):
    bounds = [0, *sorted({min(cut, len(values)) for cut in cuts}), len(values)]
    parts = [rollup_of(values[a:b], 3, a) for a, b in pairwise(bounds)]
    source.shuffle(parts)
    while len(parts) > 1:
        taken = [parts.pop() for _ in range(min(len(parts), source.randint(2, 3)))]
        parts.insert(0, merge(taken))
    assert msgspec.json.encode(parts[0]) == msgspec.json.encode(rollup_of(values, 3))


@given(st.dictionaries(st.integers(0, 30), st.integers(-9, 9)), st.randoms())
def test_gaps_stay_gaps_until_they_are_filled(kept, source):
    """Single values in any order; by definition: neighbours give ranges, five of one block a subgroup."""
    parts = [rollup_of([value], 0, position) for position, value in kept.items()]
    source.shuffle(parts)
    found = merge([Rollup(decimals=0), *parts])
    ranges = [abs(kept[p] - kept[p - 1]) for p in kept if p - 1 in kept]
    assert (found.ranges, found.range_count) == (sum(ranges), len(ranges))
    blocks = [b for b in range(7) if all(5 * b + i in kept for i in range(5))]
    assert found.subgroups.count == len(blocks)
    assert dict(found.loose) == {p: v for p, v in kept.items() if p // 5 not in blocks}
    builder = RollupBuilder(0)
    for position in sorted(kept):
        builder.add(position, kept[position])
    assert builder.rollup() == found


@settings(max_examples=60)
@given(st.lists(st.integers(24_900, 25_100), max_size=130))
def test_capability_is_that_of_the_raw_values_to_the_last_bit(values):
    characteristic = bore(lsl=Decimal("24.9"), usl=Decimal("25.1"))
    from_values = assess_capability(values, 3, characteristic)
    from_rollup = rollup_capability(rollup_of(values, 3), characteristic)
    forget = {"mean_signals": None, "spread_signals": None}
    if from_values.stability is not None:
        from_values = msgspec.structs.replace(
            from_values, stability=msgspec.structs.replace(from_values.stability, **forget)
        )
    assert from_rollup == from_values


def test_stability_of_many_subgroups_is_bit_for_bit_the_same_in_any_order():
    source = random.Random(4)
    values = [round(source.gauss(0, 30)) for _ in range(5000)]
    direct, rolled = check_stability(values), stability_of(rollup_of(values, 0).subgroups)
    assert (direct.sigma_within, direct.centre, direct.stable) == (rolled.sigma_within, rolled.centre, rolled.stable)
    assert (len(direct.mean_signals), len(direct.spread_signals)) == (rolled.mean_count, rolled.spread_count)


def test_moving_ranges_and_percentiles():
    source = random.Random(5)
    values = [round(source.gauss(1000, 30)) for _ in range(900)]
    halves = merge([rollup_of(values[450:], 2, 450), rollup_of(values[:450], 2)])
    chart = individuals([Decimal(value).scaleb(-2) for value in values])
    assert rollup_moving_range_sigma(halves) == pytest.approx(chart.location.parameters.sigma, rel=1e-14)
    found = rollup_percentiles(halves)
    assert found.median == pytest.approx(sorted(values)[449] / 200 + sorted(values)[450] / 200)
    assert rollup_quantile(halves, 0.5) == found.median
    assert halves.least / 100 <= found.low < found.median < found.high <= halves.greatest / 100


def test_a_value_is_never_counted_twice():
    with pytest.raises(OutOfDomain, match="positions 2 to 2 are in two roll-ups"):
        merge([rollup_of([1, 2, 3], 0), rollup_of([3, 4], 0, 2)])
    with pytest.raises(OutOfDomain, match="one resolution"):
        merge([rollup_of([1], 0), rollup_of([10], 1, 1)])
    builder = RollupBuilder(0)
    builder.add(3, 1)
    with pytest.raises(OutOfDomain, match="in order"):
        builder.add(3, 1)


def test_nothing_gives_reasons():
    empty = rollup_of([], 3)
    assert rollup_capability(empty, bore(lsl=Decimal(1))).reasons == (Reason.NO_VALUES,)
    assert rollup_quantile(empty, 0.5) == Refused(Reason.NO_VALUES, "a quantile of nothing")
    assert rollup_percentiles(rollup_of([1] * 10, 3)).reason is Reason.NOT_ENOUGH_DATA
    assert rollup_moving_range_sigma(rollup_of([1], 3)).reason is Reason.NOT_ENOUGH_DATA
    assert rollup_moving_range_sigma(rollup_of([1, 1], 3)).reason is Reason.ZERO_SPREAD


def test_cpm_is_about_the_target():
    result = assess_capability([24_990, 25_010, 25_030] * 40, 3, bore(lsl=Decimal("24.9"), usl=Decimal("25.1")))
    variance = float(result.sigma) ** 2
    assert result.cpm == pytest.approx(0.2 / (6 * (variance + 0.01**2) ** 0.5))
    assert assess_capability([24_990, 25_010], 3, bore(usl=Decimal("25.1"))).cpm is None


@given(st.lists(st.integers(-4, 4), min_size=8, max_size=80).filter(lambda values: len(set(values)) > 1))
def test_equal_values_count_as_often_as_they_occur(values):
    assert anderson_darling(values) == pytest.approx(anderson_darling_of(sorted(map(float, values))), rel=1e-9)
