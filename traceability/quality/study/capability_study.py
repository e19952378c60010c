"""The capability of one characteristic, every usual index with its interval and what speaks against it.

Overall indices (Pp, Ppk, Cpm) use all the spread there was, indices within (Cw, Cwk) only that inside subgroups. The
overall index is called Cpk where stability was shown. Intervals: Pp by χ², Ppk ± z√(1/9N + Ppk²/2ν) (Bissell 1990),
Cpm by Boyles (1991), percentile methods by jackknife. Whatever cannot be said is None, with its reason.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.capability import FEWEST_VALUES, LARGEST_GAUGE_SHARE, IndexKind
from traceability.quality.charts.chart import Constants, Estimator
from traceability.quality.errors import NoFigure
from traceability.quality.fit.boxcox import BoxCox
from traceability.quality.intervals import CONFIDENCE
from traceability.quality.moments import Moments, moments_of
from traceability.quality.normality import CRITICAL_5_PERCENT, anderson_darling, anderson_darling_of
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.stability import Stability, check_stability
from traceability.quality.steps import Number, exact, grouped_steps
from traceability.quality.study.indices import Figure, NormalIndices, cpm_figure, normal_indices
from traceability.quality.study.limits import Limits, Specification, checked
from traceability.quality.study.percentiles import ENOUGH
from traceability.quality.study.shape import (
    Method,
    Shape,
    box_cox_values,
    empirical_shape,
    fitted_shape,
    transformed_limits,
)
from traceability.quality.study.time_model import TimeModel, normal_scores, time_model
from traceability.quality.study.within import Within, within_of


class StudyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """``origin``: known lower bound of the values for skewed families; ``gauge_share``: R&R over tolerance."""

    method: Method = Method.AUTO
    within: Estimator | None = None
    """None: pooled s of subgroups, mean moving range of single values."""
    constants: Constants = Constants.EXACT
    confidence: float = CONFIDENCE
    origin: Number = 0
    gauge_share: Fraction | None = None


class CapabilityStudy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found; mean and sigmas in the values' unit (after Box-Cox: of the transformed values)."""

    n: int
    method: Method
    """The one used: never AUTO."""
    kind: IndexKind
    model: TimeModel | None
    mean: float
    sigma: float
    """Overall s, divisor n - 1."""
    overall: NormalIndices
    """Pp, Ppl, Ppu, Ppk by s, or by percentiles."""
    cpm: Figure | None = None
    within: Within | None = None
    potential: NormalIndices | None = None
    """Cw, Cwl, Cwu, Cwk by sigma within (normal methods only)."""
    shape: Shape | None = None
    power: BoxCox | None = None
    anderson_darling: float | None = None
    stability: Stability | None = None
    """Of the values; of their normal scores where they do not look normal."""
    below: int
    above: int
    """Values observed outside the limits."""
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Reason, ...] = ()


_DEFAULT = StudyOptions()


class _Sample(msgspec.Struct, frozen=True):
    groups: list[tuple[int, ...]]
    values: list[int]
    unit: Fraction
    sums: Moments
    limits: Limits

    @property
    def floats(self) -> list[float]:
        """The values as doubles."""
        return [float(value * self.unit) for value in self.values]


@or_refused
def study_values(
    values: Sequence[Number], specification: Specification, options: StudyOptions = _DEFAULT
) -> CapabilityStudy:
    """A study of single values in their order of making."""
    return _study([[value] for value in values], specification, options)


@or_refused
def study_groups(
    groups: Sequence[Sequence[Number]], specification: Specification, options: StudyOptions = _DEFAULT
) -> CapabilityStudy:
    """A study of rational subgroups, of equal or unequal size, in their order of making."""
    return _study(groups, specification, options)


def _study(groups: Sequence[Sequence[Number]], specification: Specification, options: StudyOptions) -> CapabilityStudy:
    sample = _sample(groups, specification)
    statistic = anderson_darling(sample.values)
    looks_normal = statistic is None or statistic <= CRITICAL_5_PERCENT
    plain_stability = check_stability(sample.values)
    stability = plain_stability if looks_normal else check_stability(normal_scores(sample.values))
    model = time_model(stability, plain_stability, looks_normal)
    method = _method(options.method, model, looks_normal, sample.sums.n)
    enough = sample.sums.n >= FEWEST_VALUES or _subgroups(sample) >= 25
    shown = enough and stability is not None and stability.stable
    steps = (sample.limits.lsl, sample.limits.usl)
    plain = CapabilityStudy(
        n=sample.sums.n,
        method=method,
        kind=IndexKind.CPK if shown else IndexKind.PPK,
        model=model,
        mean=float((sample.sums.mean or Fraction(0)) * sample.unit),
        sigma=math.sqrt((sample.sums.variance or Fraction(0)) * sample.unit**2),
        overall=_EMPTY,
        anderson_darling=statistic,
        stability=stability,
        below=0 if steps[0] is None else sum(value * sample.unit < steps[0] for value in sample.values),
        above=0 if steps[1] is None else sum(value * sample.unit > steps[1] for value in sample.values),
        reasons=_reasons(enough, stability),
    )
    return _with_cautions(_with_indices(plain, sample, options), options, looks_normal)


# Stands in only until the method has computed the indices; every branch of _with_indices replaces it or refuses.
_EMPTY = NormalIndices(cp=None, cpl=None, cpu=None, cpk=Figure(math.nan))


def _sample(groups: Sequence[Sequence[Number]], specification: Specification) -> _Sample:
    limits = checked(specification)
    if not groups:
        raise NoFigure(Reason.NO_VALUES, "no value")
    found, unit = grouped_steps(groups)
    values = [value for group in found for value in group]
    sums = moments_of(values)
    if sums.n < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "one value has no spread")
    if not sums.variance:
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    return _Sample(found, values, unit, sums, limits)


def _subgroups(sample: _Sample) -> int:
    return sum(len(group) > 1 for group in sample.groups)


def _method(asked: Method, model: TimeModel | None, looks_normal: bool, n: int) -> Method:
    if asked is not Method.AUTO:
        return asked
    if model in (TimeModel.B, TimeModel.C, TimeModel.D):
        return Method.EMPIRICAL if n >= ENOUGH else Method.FITTED
    return Method.NORMAL if looks_normal else Method.FITTED


def _with_indices(study: CapabilityStudy, sample: _Sample, options: StudyOptions) -> CapabilityStudy:
    match study.method:
        case Method.EMPIRICAL:
            return _by_shape(study, empirical_shape(sample.values, sample.unit, sample.limits))
        case Method.FITTED | Method.JOHNSON:
            origin = float(exact(options.origin))
            shape = fitted_shape(sample.floats, sample.limits, origin, study.method, options.confidence)
            return _by_shape(study, shape)
        case Method.BOX_COX:
            return _by_power(study, sample, options)
        case _:
            return _by_sigma(study, sample, options)


def _by_sigma(study: CapabilityStudy, sample: _Sample, options: StudyOptions) -> CapabilityStudy:
    limits, n = sample.limits, sample.sums.n
    lsl = None if limits.lsl is None else float(limits.lsl)
    usl = None if limits.usl is None else float(limits.usl)
    within = within_of(sample.groups, sample.unit, _estimator(sample, options), options.constants)
    potential = None
    if within is not None:
        potential = normal_indices(
            study.mean, within.sigma, (lsl, usl), n, confidence=options.confidence, degrees=within.degrees
        )
    variance = (sample.sums.variance or Fraction(0)) * sample.unit**2
    return msgspec.structs.replace(
        study,
        overall=normal_indices(study.mean, study.sigma, (lsl, usl), n, confidence=options.confidence),
        cpm=cpm_figure((sample.sums.mean or Fraction(0)) * sample.unit, variance, limits, n, options.confidence),
        within=within,
        potential=potential,
    )


def _by_power(study: CapabilityStudy, sample: _Sample, options: StudyOptions) -> CapabilityStudy:
    power, moved = box_cox_values(sample.floats, options.confidence)
    bounds = transformed_limits(sample.limits, power)
    n = len(moved)
    mean = math.fsum(moved) / n
    sigma = math.sqrt(math.fsum((value - mean) ** 2 for value in moved) / (n - 1))
    return msgspec.structs.replace(
        study,
        mean=mean,
        sigma=sigma,
        power=power,
        anderson_darling=anderson_darling_of(sorted(moved)),
        overall=normal_indices(mean, sigma, bounds, n, confidence=options.confidence),
    )


def _by_shape(study: CapabilityStudy, shape: Shape) -> CapabilityStudy:
    found = shape.indices
    figures = NormalIndices(
        cp=None if found.pp is None else Figure(found.pp, shape.pp_interval),
        cpl=None if found.ppl is None else Figure(found.ppl),
        cpu=None if found.ppu is None else Figure(found.ppu),
        cpk=Figure(found.ppk, shape.ppk_interval),
    )
    return msgspec.structs.replace(study, overall=figures, shape=shape)


def _estimator(sample: _Sample, options: StudyOptions) -> Estimator:
    if options.within is not None:
        return options.within
    return Estimator.POOLED if _subgroups(sample) else Estimator.MOVING_RANGES


def _reasons(enough: bool, stability: Stability | None) -> tuple[Reason, ...]:
    unstable = stability is not None and not stability.stable
    return (*(() if enough else (Reason.TOO_FEW_VALUES,)), *((Reason.UNSTABLE,) if unstable else ()))


def _with_cautions(study: CapabilityStudy, options: StudyOptions, looks_normal: bool) -> CapabilityStudy:
    share, statistic = options.gauge_share, study.anderson_darling
    after = study.method is Method.BOX_COX and statistic is not None and statistic > CRITICAL_5_PERCENT
    candidates = () if study.shape is None else study.shape.candidates
    findings = {
        Reason.GAUGE_NOT_STUDIED: share is None,
        Reason.GAUGE_NOT_CAPABLE: share is not None and share > LARGEST_GAUGE_SHARE,
        Reason.NOT_NORMAL: after or (study.method is Method.NORMAL and not looks_normal),
        Reason.NO_TARGET: study.method is Method.NORMAL and study.overall.cp is not None and study.cpm is None,
        Reason.NO_FIT: bool(candidates) and not candidates[0].accepted,
    }
    return msgspec.structs.replace(study, cautions=tuple(reason for reason, found in findings.items() if found))
