"""By which plan a lot is judged, and what a result means under it. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from hub.errors import EntryRefused
from hub.incoming.forms import ResultForm
from traceability.quality.sampling_plan.attributes import AQLS, Severity, SinglePlan, aql_index, plan_for_lot
from traceability.quality.sampling_plan.double import DoublePlan, double_plan_for_lot
from traceability.quality.sampling_plan.letters import SMALLEST_LOT, InspectionLevel, code_letter
from traceability.quality.sampling_plan.switching import score_gain
from traceability.quality.sampling_plan.variables import (
    VariablesPlan,
    judge,
    s_plan,
    sigma_plan,
    stated_plan,
)
from traceability.record.incoming import CharacteristicResult, IncomingCharacteristic

GAIN_OF_MEASURED = 3
_DOUBLE = frozenset({Severity.NORMAL, Severity.TIGHTENED})


class Method(StrEnum):
    """How a characteristic is judged."""

    SINGLE = "single"
    DOUBLE = "double"
    VARIABLES = "variables"
    EVERY = "every"
    """The sample is the whole lot."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be inspected of a lot for one characteristic."""

    name: str
    severity: Severity
    method: Method
    letter: str
    sample: int
    accept: int | None = None
    reject: int | None = None
    second: int | None = None
    """Of a double plan: the size of the second sample."""
    first_accept: int | None = None
    first_reject: int | None = None
    k: float | None = None
    sigma: float | None = None
    lower: str | None = None
    upper: str | None = None
    uom: str = ""
    aql: str = ""
    derived: bool = False
    """Whether k is derived, not that of an agreed table."""


def due_for(one: IncomingCharacteristic, size: int, severity: Severity) -> Due:
    """The plan for a lot of ``size`` under a severity."""
    every = Due(
        name=one.name, severity=severity, method=Method.EVERY, letter="", sample=size, accept=0, reject=1,
        lower=one.lower, upper=one.upper, uom=one.uom, aql=one.aql,
    )  # fmt: skip
    if size < SMALLEST_LOT:
        return every
    if one.measured:
        plan = _variables(one, size, severity)
        return every if plan is None else _by_values(every, plan)
    aql, level = Decimal(one.aql), InspectionLevel(one.level)
    double = double_plan_for_lot(size, aql, severity, level) if one.double and severity in _DOUBLE else None
    if double is not None:
        return _by_two_samples(every, double)
    single = plan_for_lot(size, aql, severity, level)
    return msgspec.structs.replace(
        every,
        method=Method.EVERY if single.whole_lot else Method.SINGLE,
        letter=single.letter,
        sample=single.sample,
        accept=single.accept,
        reject=single.reject,
    )


def _by_values(every: Due, plan: VariablesPlan) -> Due:
    return msgspec.structs.replace(
        every, method=Method.VARIABLES, letter=plan.letter, sample=plan.sample, k=plan.k, sigma=plan.sigma,
        derived=plan.derived, accept=None, reject=None,
    )  # fmt: skip


def _by_two_samples(every: Due, plan: DoublePlan) -> Due:
    return msgspec.structs.replace(
        every, method=Method.DOUBLE, letter=plan.letter, sample=plan.first, second=plan.second,
        first_accept=plan.first_accept, first_reject=plan.first_reject, accept=plan.accept, reject=plan.reject,
    )  # fmt: skip


def judged(one: IncomingCharacteristic, size: int, severity: Severity, given: ResultForm) -> CharacteristicResult:
    """What a result means; ``EntryRefused`` when it is not what the plan asks for."""
    due = due_for(one, size, severity)
    if due.method is Method.VARIABLES:
        return _judged_values(one, due, given, size)
    found = given.found
    if one.measured:
        found = _outside(one, _values(due, given))
    if found is None:
        raise EntryRefused("the number found is missing", where=_where(due), advice="give found")
    if due.method is Method.DOUBLE:
        return _judged_double(due, found, given.found_second, size, one)
    _check_found(due, found, due.sample)
    assert due.accept is not None
    accepted = found <= due.accept
    return CharacteristicResult(
        name=one.name, severity=severity, letter=due.letter, sample=due.sample, found=found, accept=due.accept,
        values=tuple(given.values), accepted=accepted, gain=_gain(one, size, severity, found) if accepted else 0,
    )  # fmt: skip


def _judged_double(
    due: Due, found: int, second: int | None, size: int, one: IncomingCharacteristic
) -> CharacteristicResult:
    plan = double_plan_for_lot(size, Decimal(one.aql), due.severity, InspectionLevel(one.level))
    assert plan is not None
    _check_found(due, found, plan.first)
    decided = found <= plan.first_accept or found >= plan.first_reject
    if decided == (second is not None):
        told = f"{found} found in the first sample decide" if decided else "a second sample is to be taken"
        advice = "leave out found_second" if decided else "give found_second"
        raise EntryRefused(told, where=_where(due), advice=advice)
    if second is not None:
        _check_found(due, second, plan.second)
    total = found + (second or 0)
    accepted = found <= plan.first_accept if second is None else total <= plan.accept
    return CharacteristicResult(
        name=due.name,
        severity=due.severity,
        letter=plan.letter,
        sample=plan.first if second is None else plan.first + plan.second,
        found=total,
        accept=plan.first_accept if second is None else plan.accept,
        second=second is not None,
        first_found=None if second is None else found,
        accepted=accepted,
        gain=score_gain(plan, total, second_sample=second is not None) if accepted else 0,
    )


def _judged_values(one: IncomingCharacteristic, due: Due, given: ResultForm, size: int) -> CharacteristicResult:
    values = _values(due, given)
    plan = _variables(one, size, due.severity)
    assert plan is not None
    limits = {"lower": _float(one.lower), "upper": _float(one.upper)}
    verdict = judge(plan, values, **limits)
    gain = 0
    if verdict.accepted:
        tighter = _one_tighter(one, size, due.severity)
        kept = tighter is None or judge(msgspec.structs.replace(plan, k=tighter.k), values, **limits).accepted
        gain = GAIN_OF_MEASURED if kept else 0
    return CharacteristicResult(
        name=one.name, severity=due.severity, letter=plan.letter, sample=plan.sample, found=_outside(one, values),
        values=tuple(given.values), k=f"{plan.k:.4f}", accepted=verdict.accepted, gain=gain,
    )  # fmt: skip


def _variables(
    one: IncomingCharacteristic, size: int, severity: Severity, aql: Decimal | None = None
) -> VariablesPlan | None:
    """The plan on measurements; None where its sample would be the whole lot."""
    asked = Decimal(one.aql) if aql is None else aql
    plan = _derived(one, size, asked, severity)
    if one.k is not None and one.sample is not None:
        usual = _derived(one, size, Decimal(one.aql), Severity.NORMAL)
        plan = _own(one.sample, float(one.k), _float(one.sigma), stricter_by=plan.k - usual.k)
    return plan if plan.sample < size else None


def _derived(one: IncomingCharacteristic, size: int, aql: Decimal, severity: Severity) -> VariablesPlan:
    letter, sigma = code_letter(size, InspectionLevel(one.level)), _float(one.sigma)
    return s_plan(letter, aql, severity) if sigma is None else sigma_plan(letter, aql, sigma, severity)


def _own(sample: int, k: float, sigma: float | None, *, stricter_by: float) -> VariablesPlan:
    """The parties' own plan; k is raised by as much as that of the derived plans, and never lowered."""
    return stated_plan(sample, round(k + max(0.0, stricter_by), 4), sigma)


def _one_tighter(one: IncomingCharacteristic, size: int, severity: Severity) -> VariablesPlan | None:
    at = aql_index(Decimal(one.aql))
    return None if at == 0 else _variables(one, size, severity, AQLS[at - 1])


def _gain(one: IncomingCharacteristic, size: int, severity: Severity, found: int) -> int:
    if size < SMALLEST_LOT or one.measured:
        return 2 if found == 0 else 0
    plan: SinglePlan | DoublePlan = plan_for_lot(size, Decimal(one.aql), severity, InspectionLevel(one.level))
    return score_gain(plan, found)


def _values(due: Due, given: ResultForm) -> list[float]:
    if len(given.values) != due.sample:
        raise EntryRefused(
            f"{len(given.values)} values, the plan asks for {due.sample}",
            where=_where(due),
            advice="measure just so many items",
        )
    return [float(value) for value in given.values]


def _outside(one: IncomingCharacteristic, values: Sequence[float]) -> int:
    lower, upper = _float(one.lower), _float(one.upper)
    return sum((lower is not None and each < lower) or (upper is not None and each > upper) for each in values)


def _check_found(due: Due, found: int, sample: int) -> None:
    if found > sample:
        raise EntryRefused(f"{found} found among {sample}", where=_where(due), advice="correct the number")


def _where(due: Due) -> str:
    return f"characteristic {due.name}"


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)
