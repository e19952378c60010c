"""Published figures of NIST: exact sums and capability from summary statistics."""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

from traceability.quality.capability_index import indices
from traceability.quality.moments import merged, moments_of

HERE = Path(__file__).parent
DATASETS = json.loads((HERE / "nist_univariate.json").read_text(encoding="utf-8"))["datasets"]


@pytest.mark.parametrize("data", DATASETS, ids=lambda data: data["name"])
def test_certified_mean_and_deviation_also_from_merged_parts(data):
    values = data.get("values") or [data["first"], *data["pair"] * data["pairs"]]
    whole = moments_of(values)
    parts = merged(moments_of(values[start::7]) for start in reversed(range(7)))
    assert parts == whole
    assert whole.mean / 10 ** data["decimals"] == Fraction(data["mean"])
    deviation = math.sqrt(whole.variance / 10 ** (2 * data["decimals"]))
    assert deviation == pytest.approx(data["sd"], rel=1e-14)


def test_capability_from_summary_statistics():
    facts = json.loads((HERE / "nist_capability.json").read_text(encoding="utf-8"))["capability"]
    found = indices(
        Fraction(facts["mean"]), Fraction(facts["sigma"]) ** 2, Fraction(facts["lsl"]), Fraction(facts["usl"])
    )
    for name in ("cp", "cpu", "cpl", "cpk"):
        assert getattr(found, name).value == pytest.approx(facts[name], abs=facts["tolerance"])
