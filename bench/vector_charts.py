"""Charts and capability over arrays, against NumPy doing the same arithmetic with nothing around it."""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from traceability.quality.charts.chart import Constants
from traceability.quality.charts.factors import d2, d3
from traceability.quality.study.limits import Specification
from traceability.quality.vector.capability import capability
from traceability.quality.vector.charts import individuals, xbar_r
from traceability.quality.vector.steps import Steps, steps_of

SIZE = 5


def bare_rules(z: Any) -> list[Any]:
    """Western Electric 1 to 4 on both sides: comparisons, running counts, and where they are."""
    found = []
    for sign in (1.0, -1.0):
        side = sign * z
        found.append(np.flatnonzero(side > 3.0))
        for k, n, edge in ((2, 3, 2.0), (4, 5, 1.0), (8, 8, 0.0)):
            facts = side > edge
            counts = np.cumsum(facts, dtype=np.int32)
            recent = counts.copy()
            recent[n:] -= counts[:-n]
            found.append(np.flatnonzero(facts & (recent >= k)))
    return found


def bare_xbar_r(values: Any) -> Any:
    means, ranges = values.mean(axis=1), values.max(axis=1) - values.min(axis=1)
    sigma = ranges.mean() / d2(SIZE, Constants.EXACT)
    reach = 3.0 * sigma * d3(SIZE, Constants.EXACT)
    outside = np.flatnonzero(ranges > ranges.mean() + reach), np.flatnonzero(ranges < max(ranges.mean() - reach, 0.0))
    return bare_rules((means - means.mean()) / (sigma / SIZE**0.5)), outside


def bare_individuals(values: Any) -> Any:
    ranges = np.abs(np.diff(values))
    sigma = ranges.mean() / d2(2, Constants.EXACT)
    outside = np.flatnonzero(ranges > sigma * (d2(2, Constants.EXACT) + 3.0 * d3(2, Constants.EXACT)))
    return bare_rules((values - values.mean()) / sigma), outside


def bare_capability(values: Any, low: float, high: float) -> Any:
    mean, sigma = values.mean(), values.std(ddof=1)
    outside = np.count_nonzero(values < low), np.count_nonzero(values > high)
    return (
        min(high - mean, mean - low) / (3.0 * sigma),
        (high - low) / (6.0 * sigma),
        outside,
        values.min(),
        values.max(),
    )


def median_ms(work: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return 1e3 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    whole = np.random.default_rng(7).normal(25_000, 12, arguments.values // SIZE * SIZE).round().astype(np.int64)
    singles, groups = steps_of(whole, 3), Steps(whole.reshape(-1, SIZE), 3)
    doubles = whole / 1000.0
    in_groups = doubles.reshape(-1, SIZE)
    limits = Specification(lsl=24.95, usl=25.05)
    rows: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "X̄-R, subgroups of 5": (lambda: xbar_r(groups), lambda: bare_xbar_r(in_groups)),
        "I-MR": (lambda: individuals(singles), lambda: bare_individuals(doubles)),
        "capability": (lambda: capability(singles, limits), lambda: bare_capability(doubles, 24.95, 25.05)),
    }
    for name, (ours, bare) in rows.items():
        ours(), bare()
        one, other = median_ms(ours, arguments.repeats), median_ms(bare, arguments.repeats)
        print(f"{name}: {one:.1f} ms, NumPy alone {other:.1f} ms, {one / other:.2f} x ({whole.size} values)")


if __name__ == "__main__":
    main()
