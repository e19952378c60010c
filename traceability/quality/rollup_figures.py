"""Figures from a roll-up alone: capability, percentiles, sigma within. The same digits as from the raw values."""

from fractions import Fraction

from traceability.measurement import Characteristic
from traceability.quality.capability import CapabilityResult, Evidence, assess_evidence
from traceability.quality.constants import d2
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.normality import anderson_darling_counted
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.rollup import Rollup
from traceability.quality.stability import stability_of
from traceability.quality.study.percentiles import Percentiles, empirical_percentiles, quantile_of


def rollup_capability(
    rollup: Rollup, characteristic: Characteristic, *, gauge_share: Fraction | None = None, calibrated: bool = True
) -> CapabilityResult:
    """As ``assess_capability`` of the values behind the roll-up.

    Stability is judged by the stream's own subgroups (positions 5k to 5k + 4), which are those of the raw values when
    the roll-up starts at such a position and has no gap.
    """
    evidence = Evidence(
        sums=rollup.sums,
        stability=stability_of(rollup.subgroups),
        anderson_darling=anderson_darling_counted(rollup.sums, rollup.histogram),
    )
    return assess_evidence(evidence, rollup.decimals, characteristic, gauge_share=gauge_share, calibrated=calibrated)


@or_refused
def rollup_quantile(rollup: Rollup, probability: float) -> float:
    """A quantile of the values, in their unit: rank (n + 1)·P, interpolated."""
    if not 0.0 <= probability <= 1.0:
        message = f"a probability lies between 0 and 1, not {probability}"
        raise OutOfDomain(message)
    return quantile_of(rollup.histogram, probability) * 10.0**-rollup.decimals


@or_refused
def rollup_percentiles(rollup: Rollup) -> Percentiles:
    """The 0.135th, 50th and 99.865th percentile of at least 740 values."""
    return empirical_percentiles(rollup.histogram, Fraction(1, 10**rollup.decimals))


@or_refused
def rollup_moving_range_sigma(rollup: Rollup) -> float:
    """M̄R/d2(2) over all neighbouring positions, in the values' unit."""
    if not rollup.range_count:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "no two neighbouring values")
    if not rollup.ranges:
        raise NoFigure(Reason.ZERO_SPREAD, "the moving ranges are zero")
    return float(Fraction(rollup.ranges, rollup.range_count * 10**rollup.decimals)) / d2(2)
