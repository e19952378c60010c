"""Loading a plant's past: looked at first, taken whole or not at all, undone by a record that says so.

A load is named by the hash of its file, so that no file is loaded twice.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.entry.master import require_plant
from hub.entry.seal import Stamps, enter, enter_within
from hub.errors import EntryRefused, NotFound
from hub.history.reading import Found, PastResult, in_utf8, is_aqdef, results_of_aqdef, results_of_table
from hub.history.sheet import HISTORY
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.ledger.authors import latest_plant
from hub.store.quality.history import imported_results, loads_of
from hub.tabular.examine import is_workbook
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Line, Problem, refuse_problems
from hub.tabular.reading import format_of, read_lines
from hub.tabular.trouble import too_many_problems
from hub.tabular.words import Words
from traceability.encoding import sha256, tagged
from traceability.record.base import Record
from traceability.record.codec import encode_record
from traceability.record.history import HistoryLoadRecord, HistoryResultRecord, HistoryUndoneRecord

RECORDS_A_BATCH = 5_000
BYTES_A_BATCH = 4 * 1024 * 1024
_NAME = 24
_TIME_ZONE = 3
"""Place of the time zone in what is known of a plant."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a file is loaded; ``part`` and ``operation`` are for AQDEF, which may not name them.

    ``encoding``: of its letters, "" where the file is to show it (``traceability.aqdef.letters``).
    """

    plant: str
    part: str = ""
    operation: str = ""
    note: str = ""
    encoding: str = ""


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file, or was loaded from it: then ``load`` names it. ``imported`` is always true."""

    format: str
    results: int
    values: int
    first: datetime | None
    last: datetime | None
    problems: tuple[Problem, ...]
    load: str = ""
    log_indexes: tuple[int, ...] = ()
    imported: bool = True


def look(hub: Hub, data: bytes, asked: Asked) -> LoadReport:
    """What a load would do; nothing is entered."""
    with hub.store.reading() as connection:
        return _read(connection, hub, data, asked)[0]


def load(hub: Hub, data: bytes, asked: Asked, *, by: str) -> LoadReport:
    """Load the file; ``EntryRefused`` names the first problems when there are any, and nothing is entered."""
    name = load_name(asked.plant, data)
    with hub.store.writing() as connection:
        report, results = _read(connection, hub, data, asked)
        refuse_problems(report.problems)
        if not results:
            raise EntryRefused("the file holds no results", where="file", advice="fill it in")
        head = _Head(load=name, source=tagged(sha256(data)), report=report, asked=asked, by=by)
        indexes = _seal(connection, hub, head, results)
    return msgspec.structs.replace(report, load=name, log_indexes=indexes)


def undo_load(hub: Hub, plant: str, name: str, *, reason: str, by: str) -> int:
    """The load counts no more; the log index of the record that says so."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        known = next((one for one in loads_of(connection, plant) if one.id == name), None)
        if known is None:
            raise NotFound(f"there is no load {name[:100]!r}", advice=f"/api/v1/plants/{plant}/history lists them")
        if known.undone is not None:
            raise EntryRefused(f"{name} was undone already: {known.undone}", where="load")
        return [HistoryUndoneRecord(id=name, plant=plant, reason=reason, entered_by=by, **stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored.id


def load_name(plant: str, data: bytes) -> str:
    """How a load of these bytes is called at a plant."""
    return f"history-{sha256(plant.encode() + b'/' + data).hex()[:_NAME]}"


class _Head(msgspec.Struct, frozen=True):
    load: str
    source: str
    report: LoadReport
    asked: Asked
    by: str


def _read(connection: Reading, hub: Hub, data: bytes, asked: Asked) -> tuple[LoadReport, list[PastResult]]:
    require_plant(connection, asked.plant, where="history")
    plant = latest_plant(connection, asked.plant)
    assert plant is not None  # just required
    zone = ZoneInfo(plant[_TIME_ZONE])
    problems: list[Problem] = list(_twice(connection, asked, data))
    known = {
        (one.unit or one.work_cell, one.part, one.operation, one.at)
        for one in (imported_results(connection, asked.plant) if not problems else ())
    }
    results: list[PastResult] = []
    for found in _found(hub, data, asked, zone, problems):
        if isinstance(found, Problem):
            problems.append(found)
        elif found.key in known:
            problems.append(_known_already(found))
        else:
            results.append(found)
        if len(problems) > LIMITS.problems:
            said = too_many_problems(LIMITS.problems)
            problems.append(Problem("", 0, "", said.text, said.advice))
            break
    times = [one.at for one in results]
    report = LoadReport(
        format="aqdef" if is_aqdef(data) else format_of(data),
        results=len(results),
        values=sum(len(one.values) for one in results),
        first=min(times, default=None),
        last=max(times, default=None),
        problems=tuple(problems),
    )
    return report, results


def _found(hub: Hub, data: bytes, asked: Asked, zone: ZoneInfo, problems: list[Problem]) -> Iterator[Found]:
    now = hub.clock()
    if not is_workbook(data):
        data = in_utf8(data, asked.encoding)
    if is_aqdef(data):
        if not asked.operation:
            raise EntryRefused("AQDEF names no operation", where="operation", advice="name it with operation=")
        yield from results_of_aqdef(data, part=asked.part, operation=asked.operation, zone=zone, now=now)
        return

    def lines() -> Iterator[Line]:
        for one in read_lines(data, [HISTORY], zone=zone):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                yield one

    yield from results_of_table(lines(), now)


def _twice(connection: Reading, asked: Asked, data: bytes) -> Iterator[Problem]:
    name = load_name(asked.plant, data)
    if any(one.id == name and one.undone is None for one in loads_of(connection, asked.plant)):
        text = Words(f"this file was loaded already as {name}", f"该文件已导入，编号 {name}")
        yield Problem("", 0, "", text, Words("undo that load first", "请先撤销该次导入"))


def _known_already(one: PastResult) -> Problem:
    text = Words(
        "another load holds a result of this unit, operation and time", "其他导入中已有同一件、同一工序、同一时间的结果"
    )
    return Problem(HISTORY.name, one.row, "at", text, Words("leave the row out", "请删除该行"))


def _seal(connection: Writing, hub: Hub, head: _Head, results: Sequence[PastResult]) -> tuple[int, ...]:
    records = _Records(head, iter(results))
    indexes: list[int] = []
    while (stored := enter_within(connection, hub, records.some)) is not None:
        indexes.append(stored.id)
    return tuple(indexes)


class _Records:
    """The records of a load, as many at a time as a batch should hold."""

    def __init__(self, head: _Head, waiting: Iterator[PastResult]) -> None:
        self._head = head
        self._waiting = waiting
        self._begun = False

    def some(self, _: Reading, stamp: Stamps) -> Sequence[Record]:
        head, self._begun, begun = self._head, True, self._begun
        records: list[Record] = [] if begun else [_load_record(head, stamp)]
        size = 0
        for one in self._waiting:
            words = {name: getattr(one, name) for name in one.__struct_fields__}
            records.append(HistoryResultRecord(id=head.load, plant=head.asked.plant, **words, **stamp()))
            size += len(encode_record(records[-1]))
            if len(records) >= RECORDS_A_BATCH or size >= BYTES_A_BATCH:
                break
        return records


def _load_record(head: _Head, stamp: Stamps) -> Record:
    return HistoryLoadRecord(
        id=head.load,
        plant=head.asked.plant,
        source=head.source,
        format=head.report.format,
        results=head.report.results,
        entered_by=head.by,
        note=head.asked.note,
        **stamp(),
    )
