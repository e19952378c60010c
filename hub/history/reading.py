"""Imported results from the lines of a table, or from AQDEF; what can't be one is told by its row."""

import codecs
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import EntryRefused
from hub.master.build import canonical_part
from hub.tabular.problem import Cell, Line, Problem
from hub.tabular.words import Words
from traceability.aqdef.letters import Encoding, plain_encoding
from traceability.aqdef.reading import AqdefFile, Keys, number_of, read_aqdef
from traceability.errors import IdentifierRefused, ZhuoyueError
from traceability.identifier.item import CANONICAL_ROOT, ItemKind, parse_item, unit_uri
from traceability.record.history import HistoryValue
from traceability.unit import Verdict

LARGEST = 2**53 - 1
MOST_DECIMALS = 12
SHEET = "history"
_NAMES = ", ".join(Encoding)
_CORRECT = Words("correct the row", "请更正该行")


class PastResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result as a file states it; ``row`` is its first."""

    row: int
    part: str
    operation: str
    at: datetime
    unit: str | None
    work_cell: str
    verdict: Verdict
    values: tuple[HistoryValue, ...]

    @property
    def key(self) -> tuple[str, str, str, datetime]:
        """No two results of a plant have one: unit (or work cell), part, operation and time."""
        return self.unit or self.work_cell, self.part, self.operation, self.at


Found = PastResult | Problem


def results_of_table(lines: Iterable[Line], now: datetime) -> Iterator[Found]:
    """Rows with the same part, unit, operation, work cell and time are one result."""
    drafts: dict[tuple[Cell | None, ...], list[PastResult]] = {}
    for line in lines:
        one = _result(line, now)
        if isinstance(one, Problem):
            yield one
            continue
        known = drafts.setdefault((*one.key, one.work_cell), [one])
        if known[0] is one:
            continue
        said = {value.characteristic for before in known for value in before.values}
        if one.verdict is not known[0].verdict:
            text = Words(f"another verdict than row {known[0].row}", f"与第 {known[0].row} 行判定不一致")
            yield line.problem("verdict", text, _CORRECT)
        elif not one.values or one.values[0].characteristic in said:
            text = Words(f"the same as row {known[0].row} says already", f"与第 {known[0].row} 行重复")
            yield line.problem("characteristic", text, Words("leave one of them out", "请删除其中一行"))
        else:
            known.append(one)
    for several in drafts.values():
        values = tuple(value for one in several for value in one.values)
        yield msgspec.structs.replace(several[0], values=values)


def results_of_aqdef(data: bytes, *, part: str, operation: str, zone: ZoneInfo, now: datetime) -> Iterator[Found]:
    """Values of a ``.dfq``; ``part`` where K1001 is no GTIN. ``EntryRefused`` names the line that can't be read."""
    file = _aqdef(data)
    wanted = canonical_part(part or file.description.part.get("K1001", ""))
    if wanted is None:
        raise EntryRefused("K1001 names no part that is known here", where="K1001", advice="name the part with part=")
    for row, values in enumerate(file.parts, start=1):
        first: Keys = {key: text for keys in reversed(values) for key, text in keys.items()}
        at = _aqdef_time(first.get("K0004", ""), zone)
        if at is None or at > now:
            said = Words("K0004 holds no time of the past", "K0004 不是过去的时间")
            yield Problem(SHEET, row, "K0004", said, _CORRECT)
            continue
        cells: dict[str, Cell] = {"part": wanted, "operation": operation, "at": at}
        serial = first.get("K0014", "")
        line = Line(SHEET, row, cells | ({"unit": serial} if serial else {}))
        kept: list[HistoryValue] = []
        for place, (keys, known) in enumerate(zip(values, file.description.characteristics, strict=True), start=1):
            number = number_of(keys.get("K0001", ""))
            if number is None or keys.get("K0002", "0") not in ("", "0"):
                continue  # not measured, or marked by the gauge as not valid
            name = known.get("K2001") or known.get("K2002") or str(place)
            value = _value(line, name, number, known.get("K2142", ""))
            if isinstance(value, Problem):
                yield value
            else:
                kept.append(value)
        one = _result(line, now)
        yield msgspec.structs.replace(one, values=tuple(kept)) if isinstance(one, PastResult) else one


def is_aqdef(data: bytes) -> bool:
    """Whether it begins like a file of that format."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] in (b"K0100", b"K1001", b"K1002")


def _aqdef(data: bytes) -> AqdefFile:
    try:
        return read_aqdef(data, "utf-8-sig")
    except ZhuoyueError as error:
        raise EntryRefused(error.what, where=error.where or "file", advice="send a whole .dfq") from None


def in_utf8(data: bytes, encoding: str) -> bytes:
    """A CSV or AQDEF file in UTF-8; ``encoding`` "" where it was not stated: then an AQDEF file must be plainly one.

    A table that states none is left as it is: it is UTF-8 or GB18030.
    """
    if not encoding and not is_aqdef(data):
        return data
    known = _stated(encoding) if encoding else plain_encoding(data.removeprefix(codecs.BOM_UTF8))
    if known is None:
        raise EntryRefused(
            "its letters may be of several encodings", where="file", advice=f"name it with encoding= ({_NAMES})"
        )
    if known is Encoding.UTF_8 and not encoding:
        return data
    try:
        return data.decode(known).encode()
    except UnicodeDecodeError as error:
        raise EntryRefused(
            f"is not {known} at byte {error.start}", where="file", advice=f"name another encoding ({_NAMES})"
        ) from None


def _stated(encoding: str) -> Encoding:
    try:
        return Encoding(encoding)
    except ValueError:
        raise EntryRefused(
            f"there is no encoding {encoding[:40]!r} here", where="encoding", advice=f"name one of {_NAMES}"
        ) from None


def _aqdef_time(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.strptime(text, "%d.%m.%Y/%H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None


def _result(line: Line, now: datetime) -> Found:
    cells = line.cells
    part = canonical_part(str(cells["part"]))
    if part is None:
        return line.problem("part", Words("names no part", "不是零件标识"), Words("write its GTIN", "请写 GTIN"))
    unit = _unit(part, str(cells["unit"])) if "unit" in cells else None
    if isinstance(unit, Words):
        return line.problem("unit", unit, _CORRECT)
    at = cells["at"]
    assert isinstance(at, datetime)
    if at > now:
        return line.problem("at", Words("lies in the future", "时间在未来"), Words("correct the time", "请更正时间"))
    values = _values_of(line)
    if isinstance(values, Problem):
        return values
    return PastResult(
        row=line.row,
        part=part,
        operation=str(cells["operation"]),
        at=at,
        unit=unit,
        work_cell=str(cells.get("work_cell", "")),
        verdict=Verdict(str(cells.get("verdict", Verdict.UNDEFINED))),
        values=values,
    )


def _values_of(line: Line) -> tuple[HistoryValue, ...] | Problem:
    name, number = line.cells.get("characteristic"), line.cells.get("value")
    if name is None and number is None:
        return ()
    if name is None or not isinstance(number, Decimal):
        column = "characteristic" if name is None else "value"
        text = Words("is empty, and the other is not", "为空，而另一列不为空")
        return line.problem(column, text, Words("fill in both or none", "请同时填写或同时留空"))
    value = _value(line, str(name), number, str(line.cells.get("uom", "")))
    return value if isinstance(value, Problem) else (value,)


def _value(line: Line, name: str, number: Decimal, uom: str) -> HistoryValue | Problem:
    exponent = number.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    scaled = int(number.scaleb(decimals))
    if decimals > MOST_DECIMALS or abs(scaled) > LARGEST:
        return line.problem("value", Words("has too many digits", "位数过多"), Words("round it", "请舍入"))
    return HistoryValue(characteristic=name[:200], value=scaled, decimals=decimals, uom=uom[:20])


def _unit(part: str, text: str) -> str | Words:
    wrong = Words(f"{text[:60]!r} names no unit of this part", f"{text[:60]!r} 不是该零件的序列号")
    try:
        if text.startswith(("http", "urn:")):
            return text if parse_item(text).kind is ItemKind.UNIT else wrong
        if not part.startswith(CANONICAL_ROOT):
            return wrong
        return unit_uri(part.rsplit("/", 1)[-1], text)
    except IdentifierRefused:
        return wrong
