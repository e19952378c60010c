"""The level at every threshold of the notice, and the sigma levels against their failures per million."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from traceability.quality.capability import CapabilityResult, IndexKind, plant_capability
from traceability.quality.capability_index import Index, Indices
from traceability.quality.level import Level
from traceability.quality.metric_grade import grade_cpk
from traceability.quality.sigma import dpmo_of, sigma_level
from traceability.quality.threshold import Comparison, Metric, level_of, next_threshold

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def level_of_row(metric: str, text: str) -> Level:
    value = Fraction(text) if text else None
    if metric == "sigma":
        return level_of(Metric.SIGMA, Fraction(dpmo_of(float(text))))
    if metric == "dpmo":
        return level_of(Metric.SIGMA, value)
    if metric == "cpk":
        return level_of(Metric.CPK, value)
    return level_of(Metric(metric.replace("_", "-")), None if value is None else value / 100)


@pytest.mark.parametrize(
    "row", rows("miit_grading_boundaries/boundary_cases.csv"), ids=lambda row: "-".join(row.values())
)
def test_boundary(row):
    assert level_of_row(row["metric"], row["value"]) == int(row["level_index_0_to_4"])


@pytest.mark.parametrize("text", ["0.99", "1", "1.3299", "1.33", "1.67", "2", "-3"])
def test_an_index_known_only_by_its_square_grades_like_the_value(text):
    value = Fraction(text)
    exact = Index(value * abs(value))
    overall = Indices(cp=None, cpl=exact, cpu=None, cpk=exact)
    result = CapabilityResult(characteristic="bore", kind=IndexKind.CPK, n=125, overall=overall, lower_bound=0.0)
    assert grade_cpk(plant_capability([result])).level == level_of(Metric.CPK, value)


def test_thresholds_and_level_names_are_those_printed():
    printed = json.loads((HERE / "miit_grading_boundaries" / "thresholds.json").read_text(encoding="utf-8"))
    assert [level.zh for level in Level] == printed["levels"]
    percent = {"rty": Metric.RTY, "internal_loss": Metric.INTERNAL_LOSS, "external_loss": Metric.EXTERNAL_LOSS}
    for name, metric in {**percent, "cpk": Metric.CPK}.items():
        for level in list(Level)[1:]:
            step = next_threshold(metric, Level(level - 1))
            text = printed["metrics"][name][level.zh]
            if step.comparison is Comparison.MEASURED:
                assert "measured" in text
                continue
            assert text.startswith(step.comparison.value)
            assert Fraction(text.lstrip("<>=")) == step.value * (100 if name in percent else 1)


@pytest.mark.parametrize("row", rows("sigma_dpmo/data.csv"), ids=lambda row: row["sigma"])
def test_sigma_level_and_failures_per_million(row):
    sigma, printed = int(row["sigma"]), Fraction(row["dpmo_seed"])
    exact = Fraction(row["dpmo_exact_one_sided_1.5_shift"])
    assert dpmo_of(sigma) == pytest.approx(float(exact), rel=1e-12)
    assert sigma_level(exact) == pytest.approx(sigma, abs=1e-12)
    assert level_of(Metric.SIGMA, exact) == level_of(Metric.SIGMA, printed) == sigma - 2
    assert level_of(Metric.SIGMA, max(exact, printed) + Fraction(1, 1000)) == sigma - 3


def test_the_printed_six_sigma_is_not_six_exactly_but_grades_so():
    assert sigma_level(Fraction("3.4")) < 6
    assert level_of(Metric.SIGMA, Fraction("3.4")) is Level.L4
