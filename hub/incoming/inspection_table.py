"""Results of incoming inspection as a table: a row a characteristic that is counted, or a row a measured value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.stated_table import Entering, StatedTable, Statements
from hub.errors import EntryRefused, NotFound
from hub.incoming.forms import InspectionForm, ResultForm
from hub.incoming.holding import check_person
from hub.incoming.identity import scanned
from hub.incoming.inspect import Judging
from hub.incoming.receipt_table import standing_receipts
from hub.tabular.problem import Line
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.identifier.item import item_uri
from traceability.record.incoming import (
    CharacteristicResult,
    GoodsReceiptRecord,
    IncomingInspectionRecord,
    LotVerdict,
)

INSPECTIONS = Sheet(
    name="incoming-inspections",
    words=Words("Results of incoming inspection", "进货检验结果"),
    columns=(
        Column("receipt", Words("Receipt", "收货单号"), needed=True, most=200),
        Column("lot", Words("Lot", "批次"), needed=True),
        Column("submission", Words("Submission", "提交次数"), kind=Kind.COUNT),
        Column("inspected_on", Words("Inspected on", "检验日期"), kind=Kind.DAY, needed=True),
        Column("characteristic", Words("Characteristic", "检验项目"), needed=True, most=200),
        Column("found", Words("Nonconforming", "不合格数"), kind=Kind.COUNT),
        Column("found_second", Words("Nonconforming in the second sample", "第二样本不合格数"), kind=Kind.COUNT),
        Column("value", Words("Measured value", "实测值"), kind=Kind.NUMBER),
        Column("minutes", Words("Minutes of inspection", "检验分钟数"), kind=Kind.COUNT),
        Column("evidence", Words("Evidence", "依据")),
        Column("#verdict", Words("#Verdict", "#结论")),
    ),
    meaning=Words(
        "What was found of received lots: a count in one row, measured values one a row in their order",
        "来料批的检验结果：计数检验每项一行，计量检验每个实测值一行，按测量顺序",
    ),
)
_OF_LOT = ("inspected_on", "minutes", "evidence")
_COUNTS = ("found", "found_second")
_COLUMNS = {"item": "lot", "name": "characteristic", "values": "value"}
Key = tuple[str, str, int | None]


def inspection_rows(
    receipts: Iterable[GoodsReceiptRecord], inspections: Iterable[IncomingInspectionRecord]
) -> Iterator[Row]:
    """One row a count or a value, in the order of the log; lots that were skipped have none."""
    names = {one.id: one.number or one.id for one in receipts}
    for one in inspections:
        if one.verdict is LotVerdict.SKIPPED:
            continue
        common = {
            "receipt": names.get(one.receipt, one.receipt),
            "lot": one.item,
            "submission": one.submission,
            "inspected_on": one.inspected_on,
            "minutes": one.minutes,
            "evidence": one.evidence or None,
            "#verdict": one.verdict.value,
        }
        for result in one.results:
            for found in _found(result):
                yield {**common, "characteristic": result.name, **found}


def _found(result: CharacteristicResult) -> Iterator[Row]:
    if result.values:
        yield from ({"value": Decimal(value)} for value in result.values)
    elif not result.second:
        yield {"found": result.found}
    elif result.first_found is None:
        yield {}  # entered before both samples were kept apart
    else:
        yield {"found": result.first_found, "found_second": result.found - result.first_found}


class _Submission(msgspec.Struct):
    """The rows of one submission of a lot."""

    first: Line
    said: dict[str, Any] = msgspec.field(default_factory=dict)
    results: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    """By characteristic: the fields of its form."""


def read_inspections(entering: Entering, lines: Sequence[Line]) -> Statements:
    """What the rows state, each lot judged by what those above it led to; what stands is not entered again."""
    require_plant(entering.connection, entering.place, where="inspection")
    if entering.by:
        check_person(entering.by)
    found = Statements()
    submissions: dict[Key, _Submission] = {}
    for line in lines:
        with found.of_row(line, "lot"):
            _take(submissions, line, found)
    receipts = standing_receipts(entering, dict.fromkeys(name for name, _, _ in submissions))
    judging = Judging(entering.connection, entering.place)
    for key, submission in submissions.items():
        with found.of_row(submission.first, "lot", **_COLUMNS):
            _state(entering, judging, receipts, key, submission, found)
    return found


def _take(submissions: dict[Key, _Submission], line: Line, found: Statements) -> None:
    cells: dict[str, Any] = line.cells
    key = str(cells["receipt"]), item_uri(scanned(str(cells["lot"]))), cells.get("submission")
    submission = submissions.setdefault(key, _Submission(first=line))
    found.held(line, submission.said, _OF_LOT)
    name = str(cells["characteristic"])
    known = submission.results.get(name)
    if known is not None and not ("value" in cells and "values" in known):
        raise EntryRefused(f"{name} is stated twice", where="characteristic", advice="leave one of the rows out")
    given: dict[str, Any] = {each: cells[each] for each in _COUNTS if each in cells}
    result = submission.results.setdefault(name, given)
    if "value" in cells:
        result.setdefault("values", []).append(f"{cells['value']:f}")


def _state(  # noqa: PLR0917 - what one submission is entered with
    entering: Entering,
    judging: Judging,
    receipts: Mapping[str, GoodsReceiptRecord],
    key: Key,
    submission: _Submission,
    found: Statements,
) -> None:
    name, item, number = key
    receipt = receipts.get(name)
    if receipt is None:
        raise NotFound(f"there is no receipt {name[:80]!r}", where="receipt", advice="enter the receipt first")
    lot = judging.lot(receipt.id, item)
    standing = judging.submissions(receipt.id, item)
    if number is None and any(_says(one, submission, whole=True) for one in standing.values()):
        found.unchanged += 1
        return
    if number is not None and number in standing:
        if not _says(standing[number], submission, whole=False):
            raise EntryRefused(
                f"submission {number} of it was entered with other results",
                where="submission",
                advice="what was found is never changed: a lot that is inspected again has a further submission",
            )
        found.unchanged += 1
        return
    if number is not None and number != lot.submissions + 1:
        raise EntryRefused(f"its next submission is {lot.submissions + 1}", where="submission", advice="leave it out")
    form = InspectionForm(
        item=item,
        results=[ResultForm(name=each, **given) for each, given in submission.results.items()],
        entered_by=entering.person,
        **submission.said,
    )
    identity = new_id(entering.hub, "inspection")
    found.records += judging.records(form, receipt.id, identity, entering.stamp)
    found.new.append(f"{name} {item}")


def _says(one: IncomingInspectionRecord, submission: _Submission, *, whole: bool) -> bool:
    """Whether rows say what stands; unless ``whole``, what they leave out they don't contradict."""
    said = {name: submission.said[name] for name in _OF_LOT if name in submission.said}
    results = {result.name: result for result in one.results}
    return (
        all(value == getattr(one, name) for name, value in said.items())
        and submission.results.keys() == results.keys()
        and all(_agrees(results[name], given, whole=whole) for name, given in submission.results.items())
    )


def _agrees(result: CharacteristicResult, given: Mapping[str, Any], *, whole: bool) -> bool:
    if not given:
        return not whole
    if "values" in given:
        return [Decimal(value) for value in given["values"]] == [Decimal(value) for value in result.values]
    total = given.get("found", 0) + given.get("found_second", 0)
    return not result.values and total == result.found and ("found_second" in given) == result.second


INSPECTION_TABLE = StatedTable(sheets=(INSPECTIONS,), read=read_inspections)
