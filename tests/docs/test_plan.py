"""The plan in the guides is what ``bench/plan.py`` reckons from what was measured, in both languages."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = {"en": "## A plan for 100,000 agents", "zh-CN": "## 十万个代理"}


@pytest.mark.parametrize("language", HEADINGS)
def test_the_table_is_what_is_reckoned(language: str) -> None:
    reckoned = runpy.run_path(str(ROOT / "bench" / "plan.py"))
    guide = (ROOT / "docs" / language / "operations.md").read_text(encoding="utf-8")
    section = guide.partition(HEADINGS[language])[2]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    assert [tuple(row[1:]) for row in rows[1:]] == [figures for _, figures in reckoned["cells"]()]


def test_the_arithmetic() -> None:
    """By hand, for batches sealed every hour."""
    hourly = runpy.run_path(str(ROOT / "bench" / "plan.py"))["PLANS"][1]
    results, agents = 5e9, 100_000
    an_hour = results / 365 / 24 / agents
    assert hourly.in_a_batch == pytest.approx(an_hour)
    assert hourly.batches == pytest.approx(agents * 365 * 24)
    assert hourly.batches_at_peak == pytest.approx(agents / 3600)
    assert hourly.cores_at_peak == pytest.approx((agents / 3600 * 6.5 + 5 * results / 365 / 86_400 * 0.2) / 1000)
    assert hourly.ledger == pytest.approx(agents * 365 * 24 * 2_400 + results * 115)
    on_nodes = results * (810 + 25) + agents * 365 * 24 * (1_400 + 2_300) + 1e9 * 4 * 2 * 380
    assert hourly.on_nodes == pytest.approx(on_nodes)
    assert (hourly.nodes() - 1) * 3e12 < 2 * on_nodes <= hourly.nodes() * 3e12
