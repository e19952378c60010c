"""What a station measures against what is true: errors, whether stated uncertainties hold, Type-1 studies."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from traceability.quality.msa.type_one import TypeOne, type_one_study
from traceability.quality.refusal import Refused
from vision.assess.figures import Rate, rate
from vision.assess.truth import Label
from vision.inspect.result import Inspection, StepResult

FEWEST = 10
"""Pictures of one part from which a Type-1 study is computed (25 are the least that one is valid with, 50 usual)."""


class TypeOneResult(msgspec.Struct, frozen=True, kw_only=True):
    """Cg and Cgk of one part measured ``n`` times; ``cautions`` say what speaks against them."""

    part: str
    n: int
    reference: float
    mean: float
    deviation: float
    cg: float | None = None
    cgk: float | None = None
    capable: bool | None = None
    bias_low: float | None = None
    bias_high: float | None = None
    cautions: tuple[str, ...] = ()


class GaugeStudy(msgspec.Struct, frozen=True, kw_only=True):
    """One step: errors are value minus truth, in its unit; ``errors`` in the order of the pictures."""

    step: str
    uom: str
    measured: Rate
    bias: float
    deviation: float
    worst: float
    tolerance: float | None
    within_stated: Rate
    """Errors no larger than the expanded uncertainty (k = 2) stated with the value."""
    errors: tuple[float, ...]
    type_one: tuple[TypeOneResult, ...] = ()


def gauge_studies(inspected: Sequence[tuple[Label, Inspection]]) -> tuple[GaugeStudy, ...]:
    """A study of each step for which any label has a true value, in the labels' order."""
    names = dict.fromkeys(name for label, _ in inspected for name in label.values)
    studies = (_study(name, [(label, _step(found, name)) for label, found in inspected]) for name in names)
    return tuple(study for study in studies if study is not None)


def _step(found: Inspection, name: str) -> StepResult | None:
    return next((step for step in found.steps if step.id == name), None)


def _study(name: str, seen: Iterable[tuple[Label, StepResult | None]]) -> GaugeStudy | None:
    asked = [(label, step) for label, step in seen if name in label.values]
    measured = [(label, step) for label, step in asked if step is not None and step.value is not None]
    if not measured:
        return None
    errors = [_value(step) - label.values[name] for label, step in measured]
    stated = [(error, step.expanded) for error, (_, step) in zip(errors, measured, strict=True) if step.expanded]
    mean = sum(errors) / len(errors)
    first = measured[0][1]
    tolerance = first.usl - first.lsl if first.usl is not None and first.lsl is not None else None
    return GaugeStudy(
        step=name,
        uom=first.uom,
        measured=rate(len(measured), len(asked)),
        bias=mean,
        deviation=math.sqrt(sum((error - mean) ** 2 for error in errors) / max(1, len(errors) - 1)),
        worst=max(errors, key=abs),
        tolerance=tolerance,
        within_stated=rate(sum(abs(error) <= expanded for error, expanded in stated), len(stated)),
        errors=tuple(errors),
        type_one=tuple(_type_one(name, measured, tolerance)),
    )


def _value(step: StepResult) -> float:
    assert step.value is not None
    return step.value


def _type_one(
    name: str, measured: Sequence[tuple[Label, StepResult]], tolerance: float | None
) -> Iterable[TypeOneResult]:
    parts: Mapping[str, list[tuple[Label, StepResult]]] = defaultdict(list)
    for label, step in measured:
        parts[label.part].append((label, step))
    for part, shots in parts.items():
        truths = {label.values[name] for label, _ in shots}
        if len(shots) >= FEWEST and len(truths) == 1:
            yield _one_part(part, [_value(step) for _, step in shots], truths.pop(), tolerance)


def _one_part(part: str, values: Sequence[float], reference: float, tolerance: float | None) -> TypeOneResult:
    exact = [_exact(value) for value in values]
    study = type_one_study(exact, _exact(reference), _exact(tolerance or 0.0))
    mean = sum(values) / len(values)
    plain = TypeOneResult(
        part=part,
        n=len(values),
        reference=reference,
        mean=mean,
        deviation=math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)),
    )
    if isinstance(study, Refused):
        return msgspec.structs.replace(plain, cautions=(str(study.reason),))
    return _filled(plain, study)


def _filled(plain: TypeOneResult, study: TypeOne) -> TypeOneResult:
    return msgspec.structs.replace(
        plain,
        cg=study.cg,
        cgk=study.cgk,
        capable=study.capable,
        bias_low=study.bias.interval.low,
        bias_high=study.bias.interval.high,
        cautions=tuple(str(caution) for caution in study.cautions),
    )


def _exact(value: float) -> Decimal:
    """The value as it is shown: to a millionth, far below what a camera resolves."""
    return Decimal(str(round(value, 6)))
