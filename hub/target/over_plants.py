"""Figures of the plants of an organisation made into one, and targets of plants against that of the organisation. Pure.

Sums of money are added up; rates of money and shares are weighted by what they are counted over: amounts over output,
k over n; means of a characteristic by how many values there are. Of a rolled yield and of a capability the lowest plant
speaks for all. What has no such rule is not made into one figure. A plant of which nothing can be told is named: the
figure of the others can then miss a target, and can't meet one.
"""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.metric.figure import Counted, MetricFigure, Moments, Money
from hub.tabular.words import NOTHING, Words
from hub.target.add_up import Check, Sum, between, comparable, shorter, summed, worst
from traceability.quality.intervals import clopper_pearson
from traceability.record.indicator import TargetRecord
from traceability.record.metric import MetricName, MetricReference

LOWEST = frozenset({MetricName.ROLLED_YIELD, MetricName.CAPABILITY})
ADDED = frozenset({MetricName.QUALITY_COST})
_NOT_ONE = Words("not made into one figure over plants", "该指标不跨工厂合并")
_CURRENCIES = Words("plants state it in several currencies", "各工厂币种不同")
_UNITS = Words("plants measure it in several units of measure", "各工厂计量单位不同")


def over_plants(whole: MetricReference, figures: Sequence[MetricFigure]) -> MetricFigure:
    """Of figures over the same days, one a plant and at least one."""
    told = [one for one in figures if one.exact is not None]
    missing = sorted(one.reference.plant for one in figures if one.exact is None)
    first, last = _days(figures)
    named = ", ".join(missing)
    untold = Words(f"nothing can be told of {named}", f"以下工厂无数据：{named}") if missing else NOTHING
    if not told:
        return _figure(whole, first, last, why=untold)
    made = _lowest(told) if whole.metric in LOWEST else _weighted(whole.metric, told)
    if isinstance(made, Words):
        return _figure(whole, first, last, why=made)
    fit = not missing and all(one.fit for one in told)
    n = sum(one.n for one in told)
    return msgspec.structs.replace(
        made, reference=whole, first=first, last=last, n=n, fit=fit, why=untold.en, why_zh=untold.zh
    )


def check_plants(parent: TargetRecord, children: Sequence[TargetRecord], plants: Sequence[str]) -> Check:
    """The targets of plants against that of their organisation; ``plants`` are all of it."""
    fitting = [
        one for one in children if comparable(parent, one, same_metric=True) and _speaks_for_its_plant(parent, one)
    ]
    left_out = tuple(sorted(f"{one.plant}/{one.id}" for one in children if one not in fitting))
    if not fitting:
        why = Words("none of the parts can be compared with the whole", "下级目标均无法与上级比较")
        return Check(verdict=Sum.CANNOT_COMPARE, why=why, left_out=left_out)
    metric = parent.reference.metric
    rule = summed if metric in ADDED else worst if metric in LOWEST else between
    found = rule(parent, [msgspec.structs.replace(one, id=f"{one.plant}/{one.id}") for one in fitting], {})
    late = sorted(f"{one.plant}/{one.id}" for one in fitting if shorter(parent, one))
    if late and found.verdict is Sum.ADDS_UP:
        names = ", ".join(late)
        why = Words(f"not in force for the whole time: {names}", f"未覆盖整个期间：{names}")
        found = msgspec.structs.replace(found, verdict=Sum.DEPENDS, why=why)
    missing = tuple(sorted(set(plants) - {one.plant for one in fitting}))
    if missing and found.verdict is Sum.ADDS_UP:
        names = ", ".join(missing)
        why = Words(f"nothing is asked of {names}", f"以下工厂未设目标：{names}")
        found = msgspec.structs.replace(found, verdict=Sum.DEPENDS, why=why)
    return msgspec.structs.replace(found, missing=missing, left_out=left_out)


def _speaks_for_its_plant(parent: TargetRecord, child: TargetRecord) -> bool:
    """Parts of a sum may be of any place; of the rest only what is asked of the whole plant says something."""
    names = ("line", "operation", "part", "characteristic", "defect")
    alike = all(getattr(parent.reference, name) == getattr(child.reference, name) for name in names)
    return alike or parent.reference.metric in ADDED


def _weighted(metric: MetricName, told: Sequence[MetricFigure]) -> MetricFigure | Words:
    bases = [one.basis for one in told]
    counts = [one for one in bases if isinstance(one, Counted)]
    if len(counts) == len(told):
        return _shares(told[0], counts)
    money = [one for one in bases if isinstance(one, Money)]
    if len(money) == len(told):
        return _money(metric, told[0], money)
    moments = [one for one in bases if isinstance(one, Moments)]
    if len(moments) == len(told) and metric is MetricName.CHARACTERISTIC_MEAN:
        return _means(told, moments)
    return _NOT_ONE


def _shares(like: MetricFigure, counts: Sequence[Counted]) -> MetricFigure:
    k, n = sum(one.k for one in counts), sum(one.n for one in counts)
    interval = None if like.interval is None else clopper_pearson(k, n)
    return _like(like, Fraction(k, n), basis=Counted(k=k, n=n), interval=interval)


def _money(metric: MetricName, like: MetricFigure, money: Sequence[Money]) -> MetricFigure | Words:
    if len({one.currency for one in money}) > 1:
        return _CURRENCIES
    amount, currency = sum((one.amount for one in money), start=Decimal(0)), money[0].currency
    if metric in ADDED:
        return _like(like, Fraction(amount), basis=Money(amount=amount, currency=currency))
    outputs = [one.over for one in money if one.over]
    if len(outputs) < len(money):
        return _NOT_ONE
    over = sum(outputs, start=Decimal(0))
    return _like(like, Fraction(amount) / Fraction(over), basis=Money(amount=amount, currency=currency, over=over))


def _means(told: Sequence[MetricFigure], moments: Sequence[Moments]) -> MetricFigure | Words:
    if len({one.uom for one in moments}) > 1:
        return _UNITS
    n = sum(one.n for one in moments)
    exact = sum((one.exact * of.n for one, of in zip(told, moments, strict=True) if one.exact is not None), Fraction(0))
    mean = exact / n
    within = sum((of.n - 1) * (of.sd or 0.0) ** 2 + of.n * (of.mean - float(mean)) ** 2 for of in moments)
    sd = math.sqrt(within / (n - 1)) if n > 1 and all(of.sd is not None or of.n == 1 for of in moments) else None
    return _like(told[0], mean, basis=Moments(n=n, mean=float(mean), sd=sd, uom=moments[0].uom))


def _lowest(told: Sequence[MetricFigure]) -> MetricFigure:
    return min(told, key=lambda one: (one.exact or Fraction(0), one.reference.plant))


def _like(one: MetricFigure, exact: Fraction, **changes: object) -> MetricFigure:
    return msgspec.structs.replace(one, **({"interval": None, "exact": exact} | changes))


def _days(figures: Sequence[MetricFigure]) -> tuple[date, date]:
    return min(one.first for one in figures), max(one.last for one in figures)


def _figure(whole: MetricReference, first: date, last: date, *, why: Words) -> MetricFigure:
    return MetricFigure(reference=whole, first=first, last=last, why=why.en, why_zh=why.zh, fit=False)
