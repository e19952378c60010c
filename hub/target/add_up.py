"""Whether the targets of lines and operations add up to that of the plant. Pure.

A plant's rolled yield is the product over its operations, so their targets multiply; losses over the same output and
costs are sums; the least capable characteristic speaks for all; other shares and means lie between those of the parts,
by how much is made of each. So some hold whatever is made, some never, and some depend on it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

from hub.tabular.words import NOTHING, Words
from traceability.record.indicator import Direction, TargetRecord
from traceability.record.metric import MetricName, MetricReference

Routes = Mapping[str, Sequence[str]]
"""Operations of each part."""


class Sum(StrEnum):
    """What the parts make of the whole when each of them just meets its target."""

    ADDS_UP = "adds-up"
    FALLS_SHORT = "falls-short"
    DEPENDS = "depends"
    CANNOT_COMPARE = "cannot-compare"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """``reached``: what the parts come to together where that is one number; ``missing``: nothing is asked of these.

    ``left_out``: parts that can't be compared with the whole.
    """

    verdict: Sum
    reached: Fraction | None = None
    why: Words = NOTHING
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


_SUMS: Mapping[MetricName, frozenset[MetricName]] = {
    MetricName.LOSS_RATE: frozenset(
        {MetricName.LOSS_RATE, MetricName.INTERNAL_LOSS_RATE, MetricName.EXTERNAL_LOSS_RATE}
    ),
    MetricName.INTERNAL_LOSS_RATE: frozenset({MetricName.INTERNAL_LOSS_RATE}),
    MetricName.EXTERNAL_LOSS_RATE: frozenset({MetricName.EXTERNAL_LOSS_RATE}),
    MetricName.QUALITY_COST: frozenset({MetricName.QUALITY_COST}),
}
_FACTORS = frozenset({MetricName.ROLLED_YIELD, MetricName.FIRST_PASS_YIELD})


def check(parent: TargetRecord, children: Sequence[TargetRecord], routes: Routes) -> Check:
    """The children of a target against it; ``routes`` say of which operations something should be asked."""
    fitting = [one for one in children if comparable(parent, one)]
    left_out = tuple(sorted(one.id for one in children if not comparable(parent, one)))
    if not fitting:
        why = Words("none of the parts can be compared with the whole", "下级目标均无法与上级比较")
        return Check(verdict=Sum.CANNOT_COMPARE, why=why, left_out=left_out)
    found = _rule(parent.reference.metric)(parent, fitting, routes)
    late = [one.id for one in fitting if shorter(parent, one)]
    if late and found.verdict is Sum.ADDS_UP:
        names = ", ".join(sorted(late))
        why = Words(f"not in force for the whole time: {names}", f"未覆盖整个期间：{names}")
        found = msgspec.structs.replace(found, verdict=Sum.DEPENDS, why=why)
    return msgspec.structs.replace(found, left_out=left_out)


def lies_within(child: MetricReference, parent: MetricReference) -> bool:
    """Whether a place is the same or a part of another one."""
    names = ("plant", "line", "operation", "part", "characteristic", "defect")
    return all(getattr(parent, name) in ("", getattr(child, name)) for name in names)


def comparable(parent: TargetRecord, child: TargetRecord, *, same_metric: bool = False) -> bool:
    """Whether a target says something about the whole; ``same_metric``: of the same figure only."""
    metric, of = parent.reference.metric, child.reference.metric
    if parent.direction is not child.direction or parent.currency != child.currency:
        return False
    if same_metric:
        return of is metric and child.reference.indicator == parent.reference.indicator
    if metric in _SUMS:
        return of in _SUMS[metric] and parent.direction is Direction.LOWER
    if metric is MetricName.ROLLED_YIELD:
        return of is metric or (of is MetricName.FIRST_PASS_YIELD and bool(child.reference.operation))
    return of is metric and child.reference.indicator == parent.reference.indicator


def shorter(parent: TargetRecord, child: TargetRecord) -> bool:
    """Whether a part holds not for all of the time of the whole."""
    ends = child.last is not None and (parent.last is None or child.last < parent.last)
    return child.first > parent.first or ends


_Rule = Callable[[TargetRecord, Sequence[TargetRecord], Routes], Check]


def _rule(metric: MetricName) -> _Rule:
    if metric in _SUMS:
        return summed
    if metric is MetricName.ROLLED_YIELD:
        return _multiplied
    return worst if metric is MetricName.CAPABILITY else between


def summed(parent: TargetRecord, children: Sequence[TargetRecord], _routes: Routes) -> Check:
    """Sums: what the parts allow, together."""
    reached = sum((_value(one) for one in children), start=Fraction(0))
    over = reached - _value(parent)
    if over > 0:
        why = Words(f"together they allow {_text(over)} too much", f"合计超出 {_text(over)}")
        return Check(verdict=Sum.FALLS_SHORT, reached=reached, why=why)
    rest = Words(f"{_text(-over)} is left for the rest", f"其余可用 {_text(-over)}") if over else NOTHING
    return Check(verdict=Sum.ADDS_UP, reached=reached, why=rest)


def worst(parent: TargetRecord, children: Sequence[TargetRecord], _routes: Routes) -> Check:
    """The lowest of the parts speaks for the whole."""
    reached = min(map(_value, children)) if parent.direction is Direction.HIGHER else max(map(_value, children))
    meets = _meets(parent, reached)
    why = NOTHING if meets else Words("the lowest of the parts speaks for the whole", "整体取决于最低者")
    return Check(verdict=Sum.ADDS_UP if meets else Sum.FALLS_SHORT, reached=reached, why=why)


def between(parent: TargetRecord, children: Sequence[TargetRecord], _routes: Routes) -> Check:
    """A mean over the parts, weighted by what is made of each."""
    meeting = [_meets(parent, _value(one)) for one in children]
    if all(meeting):
        return Check(verdict=Sum.ADDS_UP)
    if not any(meeting):
        none = Words("none of the parts asks for as much as the whole", "没有一个下级目标达到上级要求")
        return Check(verdict=Sum.FALLS_SHORT, why=none)
    weak = ", ".join(sorted(one.id for one, meets in zip(children, meeting, strict=True) if not meets))
    why = Words(f"depends on how much is made where less is asked: {weak}", f"取决于要求较低处的产量：{weak}")
    return Check(verdict=Sum.DEPENDS, why=why)


def _multiplied(parent: TargetRecord, children: Sequence[TargetRecord], routes: Routes) -> Check:
    parts = sorted({one.reference.part for one in children} - {""}) or [parent.reference.part]
    products = [_product([one for one in children if one.reference.part in ("", part)]) for part in parts]
    missing = _unasked(parent, children, routes)
    lowest, highest = min(products), max(products)
    reached = lowest if len(products) == 1 else None
    if highest < _value(parent):
        below = _text(_value(parent) - highest)
        gap = Words(
            f"the parts multiply to {_text(highest)}, {below} below the whole",
            f"各下级目标之积为 {_text(highest)}，低于上级 {below}",
        )
        return Check(verdict=Sum.FALLS_SHORT, reached=reached, why=gap, missing=missing)
    if missing:
        needed = _text(min(_value(parent) / lowest if lowest else Fraction(1), Fraction(1)))
        names = ", ".join(missing)
        why = Words(
            f"nothing is asked of {names}: together they need {needed}", f"{names} 未设目标：合计需达到 {needed}"
        )
        return Check(verdict=Sum.DEPENDS, reached=reached, why=why, missing=missing)
    if lowest < _value(parent):
        return Check(verdict=Sum.DEPENDS, why=Words("depends on how much is made of each part", "取决于各产品的产量"))
    return Check(verdict=Sum.ADDS_UP, reached=reached)


def _product(children: Sequence[TargetRecord]) -> Fraction:
    """Of two targets for one place the stricter one counts."""
    strictest: dict[tuple[str, str], Fraction] = {}
    for one in children:
        place = (one.reference.line, one.reference.operation)
        strictest[place] = max(strictest.get(place, Fraction(0)), _value(one))
    return math.prod(strictest.values(), start=Fraction(1))


def _unasked(parent: TargetRecord, children: Sequence[TargetRecord], routes: Routes) -> tuple[str, ...]:
    """Operations of the routes of which nothing is asked; not told where whole lines or parts are."""
    missing: dict[str, None] = {}
    for part in [parent.reference.part] if parent.reference.part else sorted(routes):
        asked = [one for one in children if one.reference.part in ("", part)]
        if any(not one.reference.operation for one in asked):
            continue
        covered = {one.reference.operation for one in asked}
        wanted = [name for name in routes.get(part, ()) if parent.reference.operation in ("", name)]
        missing |= dict.fromkeys(name for name in wanted if name not in covered)
    return tuple(missing)


def _meets(parent: TargetRecord, value: Fraction) -> bool:
    return value >= _value(parent) if parent.direction is Direction.HIGHER else value <= _value(parent)


def _value(target: TargetRecord) -> Fraction:
    return Fraction(Decimal(target.value))


def _text(value: Fraction) -> str:
    return f"{float(value):.6g}"
