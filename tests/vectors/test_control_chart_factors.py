"""Factors of control charts against a printed table, and bounds of shares against their closed forms."""

import csv
import math
from pathlib import Path

import pytest

from traceability.quality.constants import c4, d2, d3
from traceability.quality.distributions import chi_square_cdf, chi_square_quantile
from traceability.quality.intervals import (
    clopper_pearson,
    cp_interval,
    cpk_interval,
    proportion_lower_bound,
    proportion_upper_bound,
)

TABLE = Path(__file__).parent / "control_chart_factors" / "factors.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def factors(n: int) -> dict[str, float]:
    spread = 3.0 * math.sqrt(1.0 - c4(n) ** 2)
    return {
        "A2": 3.0 / (d2(n) * math.sqrt(n)),
        "A3": 3.0 / (c4(n) * math.sqrt(n)),
        "c4": c4(n),
        "B3": max(0.0, 1.0 - spread / c4(n)),
        "B4": 1.0 + spread / c4(n),
        "B5": max(0.0, c4(n) - spread),
        "B6": c4(n) + spread,
        "d2": d2(n),
        "d3": d3(n),
        "D3": max(0.0, 1.0 - 3.0 * d3(n) / d2(n)),
        "D4": 1.0 + 3.0 * d3(n) / d2(n),
    }


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"n={row['n']}")
def test_a_printed_table_of_factors(row: dict[str, str]) -> None:
    found = factors(int(row["n"]))
    for name, printed in row.items():
        if name != "n":
            assert found[name] == pytest.approx(float(printed), abs=0.00105 if name != "c4" else 0.000055), name


@pytest.mark.parametrize("n", [1, 2, 5, 20, 150, 100_000])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_nothing_and_everything_have_closed_forms(n: int, confidence: float) -> None:
    """0 of n: upper bound 1 - (1 - confidence)^(1/n), two-sided with half the rest; n of n mirrors it."""
    one_sided, two_sided = -math.expm1(math.log1p(-confidence) / n), -math.expm1(math.log((1 - confidence) / 2) / n)
    assert proportion_upper_bound(0, n, confidence) == pytest.approx(one_sided, rel=1e-9)
    assert proportion_lower_bound(n, n, confidence) == pytest.approx(1 - one_sided, rel=1e-9)
    interval = clopper_pearson(0, n, confidence)
    assert (interval.low, interval.high) == (0.0, pytest.approx(two_sided, rel=1e-9))
    mirrored = clopper_pearson(n, n, confidence)
    assert (mirrored.low, mirrored.high) == (pytest.approx(1 - two_sided, rel=1e-9), 1.0)


@pytest.mark.parametrize(
    ("probability", "degrees", "printed"),
    [  # percentage points of chi-square as every statistics text prints them
        (0.95, 1, 3.841), (0.99, 1, 6.635), (0.95, 10, 18.307), (0.05, 10, 3.940), (0.975, 24, 39.364),
        (0.025, 24, 12.401), (0.99, 30, 50.892), (0.005, 5, 0.412), (0.95, 100, 124.342),
    ],
)  # fmt: skip
def test_printed_percentage_points_of_chi_square(probability: float, degrees: int, printed: float) -> None:
    assert chi_square_quantile(probability, degrees) == pytest.approx(printed, abs=0.00051)


@pytest.mark.parametrize("degrees", [0.3, 1.0, 4.0, 99.0, 5e5])
@pytest.mark.parametrize("probability", [1e-10, 1e-4, 0.3, 0.5, 0.975, 1 - 1e-9])
def test_a_quantile_is_the_inverse(probability: float, degrees: float) -> None:
    assert chi_square_cdf(chi_square_quantile(probability, degrees), degrees) == pytest.approx(probability, rel=1e-8)


def test_intervals_of_capability_as_montgomery_computes_them() -> None:
    """Montgomery, Introduction to Statistical Quality Control: Cp 2.29 of n = 20; Cpk 1.33 of n = 20."""
    cp = cp_interval(2.29, 20)
    assert (round(cp.low, 2), round(cp.high, 2)) == (1.57, 3.01)
    cpk = cpk_interval(1.33, 20)
    assert (cpk.low, cpk.high) == (pytest.approx(0.88, abs=0.015), pytest.approx(1.78, abs=0.015))
