"""Values from a file of another program: AQDEF (``.dfq``, or ``.dfd`` followed by ``.dfx``), CSV or Parquet.

CSV and Parquet need the columns ``characteristic`` and ``value``; ``uom``, ``lsl``, ``target`` and ``usl`` are used
where they are there, other columns are passed over. Values in several units of measure are told in the first one where
UCUM allows; else the characteristic is refused. Values of a status other than Good, or with an AQDEF attribute, don't
count.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import msgspec

from hub.entry.csv_table import decoded
from hub.errors import EntryRefused
from hub.formats.parquet_file import read_parquet
from hub.tabular.harmless import as_meant
from traceability.aqdef.reading import number_of, read_aqdef
from traceability.errors import ZhuoyueError
from traceability.measurement import Status
from traceability.quality.study.limits import Specification
from traceability.uom.convert import converted

MOST_VALUES = 500_000
USED = ("characteristic", "value", "value_text", "uom", "status", "lsl", "target", "usl")
_LIMITS = ("lsl", "target", "usl")
Cells = Mapping[str, object]


class ReadValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one characteristic in their order; ``refused`` says why they can't be put together."""

    characteristic: str
    uom: str
    values: tuple[Decimal, ...]
    specification: Specification
    left_out: int
    """Rows without a value that counts."""
    refused: str = ""


def read_values_csv(content: bytes) -> tuple[ReadValues, ...]:
    """``EntryRefused`` for what is no such table."""
    text, _ = decoded(content)
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        rows = [{name: as_meant(cell) for name, cell in row.items() if name in USED and cell} for row in reader]
    except csv.Error as error:
        raise EntryRefused(f"not CSV: {error}", where=f"line {reader.line_num}") from None
    return _together(rows, reader.fieldnames or ())


def read_values_parquet(content: bytes) -> tuple[ReadValues, ...]:
    """``EntryRefused`` for what is no such table."""
    columns = read_parquet(content, USED)
    height = max((len(column) for column in columns.values()), default=0)
    rows = [{name: column[place] for name, column in columns.items()} for place in range(height)]
    return _together(rows, tuple(columns))


def read_values_aqdef(content: bytes, encoding: str) -> tuple[ReadValues, ...]:
    """``EntryRefused`` names the line."""
    try:
        file = read_aqdef(content, encoding)
    except ZhuoyueError as error:
        raise EntryRefused(error.what, where=error.where or "file", advice="send a whole .dfq") from None
    found = []
    for place, described in enumerate(file.description.characteristics):
        name = described.get("K2001") or described.get("K2002") or str(place + 1)
        pairs = [(keys[place].get("K0001", ""), keys[place].get("K0002", "")) for keys in file.parts]
        numbers = [number_of(text) if attribute in ("", "0") else None for text, attribute in pairs]
        kept = tuple(number for number in numbers if number is not None)
        target, lsl, usl = (number_of(described.get(key, "")) for key in ("K2101", "K2110", "K2111"))
        found.append(
            ReadValues(
                characteristic=name,
                uom=described.get("K2142", ""),
                values=kept,
                specification=Specification(lsl=lsl, target=target, usl=usl),
                left_out=len(numbers) - len(kept),
            )
        )
    return tuple(found)


def _together(rows: Sequence[Cells], columns: Sequence[str]) -> tuple[ReadValues, ...]:
    lacking = [name for name in ("characteristic", "value") if name not in columns]
    if lacking:
        raise EntryRefused(f"the column {lacking[0]!r} is missing", where="file", advice="name it in the first row")
    if len(rows) > MOST_VALUES:
        raise EntryRefused(f"more than {MOST_VALUES} rows", where="file", advice="split the file")
    by_name: defaultdict[str, list[tuple[int, Cells]]] = defaultdict(list)
    for number, row in enumerate(rows, start=2):
        by_name[str(row.get("characteristic") or "")].append((number, row))
    return tuple(_one(name, several) for name, several in by_name.items())


def _one(name: str, rows: Sequence[tuple[int, Cells]]) -> ReadValues:
    uom = str(rows[0][1].get("uom") or "")
    limits = {limit: _shared(rows, limit) for limit in _LIMITS}
    values: list[Decimal] = []
    refused = next((f"has several values of {limit}" for limit, found in limits.items() if len(found) > 1), "")
    for number, code in _numbers(rows):
        told = converted(number, code, uom)
        if told is None:
            refused = f"is measured in {uom!r} and in {code!r}, which can't be converted into each other"
            break
        values.append(number if code == uom else _decimal_of(told))
    if len({str(row.get("uom") or "") for _, row in rows}) > 1 and any(limits.values()):
        refused = refused or "is measured in several units of measure, and the limits don't say in which they are"
    return ReadValues(
        characteristic=name,
        uom=uom,
        values=tuple(values),
        specification=Specification(**{limit: found[0] if found else None for limit, found in limits.items()}),
        left_out=len(rows) - len(values),
        refused=refused,
    )


def _numbers(rows: Sequence[tuple[int, Cells]]) -> Iterator[tuple[Decimal, str]]:
    for number, row in rows:
        if row.get("status") in (None, "", Status.GOOD):
            value = _decimal(row.get("value_text") or row.get("value"), number, "value")
            if value is not None:
                yield value, str(row.get("uom") or "")


def _decimal_of(value: Fraction) -> Decimal:
    """Exact where decimals can be, else to 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _shared(rows: Sequence[tuple[int, Cells]], limit: str) -> list[Decimal]:
    found = {_decimal(row.get(limit), number, limit) for number, row in rows}
    return sorted(each for each in found if each is not None)


def _decimal(cell: object, number: int, column: str) -> Decimal | None:
    if cell is None or cell == "":
        return None
    try:
        value = Decimal(str(cell))
    except InvalidOperation:
        raise EntryRefused(f"{str(cell)[:40]!r} is no number", where=f"row {number}, {column}") from None
    if value.is_nan():
        return None  # how R and others write a missing value
    if not value.is_finite() or (value and abs(value.adjusted()) > 99):
        raise EntryRefused(f"{str(cell)[:40]!r} is no measured value", where=f"row {number}, {column}")
    return value
