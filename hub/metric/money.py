"""Quality losses at a place over output value (rules R15, R16, R20)."""

import calendar
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import MetricFigure, Money
from hub.scorecard.economics import DEFAULT_CURRENCY, loss_entries, output_for
from hub.scorecard.management import management_of
from hub.store.quality.queries import LossLine, loss_lines
from hub.store.rollup.scores import OutputRow, output_values_of_plants
from hub.tabular.words import NOTHING, Words
from traceability.quality.loss import LossEntry, LossRates, loss_rates
from traceability.quality.reason import Reason
from traceability.quality.window import Window, year_to

Side = Callable[[LossRates], tuple[Fraction | None, Reason | None]]
_CENT = Decimal("0.01")


class _Output(msgspec.Struct, frozen=True):
    """The output value of a period; ``of_days``: a share of annual values by days."""

    amount: Fraction
    currency: str
    of_days: bool


def internal(asked: Asked) -> list[MetricFigure]:
    """Losses before delivery over the output value."""
    return _rates(asked, (True,))


def external(asked: Asked) -> list[MetricFigure]:
    """Losses after delivery over the output value."""
    return _rates(asked, (False,))


def total(asked: Asked) -> list[MetricFigure]:
    """Both together; untold unless both were measured."""
    return _rates(asked, (True, False))


def _rates(asked: Asked, sides: Sequence[bool]) -> list[MetricFigure]:
    where = asked.reference
    if where.line:
        return asked.untold(why.NOT_BY_LINE)
    ledger = asked.once(("losses",), lambda: loss_lines(asked.connection, [where.plant]))
    lines = [line for line in ledger if _takes(asked, line)]
    outputs = asked.once(("outputs",), lambda: output_values_of_plants(asked.connection, [where.plant]))
    net = management_of(asked.connection, [where.plant])[where.plant].policy.net_losses
    entries = loss_entries(lines)
    return [_rate(asked, window, entries, _output(outputs, window), sides, net=net) for window in asked.windows]


def _takes(asked: Asked, line: LossLine) -> bool:
    where = asked.reference
    return where.part in ("", line.part) and where.operation in ("", line.operation)


def _rate(
    asked: Asked,
    window: Window,
    entries: Iterable[LossEntry],
    output: _Output | Words,
    sides: Sequence[bool],
    *,
    net: bool,
) -> MetricFigure:
    if isinstance(output, Words):
        return asked.figure(window, why=output)
    of_year = Decimal(1)  # sums and reasons are wanted; the share is made exactly below
    rates = loss_rates(entries, of_year, output.currency, window, net=net)
    told = [
        (rates.internal, rates.internal_reason) if one else (rates.external, rates.external_reason) for one in sides
    ]
    reasons = sorted({reason for _, reason in told if reason is not None})
    if reasons:
        return asked.figure(window, why=why.of_reasons(reasons))
    amount = sum((value for item, value in rates.by_item.items() if item.internal in sides), start=Decimal(0))
    over = Decimal(output.amount.numerator) / Decimal(output.amount.denominator)
    return asked.figure(
        window,
        exact=Fraction(amount) / output.amount,
        n=sum(1 for one in entries if window.holds(one.accrued) and one.item.internal in sides),
        why=why.BY_DAYS if output.of_days else NOTHING,
        basis=Money(amount=amount, currency=output.currency, over=over.quantize(_CENT) if output.of_days else over),
    )


def _output(outputs: Sequence[OutputRow], window: Window) -> _Output | Words:
    """Of twelve months one year's as it was entered (as the grading); of other periods by days of each year."""
    if window == year_to(window.last):
        found = output_for(outputs, window)
        if found is None or found.amount <= 0:
            return why.of_reason(Reason.NO_OUTPUT_VALUE)
        return _Output(Fraction(found.amount), found.currency, of_days=False)
    by_year = {row.year: row for row in outputs}
    years = [by_year.get(year) for year in range(window.first.year, window.last.year + 1)]
    entered = [row for row in years if row is not None]
    if len(entered) < len(years):
        missing = sorted({*range(window.first.year, window.last.year + 1)} - set(by_year))
        return why.of_reason(Reason.NO_OUTPUT_VALUE, ", ".join(map(str, missing)))
    if len({row.currency for row in entered}) > 1:
        return why.of_reason(Reason.MIXED_CURRENCY)
    amount = sum((Fraction(row.amount) * _share(row.year, window) for row in entered), start=Fraction(0))
    if amount <= 0:
        return why.of_reason(Reason.NO_OUTPUT_VALUE)
    return _Output(amount, entered[0].currency if entered else DEFAULT_CURRENCY, of_days=True)


def _share(year: int, window: Window) -> Fraction:
    begin, end = max(window.first, date(year, 1, 1)), min(window.last, date(year, 12, 31))
    return Fraction((end - begin).days + 1, 366 if calendar.isleap(year) else 365)
