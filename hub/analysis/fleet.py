"""Units of a part in the field: since when, how much they are used, and when they failed first.

A unit counts from the day on which it was shipped; where nobody told of a shipment, from its last OK in production.
Days are the plant's. A claim for a unit that nobody made here, or dated before it was shipped, is counted and left out.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from hub.analysis.source import Source
from hub.analysis.zones import zone_in
from hub.errors import EntryRefused
from hub.store.quality.field import Failure, Usage, field_failures, field_usages, made_units
from hub.trace.catalogue import part_of_item
from traceability.identifier.item import parse_item
from traceability.quality.field.lives import Fielded
from traceability.uom.convert import converted

MOST_UNITS = 200_000
SHIPPED = "ship"


class FieldUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit; ``used`` is the latest reading, on ``read_on``, in the fleet's unit of measure."""

    unit: str
    start: date
    failed: date | None = None
    used: Decimal | None = None
    read_on: date | None = None

    @property
    def rate(self) -> float | None:
        """Usage a day; None where there is no reading, or it is of the first day."""
        if self.used is None or self.read_on is None or self.read_on <= self.start or not self.used:
            return None
        return float(self.used) / (self.read_on - self.start).days


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """The units, and what could not be placed."""

    units: tuple[FieldUnit, ...]
    shipped: int
    """Of which a shipment is known."""
    unknown: int
    """Claims for units that nobody made here."""
    impossible: int
    """Claims dated before the unit was put into use."""
    repeated: int
    """Further claims for a unit: only the first counts."""
    uom: str

    def by_days(self, units: Collection[str] | None = None) -> tuple[Fielded, ...]:
        """Lives in days, of these units or of all."""
        chosen = self.units if units is None else [unit for unit in self.units if unit.unit in units]
        return tuple(Fielded(unit.start, unit.failed) for unit in chosen)

    def by_usage(self) -> tuple[Fielded, ...]:
        """Lives in usage, of the units of which it is known; each at its own constant rate."""
        rates = ((unit, unit.rate) for unit in self.units)
        return tuple(Fielded(unit.start, unit.failed, 1, rate) for unit, rate in rates if rate is not None)


def fleet_of(source: Source, part: str, plants: Collection[str] = ()) -> Fleet:
    """``EntryRefused`` where there are none, or more than ``MOST_UNITS``."""
    made = made_units(source.connection, part, plants or source.master.plants, source.log_size, MOST_UNITS + 1)
    if not made or len(made) > MOST_UNITS:
        raise EntryRefused(
            f"more than {MOST_UNITS} units were made" if made else "no unit of this part was made here",
            where=f"part {part[:100]}",
            advice="ask for one plant" if made else "name a part that has results",
        )
    naming = source.known.naming
    naming.learn(made)
    canonical = {naming.canonical_of(name): at for name, at in sorted(made.items(), key=lambda pair: pair[1])}
    shipped = source.known.shipments(set(canonical))
    makers = source.known.makers(set(canonical))
    starts: dict[str, date] = {}
    for unit, at in canonical.items():
        sent = [each.row.event_time for each in shipped.get(unit, ()) if each.row.step == SHIPPED]
        starts[unit] = (min(sent) if sent else at).astimezone(zone_in(source.master, makers.get(unit))).date()
    failures = [one for one in field_failures(source.connection, plants, source.log_size) if _of(part, one.unit)]
    usages = [one for one in field_usages(source.connection, plants, source.log_size) if _of(part, one.unit)]
    named = {one.unit for one in failures} | {one.unit for one in usages}
    naming.learn(named)
    return _fleet(starts, len(shipped), failures, usages, {name: naming.canonical_of(name) for name in named})


def _of(part: str, unit: str) -> bool:
    return part_of_item(parse_item(unit)) == part


def _fleet(
    starts: Mapping[str, date],
    shipped: int,
    failures: Iterable[Failure],
    usages: Iterable[Usage],
    names: Mapping[str, str],
) -> Fleet:
    first: dict[str, Failure] = {}
    unknown = impossible = repeated = 0
    for failure in sorted(failures, key=lambda one: (one.failed_on, one.id)):
        unit = names[failure.unit]
        if unit not in starts:
            unknown += 1
        elif failure.failed_on < starts[unit]:
            impossible += 1
        elif unit in first:
            repeated += 1
        else:
            first[unit] = failure
    readings = [(names[one.unit], one.read_on, one.used, one.uom) for one in usages]
    readings += [(unit, one.failed_on, one.used, one.uom) for unit, one in first.items() if one.used is not None]
    uom = _commonest([each[3] for each in readings])
    latest: dict[str, tuple[date, Decimal]] = {}
    for unit, day, used, code in sorted(readings, key=lambda each: (each[0], each[1])):
        failed = first.get(unit)
        told = converted(used, code, uom)
        if unit in starts and told is not None and (failed is None or day <= failed.failed_on):
            latest[unit] = day, Decimal(told.numerator) / Decimal(told.denominator)
    return Fleet(
        units=tuple(_unit(unit, start, first.get(unit), latest.get(unit)) for unit, start in sorted(starts.items())),
        shipped=shipped,
        unknown=unknown,
        impossible=impossible,
        repeated=repeated,
        uom=uom,
    )


def _unit(unit: str, start: date, failure: Failure | None, read: tuple[date, Decimal] | None) -> FieldUnit:
    return FieldUnit(
        unit=unit,
        start=start,
        failed=None if failure is None else failure.failed_on,
        read_on=read[0] if read else None,
        used=read[1] if read else None,
    )


def _commonest(codes: list[str]) -> str:
    return min(set(codes), key=lambda code: (-codes.count(code), code), default="")
