"""From figures to the verdict: by the test that was planned, corrected for how often one looked."""

from datetime import date

import msgspec
import pytest
from small_turns import PLAN, figure

from traceability.improvement.judge import (
    TESTS,
    Found,
    judged,
    natural_direction,
    number,
    untested_objection,
    whole_months,
)
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.quality.effect.products import Family
from traceability.quality.errors import OutOfDomain
from traceability.record.improvement import CheckedFigure, Direction
from traceability.record.metric import MetricName

DAYS = {"first": date(2026, 2, 1), "last": date(2026, 2, 28)}


def plan(test, metric, direction=Direction.UP, target="0.98"):
    reference = msgspec.structs.replace(PLAN.reference, metric=metric, characteristic="length")
    return msgspec.structs.replace(PLAN, test=test, reference=reference, direction=direction, target=target)


def values(n, mean, sd, value=None):
    return CheckedFigure(value=str(mean if value is None else value), n=n, mean=str(mean), sd=str(sd), uom="mm", **DAYS)


def verdict(planned, before, after, look=1, **told):
    return judged(planned, Found(before=before, after=after, **told), look, 7)


def test_shares():
    better = verdict(PLAN, figure(900, 1000), figure(985, 1000))
    assert (better.verdict, better.tested, better.target_met, better.log_size) == (
        EffectVerdict.EFFECTIVE,
        True,
        True,
        7,
    )
    assert float(better.effect_low) < 0.085 < float(better.effect_high)
    assert verdict(PLAN, figure(985, 1000), figure(900, 1000)).verdict is EffectVerdict.WORSE
    small = verdict(PLAN, figure(90, 100), figure(94, 100))
    assert (small.verdict, small.target_met) == (EffectVerdict.NOT_SHOWN, False)


def test_many_looks_make_it_harder():
    before, after = figure(90, 100), figure(98, 100)
    first = verdict(PLAN, before, after)
    assert first.verdict is EffectVerdict.EFFECTIVE
    third = verdict(PLAN, before, after, look=3)
    assert (third.p, float(third.p_looks)) == (first.p, pytest.approx(3 * float(first.p)))
    assert third.verdict is EffectVerdict.NOT_SHOWN


def test_means_spreads_ranks_and_indices():
    mean = plan(EffectTest.WELCH, MetricName.CHARACTERISTIC_MEAN, Direction.DOWN, "10")
    assert verdict(mean, values(50, 10.4, 0.2), values(50, 10.0, 0.2)).verdict is EffectVerdict.EFFECTIVE
    spread = plan(EffectTest.VARIANCE_RATIO, MetricName.CHARACTERISTIC_MEAN, Direction.UP, "10")
    found = verdict(spread, values(80, 10, 0.2), values(80, 10, 0.1))
    assert (found.verdict, found.effect) == (EffectVerdict.EFFECTIVE, "0.5")  # less spread is better, whatever way
    index = plan(EffectTest.CAPABILITY, MetricName.CAPABILITY, target="1.33")
    assert verdict(index, values(300, 10, 0.2, 1.0), values(300, 10, 0.1, 1.6)).verdict is EffectVerdict.EFFECTIVE
    ranks = plan(EffectTest.MANN_WHITNEY, MetricName.CHARACTERISTIC_MEAN, Direction.DOWN, "10")
    before, after = values(30, 10.3, 0.2), values(30, 10.0, 0.2)
    told = verdict(
        ranks, before, after, values=([10.3 + i / 100 for i in range(30)], [10.0 + i / 100 for i in range(30)])
    )
    assert told.verdict is EffectVerdict.EFFECTIVE
    assert verdict(ranks, before, after).verdict is EffectVerdict.CANNOT_TELL


def test_losses_are_compared_and_not_tested():
    loss = plan(EffectTest.POINT, MetricName.LOSS_RATE, Direction.DOWN, "0.02")
    found = verdict(loss, CheckedFigure(value="0.03", **DAYS), CheckedFigure(value="0.021", **DAYS))
    assert (found.verdict, found.tested, found.p, found.target_met) == (
        EffectVerdict.BETTER_UNTESTED,
        False,
        None,
        False,
    )
    assert (found.effect, found.why) == ("-0.009", "not tested: the two values are compared as they are")
    same = verdict(loss, CheckedFigure(value="0.03", **DAYS), CheckedFigure(value="0.03", **DAYS))
    assert same.verdict is EffectVerdict.NOT_SHOWN


def test_what_is_not_there_is_not_guessed():
    none = CheckedFigure(why="no value was measured in the period", **DAYS)
    found = verdict(PLAN, figure(90, 100), none)
    assert (found.verdict, found.why, found.target_met) == (
        EffectVerdict.CANNOT_TELL, "after: no value was measured in the period", None,
    )  # fmt: skip
    assert verdict(PLAN, values(9, 1, 1), figure(90, 100)).verdict is EffectVerdict.CANNOT_TELL


def test_every_metric_has_a_test_and_a_direction():
    assert TESTS.keys() == set(MetricName)
    assert natural_direction(MetricName.LOSS_RATE) is Direction.DOWN
    assert natural_direction(MetricName.INDICATOR) is None


def test_numbers_as_records_spell_them():
    assert [number(one) for one in (1e-20, -1e-20, 0.1, 250.0, -2.5)] == ["0", "0", "0.1", "250", "-2.5"]
    for wrong in (float("inf"), float("nan"), 1e16):
        with pytest.raises(OutOfDomain):
            number(wrong)


def test_rolled_yields_are_tested_by_their_counts():
    rolled = plan(EffectTest.PRODUCTS, MetricName.ROLLED_YIELD, target="0.9")
    sides = [[Family(output=500, steps=((k, 500), (480, 500)))] for k in (440, 490)]
    found = verdict(rolled, figure(845, 1000), figure(941, 1000), families=sides)
    assert (found.verdict, found.tested, found.target_met) == (EffectVerdict.EFFECTIVE, True, True)
    assert float(found.effect) == pytest.approx(0.1 * 0.96)
    assert verdict(rolled, figure(845, 1000), figure(941, 1000)).verdict is EffectVerdict.CANNOT_TELL


def test_losses_are_tested_by_their_months():
    losses = plan(EffectTest.MONTHS, MetricName.LOSS_RATE, Direction.DOWN, "0.02")
    before, after = figure(40, 1000), figure(10, 1000)
    months = ([0.040, 0.044, 0.037, 0.039], [0.011, 0.009, 0.012])
    found = verdict(losses, before, after, values=months)
    assert (found.verdict, found.tested, found.target_met) == (EffectVerdict.EFFECTIVE, True, True)
    assert float(found.effect) == pytest.approx(-0.029333, abs=1e-6)
    scattered = verdict(losses, before, after, values=([0.08, 0.0, 0.04], [0.0, 0.03, 0.0]))
    assert scattered.verdict is EffectVerdict.NOT_SHOWN
    few = verdict(losses, before, after, values=(months[0], months[1][:2]))
    assert (few.verdict, few.tested, few.why) == (
        EffectVerdict.CANNOT_TELL, False, "fewer than 3 whole months with a figure on a side",
    )  # fmt: skip


def test_nothing_is_left_untested_that_a_test_fits():
    def objection(metric, *days):
        asked = plan(EffectTest.POINT, metric, Direction.DOWN)
        names = ("before_first", "before_last", "after_first", "after_last")
        return untested_objection(msgspec.structs.replace(asked, **dict(zip(names, days, strict=True))))

    long = (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 10), date(2026, 7, 31))
    short = (date(2026, 1, 2), date(2026, 3, 31), date(2026, 4, 10), date(2026, 7, 31))
    assert "counts" in objection(MetricName.ROLLED_YIELD, *short)
    assert "months" in objection(MetricName.LOSS_RATE, *long)
    assert objection(MetricName.LOSS_RATE, *short) is None  # January is not whole
    assert objection(MetricName.INDICATOR, *long) is None
    assert whole_months(date(2026, 1, 31), date(2026, 3, 30)) == (date(2026, 2, 1),)
    assert whole_months(date(2025, 12, 1), date(2025, 12, 31)) == (date(2025, 12, 1),)
