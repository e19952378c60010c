"""Cost entries from a CSV or Excel file: every problem named by its row, and only a file without any is entered."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from hub.cost.sheets import ENTRIES
from hub.entry.seal import Stamp
from hub.tabular.problem import Line, Problem
from hub.tabular.reading import read_all
from hub.tabular.words import Words
from traceability.encoding import sha256
from traceability.quality.cost.category import Activity
from traceability.record.cost import QualityCostRecord

_LARGEST, _FINEST = Decimal(10) ** 18, -6
_CURRENCY = re.compile("[A-Z]{3}")
_TEXTS = ("part", "operation", "supplier", "cause", "driver")


class CostRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that can be entered."""

    row: int
    activity: Activity
    amount: Decimal
    currency: str
    accrued_on: date
    accrued_until: date | None = None
    evidence: str = ""
    part: str = ""
    operation: str = ""
    supplier: str = ""
    cause: str = ""
    driver: str = ""


class CostFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says; ``digest`` names it."""

    digest: str
    encoding: str
    rows: tuple[CostRow, ...]
    problems: tuple[Problem, ...]

    @property
    def sums(self) -> dict[str, Decimal]:
        """By currency."""
        found: dict[str, Decimal] = {}
        for row in self.rows:
            found[row.currency] = found.get(row.currency, Decimal(0)) + row.amount
        return found

    def row_id(self, row: CostRow) -> str:
        """How the entry of a row is called."""
        return f"cost-{self.digest}-{row.row}"


def read_costs(data: bytes, currency: str = "CNY") -> CostFile:
    """Read a whole file; ``currency`` where a row names none."""
    found = read_all(data, [ENTRIES])
    rows, problems = [], list(found.problems)
    for line in found.lines:
        wrong = _problems(line, currency)
        problems += wrong
        if not wrong:
            rows.append(_row(line, currency))
    digest = sha256(data).hex()[:16]
    return CostFile(digest=digest, encoding=found.encoding, rows=tuple(rows), problems=tuple(problems))


def record_of(row: CostRow, file: CostFile, plant: str, entered_by: str, stamp: Stamp) -> QualityCostRecord:
    """The record of a row; its id names file and row, so that no file is entered twice."""
    words: dict[str, Any] = {name: getattr(row, name) for name in _TEXTS}
    return QualityCostRecord(
        id=file.row_id(row),
        plant=plant,
        activity=row.activity,
        amount=row.amount,
        currency=row.currency,
        accrued_on=row.accrued_on,
        accrued_until=row.accrued_until,
        evidence=row.evidence or f"file {file.digest}, row {row.row}",
        entered_by=entered_by,
        **words,
        **stamp,
    )


def _row(line: Line, currency: str) -> CostRow:
    cells = {"currency": currency, **line.cells}
    words = {**cells, "activity": Activity(str(cells["activity"])), "currency": str(cells["currency"]).upper()}
    return CostRow(row=line.row, **words)  # type: ignore[arg-type]  # each cell is of its column's kind


def _problems(line: Line, currency: str) -> list[Problem]:
    amount, first, last = (line.cells.get(name) for name in ("amount", "accrued_on", "accrued_until"))
    code = str(line.cells.get("currency", currency)).upper()
    problems: list[Problem] = []
    if not (isinstance(amount, Decimal) and _is_money(amount)):
        text = Words(
            f"{amount} is not an amount of money from 0 up, with at most 6 decimals",
            f"{amount} 不是不小于 0 且最多 6 位小数的金额",
        )
        problems.append(line.problem("amount", text, Words("correct the amount", "请更正金额")))
    if isinstance(first, date) and isinstance(last, date) and last < first:
        text = Words("accrues until a day before it begins", "截止日期早于发生日期")
        problems.append(line.problem("accrued_until", text, Words("correct the dates", "请更正日期")))
    if not _CURRENCY.fullmatch(code):
        text = Words(f"{code[:10]!r} is not a currency code", f"{code[:10]!r} 不是币种代码")
        problems.append(line.problem("currency", text, Words("write CNY, EUR, …", "请填写 CNY、EUR 等")))
    return problems


def _is_money(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and 0 <= amount < _LARGEST
