"""The costs of a plant over a period: allocated, added up, and what the figures rest on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.analysis.zones import zone_in
from hub.cost.gather import AtRate, Gathered, gather, months_of, rates_of
from hub.cost.measured import Asking, quantities
from hub.cost.traced import Traced, failures, traced
from hub.named import Named
from hub.scorecard.economics import DEFAULT_CURRENCY
from hub.scorecard.management import management_of
from hub.store.core.database import Reading
from hub.store.master.defect_codes import defect_codes
from hub.store.master.queries import PlantEntry, part_name, parts_named, read_master
from hub.suppliers.asked import plant_entry
from traceability.quality.cost.allocate import NOWHERE, Allocated, Dimension, Place, Quantity, allocate
from traceability.quality.cost.category import Activity, Driver
from traceability.quality.cost.rate import changes_of
from traceability.quality.cost.split import is_amount
from traceability.quality.cost.summary import (
    CategorySum,
    DimensionSum,
    ItemSum,
    MonthSum,
    by_category,
    by_dimension,
    by_driver,
    by_item,
    by_month,
    total_of,
)
from traceability.quality.reason import Reason
from traceability.quality.window import Window
from traceability.record.quality import CostRateKind


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a driver was counted in the period."""

    driver: Driver
    quantity: Fraction


class SupplierShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a supplier was allocated by a driver: ``quantity`` of ``of`` that were counted in the period are its own.

    ``amount`` is of what the report is narrowed to; what entries name themselves is not in it.
    """

    supplier: str
    driver: Driver
    quantity: Fraction
    of: Fraction
    amount: Decimal


class Unpriced(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of an activity on days on which none of the plant's rates held."""

    activity: Activity
    quantity: Fraction


class CostReport(msgspec.Struct, frozen=True, kw_only=True):
    """``reason`` says why there are no sums: several ``currencies``, or what is no amount.

    ``net``: recoveries are deducted (rule R20).

    The period is that in which costs accrue (rule R16). ``total`` is of what ``narrowed`` names, and the sums of
    categories, months and items, and the lines of each dimension with what is unallocated, add up to it.
    """

    plant: Named
    first: date
    last: date
    time_zone: str
    net: bool
    currency: str
    currencies: tuple[str, ...]
    reason: Reason | None
    narrowed: Place
    total: Decimal
    categories: tuple[CategorySum, ...]
    months: tuple[MonthSum, ...]
    items: tuple[ItemSum, ...]
    dimensions: tuple[DimensionSum, ...]
    parts: dict[str, Named]
    causes: dict[str, Named]
    """What master data of the plant's company call the causes that are defect codes of its list."""
    counted: tuple[Counted, ...]
    suppliers: tuple[SupplierShare, ...]
    traced: tuple[Traced, ...]
    at_rates: tuple[AtRate, ...]
    unpriced: tuple[Unpriced, ...]


class PlantCosts(msgspec.Struct, frozen=True, kw_only=True):
    """Every allocated amount, in one currency; nothing where ``reason`` says why."""

    window: Window
    net: bool
    currencies: tuple[str, ...]
    reason: Reason | None
    found: tuple[Allocated, ...]
    counted: tuple[Quantity, ...]
    traced: tuple[Traced, ...]
    gathered: Gathered

    @property
    def currency(self) -> str:
        """The one currency."""
        return self.currencies[0] if len(self.currencies) == 1 else DEFAULT_CURRENCY if not self.currencies else ""


def plant_costs(
    connection: Reading, plant: str, window: Window, now: datetime, *, net: bool | None = None
) -> PlantCosts:
    """Costs that accrue in the window; ``net`` None: as the plant's policy of grading says."""
    if net is None:
        net = management_of(connection, [plant])[plant].policy.net_losses
    zone = zone_in(read_master(connection), plant)
    rates = rates_of(connection, plant)
    breaks = changes_of(rates[CostRateKind.INSPECTION])
    known = failures(connection, plant)
    counted = tuple(quantities(Asking(connection, plant, window, zone, now, breaks), known))
    gathered = gather(connection, plant, window, counted, rates, net=net)
    currencies = tuple(sorted({one.currency for one in gathered.costs}))
    reason = Reason.MIXED_CURRENCY if len(currencies) > 1 else None
    if not all(is_amount(one.cost.amount) for one in gathered.costs):
        reason = Reason.INVALID_AMOUNT
    return PlantCosts(
        window=window,
        net=net,
        currencies=currencies,
        reason=reason,
        found=() if reason else allocate((one.cost for one in gathered.costs), counted),
        counted=counted,
        traced=traced(known, window, counted),
        gathered=gathered,
    )


def cost_report(
    connection: Reading,
    plant: str,
    window: Window,
    now: datetime,
    *,
    narrowed: Place = NOWHERE,
    net: bool | None = None,
) -> CostReport:
    """``NotFound`` for a plant that may not be seen; ``narrowed``: only what is at that place."""
    entry = plant_entry(connection, plant)
    costs = plant_costs(connection, plant, window, now, net=net)
    found = tuple(one for one in costs.found if one.place.within(narrowed))
    dimensions = tuple(by_dimension(found, each) for each in Dimension)
    return CostReport(
        plant=entry.named,
        first=window.first,
        last=window.last,
        time_zone=entry.time_zone,
        net=costs.net,
        currency=costs.currency,
        currencies=costs.currencies,
        reason=costs.reason,
        narrowed=narrowed,
        total=total_of(found),
        categories=by_category(found),
        months=by_month(found, months_of(window)),
        items=by_item(found),
        dimensions=dimensions,
        parts=_parts(connection, _names(dimensions, Dimension.PART)),
        causes=_causes(connection, entry, window, _names(dimensions, Dimension.CAUSE)),
        counted=_counted(costs.counted),
        suppliers=_suppliers(found, costs.counted, narrowed),
        traced=costs.traced,
        at_rates=costs.gathered.at_rates,
        unpriced=tuple(
            Unpriced(activity=activity, quantity=quantity) for activity, quantity in costs.gathered.unpriced.items()
        ),
    )


def _parts(connection: Reading, names: Sequence[str]) -> dict[str, Named]:
    known = parts_named(connection, names)
    return {name: part_name(known, name) for name in names}


def _causes(connection: Reading, entry: PlantEntry, window: Window, names: Sequence[str]) -> dict[str, Named]:
    codes = defect_codes(connection, entry.organisation.id)
    called = ((name, codes.within(name, window.first, window.last)) for name in names)
    return {name: one.named for name, one in called if one.listed}


def _names(dimensions: Iterable[DimensionSum], wanted: Dimension) -> list[str]:
    return [line.name for each in dimensions if each.dimension is wanted for line in each.lines]


def _counted(found: Sequence[Quantity]) -> tuple[Counted, ...]:
    return tuple(
        Counted(driver=driver, quantity=sum((one.amount for one in found if one.driver is driver), start=Fraction(0)))
        for driver in Driver
    )


def _suppliers(found: Sequence[Allocated], counted: Sequence[Quantity], narrowed: Place) -> tuple[SupplierShare, ...]:
    """The greatest amount first."""
    amounts = by_driver(found, Dimension.SUPPLIER)
    own: defaultdict[tuple[str, Driver], Fraction] = defaultdict(Fraction)
    every: defaultdict[Driver, Fraction] = defaultdict(Fraction)
    for one in counted:
        if one.place.agrees(narrowed):
            own[one.place.supplier, one.driver] += one.amount
            every[one.driver] += one.amount
    shares = [
        SupplierShare(
            supplier=name,
            driver=driver,
            quantity=own[name, driver],
            of=every[driver],
            amount=amounts.get((name, driver), Decimal(0)),
        )
        for name, driver in sorted({*amounts, *(key for key, quantity in own.items() if quantity and key[0])})
    ]
    return tuple(sorted(shares, key=lambda one: (-one.amount, one.supplier, one.driver)))
