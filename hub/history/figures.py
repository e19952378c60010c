"""What imported history says, by itself: counts, first-pass yields and spread, every answer marked as imported.

The figures are for looking back and for comparing; the grade, FPY and RTY of a plant, its declarations and proofs are
made of signed records only and never read a table of these.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import msgspec

from hub.scorecard.figures import yield_view
from hub.scorecard.views import YieldView
from hub.store.quality.history import ImportedResult
from traceability.measurement import exact
from traceability.quality.first_pass import Attempt, FirstPass, first_pass


class ImportedYield(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one part at one operation; results without a unit are in ``results`` only."""

    part: str
    operation: str
    results: int
    counts: FirstPass
    fpy: YieldView


class ImportedSpread(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one characteristic in one unit of measure; ``sigma`` is the sample standard deviation."""

    part: str
    operation: str
    characteristic: str
    uom: str
    n: int
    mean: Decimal
    sigma: float | None
    least: Decimal
    greatest: Decimal


class ImportedFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one plant in ``[begin, end)``; ``imported`` is always true."""

    plant: str
    begin: datetime | None
    end: datetime | None
    results: int
    units: int
    yields: tuple[ImportedYield, ...]
    spreads: tuple[ImportedSpread, ...]
    imported: bool = True


class _Sums:
    """Exact sums of one characteristic."""

    def __init__(self) -> None:
        self.n = 0
        self.total = self.squares = Fraction(0)
        self.least = self.greatest = Decimal(0)

    def add(self, value: Decimal) -> None:
        self.least = value if not self.n else min(self.least, value)
        self.greatest = value if not self.n else max(self.greatest, value)
        self.n += 1
        self.total += Fraction(value)
        self.squares += Fraction(value) ** 2


def figures(
    plant: str, results: Iterable[ImportedResult], begin: datetime | None, end: datetime | None
) -> ImportedFigures:
    """In one pass over the results."""
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    attempts: defaultdict[str, list[Attempt]] = defaultdict(list)
    sums: defaultdict[tuple[str, str, str, str], _Sums] = defaultdict(_Sums)
    units: set[str] = set()
    for one in results:
        counted[one.part, one.operation] += 1
        if one.unit is not None:
            units.add(one.unit)
            attempts[one.part].append(_attempt(one, one.unit))
        for value in one.values:
            key = (one.part, one.operation, value.characteristic, value.uom)
            sums[key].add(exact(value.value, value.decimals))
    by_part = {part: first_pass(several) for part, several in attempts.items()}
    return ImportedFigures(
        plant=plant,
        begin=begin,
        end=end,
        results=sum(counted.values()),
        units=len(units),
        yields=tuple(
            _yield(*subject, number, by_part.get(subject[0], {}).get(subject[1], FirstPass()))
            for subject, number in sorted(counted.items())
        ),
        spreads=tuple(_spread(key, found) for key, found in sorted(sums.items())),
    )


def _attempt(one: ImportedResult, unit: str) -> Attempt:
    return Attempt(
        unit=unit,
        operation=one.operation,
        verdict=one.verdict,
        author=one.load,
        chain="",
        record_seq=one.log_index * 100_000 + one.line,
        event_time=one.at,
        result_id=f"{one.load}:{one.row}",
    )


def _yield(part: str, operation: str, results: int, counts: FirstPass) -> ImportedYield:
    fpy = yield_view(counts.first_ok, counts.submitted)
    return ImportedYield(part=part, operation=operation, results=results, counts=counts, fpy=fpy)


def _spread(key: tuple[str, str, str, str], found: _Sums) -> ImportedSpread:
    part, operation, characteristic, uom = key
    mean = found.total / found.n
    variance = (found.squares - found.total * mean) / (found.n - 1) if found.n > 1 else None
    return ImportedSpread(
        part=part,
        operation=operation,
        characteristic=characteristic,
        uom=uom,
        n=found.n,
        mean=Decimal(mean.numerator) / Decimal(mean.denominator),
        sigma=None if variance is None else sqrt(variance),
        least=found.least,
        greatest=found.greatest,
    )
