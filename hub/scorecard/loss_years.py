"""Quality losses of a plant year by year, so that a fall by 10 % a year can be seen or missed (rule R21)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.scorecard.economics import DEFAULT_CURRENCY, loss_entries
from hub.scorecard.management import management_of
from hub.store.core.database import Reading
from hub.store.quality.queries import LossLine
from hub.store.rollup.scores import OutputRow, output_values_of_plants
from traceability.quality.loss import LossRates, loss_rates
from traceability.quality.window import Window

MOST_YEARS = 10


class LossYear(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar year: amounts by item and side in ``currency``; rates None where they can't be told.

    ``whole`` False for the year that still runs. ``change`` of the rate against the year before, both whole.
    """

    year: int
    currency: str
    by_item: dict[str, Decimal]
    internal: Decimal
    external: Decimal
    output_value: Decimal | None
    internal_rate: Fraction | None
    external_rate: Fraction | None
    rate: Fraction | None
    whole: bool
    change: Fraction | None = None


def loss_years(connection: Reading, plant: str, lines: Sequence[LossLine], today: date) -> tuple[LossYear, ...]:
    """The last years with an entry or an output value, earliest first."""
    outputs = {one.year: one for one in output_values_of_plants(connection, [plant])}
    net = management_of(connection, [plant])[plant].policy.net_losses
    years = sorted({line.accrued.year for line in lines if line.reversed_by is None} | set(outputs))
    found = [_year(year, lines, outputs.get(year), net=net, today=today) for year in years[-MOST_YEARS:]]
    return tuple(_changed(one, before) for one, before in zip(found, (None, *found), strict=False))


def _year(year: int, lines: Sequence[LossLine], output: OutputRow | None, *, net: bool, today: date) -> LossYear:
    window = Window(date(year, 1, 1), date(year, 12, 31))
    entries = [one for one in loss_entries(lines) if window.holds(one.accrued)]
    currency = output.currency if output else next((one.currency for one in entries), DEFAULT_CURRENCY)
    rates = loss_rates(entries, output.amount if output else None, currency, window, net=net)
    by_item = {item.value: amount for item, amount in rates.by_item.items()}
    return LossYear(
        year=year,
        currency=currency,
        by_item=by_item,
        internal=_side(rates, internal=True),
        external=_side(rates, internal=False),
        output_value=rates.output_value,
        internal_rate=rates.internal,
        external_rate=rates.external,
        rate=rates.total,
        whole=year < today.year,
    )


def _side(rates: LossRates, *, internal: bool) -> Decimal:
    return sum((amount for item, amount in rates.by_item.items() if item.internal is internal), Decimal(0))


def _changed(one: LossYear, before: LossYear | None) -> LossYear:
    if before is None or before.year != one.year - 1 or not one.whole or not before.rate or one.rate is None:
        return one
    return msgspec.structs.replace(one, change=one.rate / before.rate - 1)
