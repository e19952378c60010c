"""Lot inspections and field returns from a CSV or Excel file, problems named by row (spellings: ``csv_table``)."""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from pydantic import ValidationError

from hub.entry.csv_table import Cells, Columns, Problem, count_of, day_of, read_table
from hub.entry.forms import Form
from hub.entry.inspection_forms import FieldReturnForm, LotInspectionForm
from traceability.encoding import sha256

F = TypeVar("F", bound=Form)
_LOT_COLUMNS: Columns = {
    "part": ("part", "产品", "零件"),
    "operation": ("operation", "工序"),
    "lot": ("lot", "批次", "批号"),
    "size": ("size", "批量"),
    "sample": ("sample", "样本量", "抽样数"),
    "defective": ("defective", "不合格数", "不合格品数"),
    "accepted": ("accepted", "判定", "是否接收"),
    "submission": ("submission", "提交次数", "第几次提交"),
    "inspected_on": ("inspected_on", "date", "检验日期", "日期"),
    "evidence": ("evidence", "凭证", "依据"),
}
_RETURN_COLUMNS: Columns = {
    "part": ("part", "产品", "零件"),
    "cohort": ("cohort", "month", "发货月份"),
    "shipped": ("shipped", "发货数"),
    "returned": ("returned", "退回数", "失效数"),
    "as_of": ("as_of", "截至日期"),
    "evidence": ("evidence", "凭证", "依据"),
}
_COUNTS = ("size", "sample", "defective", "submission", "shipped", "returned")
_DAYS = ("inspected_on", "as_of")
_YES = ("yes", "true", "1", "accepted", "是", "接收", "合格")
_NO = ("no", "false", "0", "rejected", "否", "拒收", "不合格")


class StatedRow(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """A row that can be entered; ``id`` names file and row, so that no file is entered twice."""

    id: str
    evidence: str
    form: F


class StatedFile(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """What a file says."""

    encoding: str
    rows: tuple[StatedRow[F], ...]
    problems: tuple[Problem, ...]


def read_lot_inspections(data: bytes) -> StatedFile[LotInspectionForm]:
    """Read a whole file of lots judged on samples."""
    return _read(data, "lot", LotInspectionForm, _LOT_COLUMNS, optional=("submission", "evidence"))


def read_field_returns(data: bytes) -> StatedFile[FieldReturnForm]:
    """Read a whole file of field returns."""
    return _read(data, "return", FieldReturnForm, _RETURN_COLUMNS, optional=("evidence",))


def _read(data: bytes, kind: str, form: type[F], columns: Columns, *, optional: Collection[str]) -> StatedFile[F]:
    digest = sha256(data).hex()[:16]

    def row(number: int, cells: Cells) -> StatedRow[F] | list[Problem]:
        given, problems = _given(number, cells)
        if problems:
            return problems
        try:
            read = form.model_validate(given)
        except ValidationError as error:
            return [
                Problem(number, ".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors()
            ]
        evidence = cells.get("evidence") or f"file {digest}, row {number}"
        return StatedRow(id=f"{kind}-{digest}-{number}", evidence=evidence, form=read)

    encoding, rows, problems = read_table(data, columns, [name for name in columns if name not in optional], row)
    return StatedFile(encoding=encoding, rows=tuple(rows), problems=tuple(problems))


def _given(number: int, cells: Cells) -> tuple[Mapping[str, Any], list[Problem]]:
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in cells.items():
        if not text and name in ("submission", "evidence"):
            continue
        value = _value(name, text)
        if value is None:
            problems.append(Problem(number, name, f"{text[:40]!r} can't be read"))
        given[name] = value
    return given, problems


def _value(name: str, text: str) -> object:
    """What a cell says; None when it can't be read."""
    if name in _COUNTS:
        return count_of(text)
    if name in _DAYS:
        return day_of(text)
    if name == "accepted":
        return True if text.lower() in _YES else False if text.lower() in _NO else None
    return text.replace("/", "-") if name == "cohort" else text
