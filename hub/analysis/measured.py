"""Measured values of units, each characteristic in one unit of measure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.analysis.contents import Contents
from hub.analysis.factor import Factor, Kind
from hub.analysis.source import Source
from hub.store.trace.queries import MeasurementRow, ResultRow, measurements_of_units
from hub.trace.catalogue import part_of_item
from traceability.identifier.item import parse_item
from traceability.measurement import Status, exact
from traceability.uom.convert import converted

Place = tuple[str, str, str]
"""Part, operation and characteristic."""


class Values(msgspec.Struct, frozen=True):
    """Values by unit and name of the factor."""

    values: Mapping[str, Mapping[str, float]]
    factors: tuple[Factor, ...]
    unlike: tuple[Factor, ...]


def measured_values(source: Source, inside: Contents, results: Iterable[ResultRow], without: Collection[str]) -> Values:
    """Good values of ``results``; a characteristic told of two equal components of one unit has no one value."""
    wanted = {row.key: row for row in results}
    names = source.known.naming.spellings_of({row.unit for row in wanted.values() if row.unit})
    rows: defaultdict[Place, list[tuple[str, MeasurementRow]]] = defaultdict(list)
    for row in measurements_of_units(source.connection, names):
        result = wanted.get(row.key)
        measured = row.value
        if result is None or measured.value is None or measured.status is not Status.GOOD:
            continue
        if measured.characteristic not in without:
            item = source.known.naming.canonical_of(result.unit or "")
            place = part_of_item(parse_item(item)), result.operation, measured.characteristic
            rows[place].append((item, row))
    values: defaultdict[str, dict[str, float]] = defaultdict(dict)
    factors, unlike = [], []
    for (part, operation, characteristic), several in sorted(rows.items(), key=lambda pair: pair[0]):
        uom = _commonest(row.value.uom for _, row in several)
        factor = Factor(kind=Kind.MEASURED, part=part, operation=operation, characteristic=characteristic, uom=uom)
        found = _in_one_uom(several, uom)
        if found is None:
            unlike.append(factor)
            continue
        factors.append(factor)
        for unit, value in _of_units(found, inside).items():
            values[unit][factor.name] = value
    return Values(values, tuple(factors), tuple(unlike))


def _in_one_uom(rows: Iterable[tuple[str, MeasurementRow]], uom: str) -> dict[str, float] | None:
    """By item; None when a unit of measure can't be converted. Of several values of one result the first counts."""
    found: dict[str, float] = {}
    for item, row in rows:
        value = converted(exact(row.value.value or 0, row.value.decimals), row.value.uom, uom)
        if value is None:
            return None
        found.setdefault(item, float(value))
    return found


def _of_units(values: Mapping[str, float], inside: Contents) -> dict[str, float]:
    of_unit: defaultdict[str, list[float]] = defaultdict(list)
    for item, value in values.items():
        for unit in inside.within[item]:
            of_unit[unit].append(value)
    return {unit: several[0] for unit, several in of_unit.items() if len(several) == 1}


def _commonest(uoms: Iterable[str]) -> str:
    counts = Counter(uoms)
    return min(counts, key=lambda uom: (-counts[uom], uom))
