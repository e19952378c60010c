"""Quality loss rates 质量损失率: what nonconformity cost before and after delivery, over the output value.

Nine cost items, internal 内部 (before delivery) and external 外部 (after). Loss of reputation cannot be
measured and is no item (rule R19); amounts are gross, and the net ones, recoveries deducted, are a declared choice
(rule R20). A cost belongs to the
period it accrues in, not to that of the production (rule R16). A side for which nothing was entered is *not
measured*, not zero: who had no losses says so with an entry of zero.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.reason import Reason
from traceability.quality.window import Window

_LARGEST, _FINEST, _DIGITS = 18, -6, 60  # powers of ten of one amount; digits of a sum that stays exact


class CostItem(StrEnum):
    """The items the notice names; the first five are internal, the others external."""

    SCRAP = "scrap"
    REWORK = "rework"
    DOWNGRADE = "downgrade"
    DOWNTIME = "downtime"
    ACCIDENT = "accident"
    CLAIM = "claim"
    RETURN = "return"
    DISCOUNT = "discount"
    WARRANTY = "warranty"

    @property
    def internal(self) -> bool:
        """Whether the loss falls before delivery."""
        return self in _INTERNAL

    @property
    def zh(self) -> str:
        """The item's name in the notice."""
        return _ZH[self]


_INTERNAL = frozenset({CostItem.SCRAP, CostItem.REWORK, CostItem.DOWNGRADE, CostItem.DOWNTIME, CostItem.ACCIDENT})
_ZH = {
    CostItem.SCRAP: "报废损失费",
    CostItem.REWORK: "返修费",
    CostItem.DOWNGRADE: "降级损失费",
    CostItem.DOWNTIME: "停工损失费",
    CostItem.ACCIDENT: "产品质量事故处理费",
    CostItem.CLAIM: "索赔费",
    CostItem.RETURN: "退货损失费",
    CostItem.DISCOUNT: "折价损失费",
    CostItem.WARRANTY: "保修费",
}


class LossEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One cost, gross, on the day it accrues; ``currency`` is an ISO 4217 code."""

    item: CostItem
    amount: Decimal
    currency: str
    accrued: date
    recovered: Decimal = Decimal(0)
    """Salvage value and what a supplier paid; deducted only where net losses were declared."""


class LossRates(msgspec.Struct, frozen=True, kw_only=True):
    """Both rates, exact, or the reason why there is none; sums per item that had an entry."""

    window: Window
    currency: str
    output_value: Decimal | None
    by_item: dict[CostItem, Decimal]
    internal: Fraction | None = None
    external: Fraction | None = None
    internal_reason: Reason | None = None
    external_reason: Reason | None = None
    net: bool = False
    """Whether recoveries are deducted (rule R20)."""

    @property
    def total(self) -> Fraction | None:
        """The whole loss rate F = Fi + Fe; None unless both sides are measured."""
        return None if self.internal is None or self.external is None else self.internal + self.external


def loss_rates(
    entries: Iterable[LossEntry], output_value: Decimal | None, currency: str, window: Window, *, net: bool = False
) -> LossRates:
    """Losses accrued in the window over the output value at current prices (现行价) of the same window and currency."""
    inside = [entry for entry in entries if window.holds(entry.accrued)]
    by_item: dict[CostItem, Decimal] = {}
    reason = _obstacle(inside, output_value, currency)
    if reason is None or reason is Reason.NO_OUTPUT_VALUE:
        by_item = _sums(inside, net=net)
    internal, internal_reason = _rate(by_item, output_value, reason, internal=True)
    external, external_reason = _rate(by_item, output_value, reason, internal=False)
    return LossRates(
        window=window,
        currency=currency,
        output_value=output_value,
        by_item=by_item,
        internal=internal,
        external=external,
        internal_reason=internal_reason,
        external_reason=external_reason,
        net=net,
    )


REDUCTION = Fraction(9, 10)


class YearOnYear(msgspec.Struct, frozen=True, kw_only=True):
    """质量损失率逐年下降 10 % (rule R21): F of a year against F of the year before; ``met`` None without both."""

    before: Fraction | None
    now: Fraction | None
    change: Fraction | None = None
    """Relative: -1/10 is the target; None without both years or after a year without losses."""
    met: bool | None = None


def year_on_year(before: LossRates | None, now: LossRates | None) -> YearOnYear:
    """Whether the whole loss rate fell to nine tenths of the year before or less, exactly."""
    earlier, later = before.total if before else None, now.total if now else None
    if earlier is None or later is None:
        return YearOnYear(before=earlier, now=later)
    change = later / earlier - 1 if earlier else None
    return YearOnYear(before=earlier, now=later, change=change, met=later <= REDUCTION * earlier)


class ParetoLine(msgspec.Struct, frozen=True):
    """One cause of loss: its sum, its share of all and the share of it and all greater ones."""

    name: str
    amount: Decimal
    share: Fraction | None
    cumulated: Fraction | None


def pareto(amounts: Mapping[str, Decimal]) -> tuple[ParetoLine, ...]:
    """The greatest first; shares None where the sum is nothing."""
    with localcontext(prec=_DIGITS):
        total = sum(amounts.values(), start=Decimal(0))
    lines, running = [], Fraction(0)
    for name, amount in sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0])):
        running += Fraction(amount)
        whole = Fraction(total)
        share = (Fraction(amount) / whole, running / whole) if whole > 0 else (None, None)
        lines.append(ParetoLine(name, amount, *share))
    return tuple(lines)


def _obstacle(entries: list[LossEntry], output_value: Decimal | None, currency: str) -> Reason | None:
    if any(not _is_money(entry.amount) or not _is_money(entry.recovered) for entry in entries):
        return Reason.INVALID_AMOUNT
    if any(entry.currency != currency for entry in entries):
        return Reason.MIXED_CURRENCY
    if output_value is None or not _is_money(output_value) or output_value == 0:
        return Reason.NO_OUTPUT_VALUE
    return None


def _rate(
    by_item: dict[CostItem, Decimal], output_value: Decimal | None, reason: Reason | None, *, internal: bool
) -> tuple[Fraction | None, Reason | None]:
    if reason is not None:
        return None, reason
    sums = [Fraction(amount) for item, amount in by_item.items() if item.internal is internal]
    if not sums or output_value is None:
        return None, Reason.NOT_MEASURED
    return sum(sums, start=Fraction(0)) / Fraction(output_value), None


def _sums(entries: list[LossEntry], *, net: bool) -> dict[CostItem, Decimal]:
    sums: dict[CostItem, Decimal] = {}
    with localcontext(prec=_DIGITS):
        for entry in entries:
            sums[entry.item] = sums.get(entry.item, Decimal(0)) + entry.amount - (entry.recovered if net else 0)
    return {item: sums[item] for item in CostItem if item in sums}


def _is_money(amount: Decimal) -> bool:
    """Finite, not negative, and of a size in which sums stay exact."""
    if not amount.is_finite() or amount < 0:
        return False
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and amount.adjusted() <= _LARGEST
