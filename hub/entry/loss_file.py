"""Losses from a CSV or Excel file: read, every problem named by its row, and only a file without any is entered.

Amounts may group thousands with commas; ``csv_table`` says how a file is spelt.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial

import msgspec

from hub.entry.csv_table import Cells, Problem, day_of, read_table
from hub.entry.seal import Stamp
from traceability.encoding import sha256
from traceability.quality.loss import CostItem
from traceability.record.economics import QualityLossRecord

_LARGEST = Decimal(10) ** 18
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "费用项目", "项目", "损失项目"),
    "amount": ("amount", "金额", "损失金额"),
    "currency": ("currency", "币种"),
    "date": ("date", "accrued_on", "日期", "发生日期"),
    "evidence": ("evidence", "凭证", "依据"),
    "part": ("part", "产品", "零件"),
    "operation": ("operation", "工序"),
    "supplier": ("supplier", "供应商"),
    "recovered": ("recovered", "回收", "回收金额"),
}
_NEEDED = ("item", "amount", "date")
_ITEMS = {name: item for item in CostItem for name in (item.value, item.zh)}
_WIDTHS = {"evidence": 2000, "part": 400, "operation": 200, "supplier": 200}


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that can be entered."""

    row: int
    item: CostItem
    amount: Decimal
    currency: str
    date: date
    evidence: str = ""
    part: str = ""
    operation: str = ""
    supplier: str = ""
    recovered: Decimal = Decimal(0)


class LossFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says; ``digest`` names it."""

    digest: str
    encoding: str
    rows: tuple[FileRow, ...]
    problems: tuple[Problem, ...]


def read_losses(data: bytes, currency: str = "CNY") -> LossFile:
    """Read a whole file; ``currency`` where the file has no such column, or nothing in it."""
    encoding, rows, problems = read_table(data, _COLUMNS, _NEEDED, partial(_row, currency))
    return LossFile(digest=sha256(data).hex()[:16], encoding=encoding, rows=tuple(rows), problems=tuple(problems))


def record_of(row: FileRow, file: LossFile, plant: str, entered_by: str, stamp: Stamp) -> QualityLossRecord:
    """The loss record of a row; its id names file and row, so that no file is entered twice."""
    return QualityLossRecord(
        id=row_id(file, row),
        plant=plant,
        item=row.item,
        amount=row.amount,
        currency=row.currency,
        accrued_on=row.date,
        evidence=row.evidence or f"file {file.digest}, row {row.row}",
        entered_by=entered_by,
        part=row.part,
        operation=row.operation,
        supplier=row.supplier,
        recovered=row.recovered,
        **stamp,
    )


def row_id(file: LossFile, row: FileRow) -> str:
    """How the entry of a row is called."""
    return f"loss-{file.digest}-{row.row}"


def _row(currency: str, number: int, cells: Cells) -> FileRow | list[Problem]:
    problems: list[Problem] = []

    def wrong(column: str, text: str) -> None:
        problems.append(Problem(number, column, text))

    item = _ITEMS.get(cells.get("item", ""))
    if item is None:
        wrong("item", f"{cells.get('item', '')[:60]!r} is none of the nine cost items")
    amounts = {name: _amount(cells.get(name, "") or "0") for name in ("amount", "recovered")}
    for name, amount in amounts.items():
        if amount is None or (name == "amount" and not cells.get("amount")):
            wrong(name, f"{cells.get(name, '')[:40]!r} is not an amount of money from 0 up, with at most 6 decimals")
    day = day_of(cells.get("date", ""))
    if day is None:
        wrong("date", f"{cells.get('date', '')[:40]!r} is not a date like 2026-03-31")
    code = (cells.get("currency") or currency).upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        wrong("currency", f"{code[:10]!r} is not a currency code like CNY")
    for name, width in _WIDTHS.items():
        if len(cells.get(name, "")) > width:
            wrong(name, f"longer than {width} characters")
    amount, recovered = amounts["amount"], amounts["recovered"]
    if problems or item is None or day is None or amount is None or recovered is None:
        return problems
    texts = {name: cells.get(name, "") for name in _WIDTHS}
    return FileRow(row=number, item=item, amount=amount, recovered=recovered, currency=code, date=day, **texts)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or not 0 <= amount < _LARGEST:
        return None
    return amount
