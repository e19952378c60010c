"""Entering what became of units in the field: claims and readings of usage, one by one or as a table."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec

from hub.entry.csv_table import Cells, Problem, day_of, read_table, refuse_problems
from hub.entry.field_forms import FailureForm, UsageForm
from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.field import field_ids
from traceability.encoding import sha256
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.record.base import Record
from traceability.record.field import FieldFailureRecord, FieldUsageRecord

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("claim", "id", "索赔单号", "单号"),
    "unit": ("unit", "serial", "产品", "序列号"),
    "date": ("date", "failed_on", "日期", "故障日期"),
    "mode": ("mode", "failure mode", "故障模式", "故障现象"),
    "component": ("component", "零件", "故障件"),
    "used": ("used", "usage", "使用量", "里程", "运行小时"),
    "uom": ("uom", "unit of measure", "计量单位"),
    "evidence": ("evidence", "凭证", "依据"),
}
_NEEDED = ("unit", "date")
_LARGEST = Decimal(10) ** 15


class FailureFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says; ``digest`` names it."""

    digest: str
    encoding: str
    rows: tuple[FailureForm, ...]
    problems: tuple[Problem, ...]


def read_failures(data: bytes) -> FailureFile:
    """Read a whole file of claims; every problem is named by its row."""
    digest = sha256(data).hex()[:16]

    def row(number: int, cells: Cells) -> FailureForm | list[Problem]:
        return _row(digest, number, cells)

    encoding, rows, problems = read_table(data, _COLUMNS, _NEEDED, row)
    return FailureFile(digest=digest, encoding=encoding, rows=tuple(rows), problems=tuple(problems))


def enter_failure_file(hub: Hub, plant: str, file: FailureFile, *, entered_by: str) -> StoredBatch:
    """Enter every row as one batch; ``EntryRefused`` for a file with problems."""
    refuse_problems(file.problems)
    return enter_failures(hub, plant, file.rows, entered_by=entered_by)


def enter_failures(hub: Hub, plant: str, failures: Sequence[FailureForm], *, entered_by: str) -> StoredBatch:
    """Enter claims in one batch; none of them when one can't be taken, or was entered before."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="failures")
        known = field_ids(connection, plant)
        records = []
        for each in failures:
            identity = each.id or new_id(hub, "failure")
            if identity in known:
                raise EntryRefused(
                    f"the claim {identity[:100]!r} was entered already", where=f"plant {plant}", advice="leave it out"
                )
            known.add(identity)
            record = FieldFailureRecord(
                id=identity,
                plant=plant,
                unit=_item(each.unit, "unit"),
                failed_on=each.failed_on,
                mode=each.mode,
                component=_item(each.component, "component") if each.component else "",
                used=None if each.used is None else f"{each.used:f}",
                uom=each.uom,
                evidence=each.evidence,
                entered_by=entered_by,
                **stamp(),
            )
            _refuse_future(hub, each.failed_on)
            records.append(record)
        return records

    stored = enter(hub, draft)
    assert stored is not None  # there is at least one
    return stored


def enter_usages(hub: Hub, plant: str, readings: Sequence[UsageForm], *, entered_by: str) -> StoredBatch:
    """Enter readings of usage in one batch."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="readings")
        for each in readings:
            _refuse_future(hub, each.read_on)
        return [
            FieldUsageRecord(
                id=new_id(hub, "usage"),
                plant=plant,
                unit=_item(each.unit, "unit"),
                read_on=each.read_on,
                used=f"{each.used:f}",
                uom=each.uom,
                entered_by=entered_by,
                **stamp(),
            )
            for each in readings
        ]

    stored = enter(hub, draft)
    assert stored is not None  # there is at least one
    return stored


def _item(text: str, field: str) -> str:
    try:
        return alias_name(text)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"{field}: {text[:100]}", advice=error.advice) from None


def _refuse_future(hub: Hub, day: date) -> None:
    if (day - hub.clock().date()).days > 1:  # a time zone may be ahead of the hub's
        raise EntryRefused(f"{day.isoformat()} is yet to come", where="date", advice="enter what has happened")


def _row(digest: str, number: int, cells: Cells) -> FailureForm | list[Problem]:
    day, used = day_of(cells.get("date", "")), _used(cells.get("used", ""))
    uom = cells.get("uom", "")
    problems = []
    if not cells.get("unit"):
        problems.append(Problem(number, "unit", "is empty"))
    else:
        try:
            alias_name(cells["unit"])
        except IdentifierRefused as error:
            problems.append(Problem(number, "unit", error.what[:200]))
    if day is None:
        problems.append(Problem(number, "date", f"{cells.get('date', '')[:40]!r} is not a date like 2026-03-31"))
    if isinstance(used, str):
        problems.append(Problem(number, "used", used))
    elif (used is None) != (not uom):
        problems.append(Problem(number, "uom", "used and uom belong together"))
    long = [name for name, most in (("mode", 2000), ("evidence", 2000), ("id", 200), ("uom", 20), ("component", 400))
            if len(cells.get(name, "")) > most]  # fmt: skip
    problems += [Problem(number, name, "is too long") for name in long]
    if problems or day is None or isinstance(used, str):
        return problems
    return FailureForm(
        id=cells.get("id") or f"failure-{digest}-{number}",
        unit=cells["unit"],
        failed_on=day,
        mode=cells.get("mode", ""),
        component=cells.get("component", ""),
        used=used,
        uom=uom,
        evidence=cells.get("evidence", "") or f"file {digest}, row {number}",
    )


def _used(text: str) -> Decimal | str | None:
    """The amount, None for an empty cell, or what is wrong."""
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return f"{text[:40]!r} is no number"
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or not 0 <= amount < _LARGEST:
        return f"{text[:40]!r} is no amount from 0 up, with at most 6 decimals"
    return amount
