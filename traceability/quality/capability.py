"""Process capability of a characteristic and of a plant, with its preconditions (rules R8 to R10).

The index that is graded uses the overall standard deviation s (n − 1). It is called Cpk where stability was shown and
Ppk where it was not (ISO 22514). The index of the spread within subgroups (S̄/c4) stands beside as Cwk. Too few values
or instability leave the figure visible but unrated; a gauge never studied or a distribution that is not normal makes
the evidence weaker. Nothing is estimated where there is nothing to estimate from: a reason stands in its place.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.capability_index import Index, Indices, cpm, indices
from traceability.quality.intervals import Interval, cp_interval, cpk_interval, cpk_lower_bound
from traceability.quality.moments import Moments, moments_of
from traceability.quality.normality import CRITICAL_5_PERCENT, anderson_darling
from traceability.quality.reason import Reason
from traceability.quality.stability import Stability, check_stability

FEWEST_VALUES = 100
"""25 subgroups or 100 values; with subgroups of five the second is reached first."""

LARGEST_GAUGE_SHARE = Fraction(30, 100)
_POWERS_OF_TEN = 30
_UNUSABLE_LIMITS = frozenset({Reason.NO_LIMITS, Reason.INVALID_LIMITS, Reason.REVERSED_LIMITS})


class IndexKind(StrEnum):
    """The name that the graded index earns."""

    CPK = "Cpk"
    PPK = "Ppk"


class CapabilityResult(msgspec.Struct, frozen=True, kw_only=True):
    """Capability of one characteristic; mean and sigma in its unit of measure."""

    characteristic: str
    kind: IndexKind
    n: int
    mean: Fraction | None = None
    sigma: float | None = None
    sigma_within: float | None = None
    overall: Indices | None = None
    """Cp, Cpl, Cpu and Cpk by the overall sigma; exact."""
    within: float | None = None
    """Cwk, by S̄/c4(5)."""
    lower_bound: float | None = None
    """One-sided 95 % bound of the graded index."""
    interval: Interval | None = None
    cp_interval: Interval | None = None
    cpm: float | None = None
    """About the target; None without a target or with one limit only."""
    stability: Stability | None = None
    reasons: tuple[Reason, ...] = ()
    """Why it is not rated."""
    cautions: tuple[Reason, ...] = ()
    """Preconditions not shown: the evidence is class B at most."""

    @property
    def index(self) -> Index | None:
        """The graded index, exactly; None where nothing can be estimated."""
        return None if self.overall is None else self.overall.cpk

    @property
    def value(self) -> float | None:
        """The graded index, for display."""
        return None if self.index is None else self.index.value

    @property
    def rated(self) -> bool:
        """Whether the value may be graded."""
        return self.index is not None and not self.reasons


class PlantCapability(msgspec.Struct, frozen=True, kw_only=True):
    """All key characteristics 关键特性 of a plant; the worst one, unrated before rated, speaks for it."""

    results: tuple[CapabilityResult, ...]
    worst: CapabilityResult | None = None
    reason: Reason | None = None

    def share_reaching(self, threshold: Fraction) -> Fraction | None:
        """Share of key characteristics rated at or above a threshold."""
        if not self.results:
            return None
        rated = [result.index for result in self.results if result.rated and result.index is not None]
        return Fraction(sum(index.reaches(threshold) for index in rated), len(self.results))


class Evidence(msgspec.Struct, frozen=True):
    """What capability rests on, from values or from a roll-up of them; in steps of the resolution."""

    sums: Moments
    stability: Stability | None
    anderson_darling: float | None


class PlainIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The index of some values without its preconditions: for pictures and lists; fields as in a result."""

    n: int
    mean: float | None
    sigma: float | None
    value: float | None
    interval: Interval | None


def plain_index(sums: Moments, decimals: int, characteristic: Characteristic) -> PlainIndex:
    """The same figures that :func:`assess_evidence` gives of these sums; whether they are rated is not asked."""
    step = _step(decimals)
    mean = None if sums.mean is None else sums.mean * step
    variance = None if sums.variance is None else sums.variance * step * step
    index = None
    if mean is not None and variance and not _UNUSABLE_LIMITS & set(_reasons(sums, characteristic, None)):
        index = indices(mean, variance, _limit(characteristic.lsl), _limit(characteristic.usl)).cpk.value
    return PlainIndex(
        n=sums.n,
        mean=None if mean is None else float(mean),
        sigma=None if variance is None else math.sqrt(variance),
        value=index,
        interval=None if index is None else cpk_interval(index, sums.n),
    )


def assess_capability(
    values: Sequence[int],
    decimals: int,
    characteristic: Characteristic,
    *,
    gauge_share: Fraction | None = None,
    calibrated: bool = True,
) -> CapabilityResult:
    """Capability from values (integers x 10^-decimals) in their order of making.

    ``gauge_share``: repeatability and reproducibility as a share of the tolerance from a gauge study; None: no study.
    ``calibrated``: whether every registered gauge was in calibration.
    """
    evidence = Evidence(moments_of(values), check_stability(values), anderson_darling(values))
    return assess_evidence(evidence, decimals, characteristic, gauge_share=gauge_share, calibrated=calibrated)


def assess_evidence(
    evidence: Evidence,
    decimals: int,
    characteristic: Characteristic,
    *,
    gauge_share: Fraction | None = None,
    calibrated: bool = True,
) -> CapabilityResult:
    """As :func:`assess_capability`, from what is kept of the values."""
    sums, stability = evidence.sums, evidence.stability
    step = _step(decimals)
    lsl, usl = _limit(characteristic.lsl), _limit(characteristic.usl)
    reasons = _reasons(sums, characteristic, stability)
    shown = stability is not None and stability.stable and sums.n >= FEWEST_VALUES
    mean = None if sums.mean is None else sums.mean * step
    result = CapabilityResult(
        characteristic=characteristic.id,
        kind=IndexKind.CPK if shown else IndexKind.PPK,
        n=sums.n,
        mean=mean,
        sigma=None if sums.variance is None else math.sqrt(sums.variance * step * step),
        sigma_within=None if stability is None else stability.sigma_within * float(step),
        stability=stability,
        reasons=reasons,
    )
    if mean is None or not sums.variance or _UNUSABLE_LIMITS & set(reasons):
        return result
    overall = indices(mean, sums.variance * step * step, lsl, usl)
    return msgspec.structs.replace(
        result,
        overall=overall,
        within=_within(mean, result.sigma_within, lsl, usl),
        lower_bound=cpk_lower_bound(overall.cpk.value, sums.n),
        interval=cpk_interval(overall.cpk.value, sums.n),
        cp_interval=None if overall.cp is None else cp_interval(overall.cp.value, sums.n),
        cpm=_cpm(mean, sums.variance * step * step, lsl, usl, _limit(characteristic.target)),
        cautions=_cautions(evidence.anderson_darling, gauge_share, calibrated=calibrated),
    )


def plant_capability(key_characteristics: Sequence[CapabilityResult]) -> PlantCapability:
    """The minimum over key characteristics, never a mean (rule R8)."""
    if not key_characteristics:
        return PlantCapability(results=(), reason=Reason.NO_KEY_CHARACTERISTIC)
    results = tuple(sorted(key_characteristics, key=lambda result: result.characteristic))
    worst = min(results, key=_rank)
    return PlantCapability(results=results, worst=worst, reason=None if worst.rated else _first_reason(worst))


def _rank(result: CapabilityResult) -> tuple[bool, bool, Fraction]:
    return result.rated, result.index is not None, result.index.signed_square if result.index else Fraction(0)


def _first_reason(result: CapabilityResult) -> Reason:
    return result.reasons[0] if result.reasons else Reason.NO_VALUES


def _reasons(sums: Moments, characteristic: Characteristic, stability: Stability | None) -> tuple[Reason, ...]:
    lsl, usl = characteristic.lsl, characteristic.usl
    usable = all(_is_usable(limit) for limit in (lsl, usl) if limit is not None)
    findings = {
        Reason.NO_VALUES: sums.n == 0,
        Reason.NO_LIMITS: lsl is None and usl is None,
        Reason.INVALID_LIMITS: not usable,
        Reason.REVERSED_LIMITS: usable and lsl is not None and usl is not None and lsl >= usl,
        Reason.ZERO_SPREAD: sums.variance == 0,
        Reason.TOO_FEW_VALUES: 0 < sums.n < FEWEST_VALUES,
        Reason.UNSTABLE: stability is not None and not stability.stable,
    }
    return tuple(reason for reason, found in findings.items() if found)


def _step(decimals: int) -> Fraction:
    return Fraction(1, 10**decimals) if decimals >= 0 else Fraction(10**-decimals)


def _limit(stated: Decimal | None) -> Fraction | None:
    return None if stated is None or not _is_usable(stated) else Fraction(stated)


def _is_usable(limit: Decimal) -> bool:
    """Finite, and of a size that can be computed with exactly."""
    exponent = limit.as_tuple().exponent
    return isinstance(exponent, int) and abs(exponent) <= _POWERS_OF_TEN


def _cautions(statistic: float | None, gauge_share: Fraction | None, *, calibrated: bool) -> tuple[Reason, ...]:
    findings = {
        Reason.GAUGE_NOT_STUDIED: gauge_share is None,
        Reason.GAUGE_NOT_CAPABLE: gauge_share is not None and gauge_share > LARGEST_GAUGE_SHARE,
        Reason.GAUGE_NOT_CALIBRATED: not calibrated,
        Reason.NOT_NORMAL: statistic is not None and statistic > CRITICAL_5_PERCENT,
    }
    return tuple(reason for reason, found in findings.items() if found)


def _cpm(
    mean: Fraction, variance: Fraction, lsl: Fraction | None, usl: Fraction | None, target: Fraction | None
) -> float | None:
    if lsl is None or usl is None or target is None:
        return None
    return cpm(mean, variance, lsl, usl, target).value


def _within(mean: Fraction, sigma: float | None, lsl: Fraction | None, usl: Fraction | None) -> float | None:
    if not sigma:
        return None
    sides = [] if lsl is None else [float(mean - lsl)]
    if usl is not None:
        sides.append(float(usl - mean))
    return min(sides) / (3.0 * sigma)
