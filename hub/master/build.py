"""From lines of tables to versions; what can't be one is told by its row."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from hub.master.bodies import BODIES
from hub.master.kinds import MasterKind
from hub.projection.master_data import cost_rate_about
from hub.store.master.versions import OF_COMPANIES, Thing, of_company, without_company
from hub.tabular.problem import Cell, Line, Problem
from hub.tabular.words import Words
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item, part_uri

MOST_BYTES = 200 * 1024
"""Of one version: what a batch takes of a line, with room to spare for the stamp."""


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A version as a file states it; ``dated`` when the file says from which day."""

    thing: Thing
    begin: date
    end: date | None
    body: Any
    dated: bool
    sheet: str
    row: int

    @property
    def named(self) -> str:
        """What it is about, without the company whose it is."""
        return without_company(self.thing.about, getattr(self.body, "organisation", ""))

    def problem(self, column: str, text: Words, advice: Words) -> Problem:
        """Something that is wrong with it."""
        return Problem(self.sheet, self.row, column, text, advice)


class Draft(msgspec.Struct):
    """Rows of one version as they come."""

    line: Line
    thing: Thing
    begin: date
    head: dict[str, Cell]
    lines: list[dict[str, Cell]]


def canonical_parts(line: Line, columns: Iterable[str]) -> Line | Problem:
    """The line with the canonical identities of parts."""
    cells = dict(line.cells)
    for column in columns:
        if column in cells:
            found = canonical_part(str(cells[column]))
            if found is None:
                return line.problem(
                    column,
                    Words(f"{str(cells[column])[:60]!r} names no part", f"{str(cells[column])[:60]!r} 不是零件标识"),
                    Words("write the GTIN with 14 digits, or the part's identity", "请写 14 位 GTIN 或零件标识"),
                )
            cells[column] = found
    return Line(line.sheet, line.row, cells)


def canonical_part(text: str) -> str | None:
    """The identity of a part by its GTIN or identity; None for anything else."""
    try:
        if text.isascii() and text.isdigit():
            return part_uri(text.zfill(14))
        return text if parse_item(text).kind is ItemKind.PART else None
    except IdentifierRefused:
        return None


def versions_of(kind: MasterKind, lines: Iterable[Line], today: date) -> Iterator[Stated | Problem]:
    """Versions of a kind that fills one table; rows that name the same thing and day are one version."""
    drafts: dict[tuple[Thing, date], Draft] = {}
    seen: dict[int, int] = {}
    for raw in lines:
        line = canonical_parts(raw, kind.parts)
        if isinstance(line, Problem):
            yield line
            continue
        thing = thing_of(kind, line.cells)
        begin = line.cells.get("valid_from", today)
        assert isinstance(begin, date)
        head = {name: line.cells[name] for name in (*kind.head, "valid_to") if name in line.cells}
        draft = Draft(line, thing, begin, head, [])
        if not kind.lines:  # nothing more can come of it; by its hash alone it is remembered
            first = seen.setdefault(hash((thing.plant, thing.about, begin)), line.row)
            yield _stated(kind, draft) if first == line.row else _differs(line, first, several=False)
            continue
        known = drafts.setdefault((thing, begin), draft)
        if known.line is not line and known.head != head:
            yield _differs(line, known.line.row, several=True)
            continue
        said = {name: line.cells[name] for name in kind.lines if name in line.cells}
        if said:
            known.lines.append(said)
    for draft in drafts.values():
        yield _stated(kind, draft)


def thing_of(kind: MasterKind, cells: Mapping[str, Cell]) -> Thing:
    """What a row is about."""
    plant = str(cells.get("plant", "")) if kind.name != "plant" else str(cells["id"])
    if kind.name == "cost-rate":
        rate, part = str(cells["rate"]), str(cells.get("part", ""))
        return Thing(kind.name, plant, cost_rate_about(rate, part, str(cells.get("operation", ""))))
    about = " ".join(str(cells[name]) for name in kind.about if name in cells)
    company = str(cells.get("organisation", "")) if kind.name in OF_COMPANIES else ""
    return Thing(kind.name, plant, of_company(about, company))


def stated(line: Line, thing: Thing, begin: date, words: dict[str, Any]) -> Stated | Problem:
    """The version that ``words`` make; a problem where a record could not hold them."""
    try:
        body = msgspec.convert({"kind": thing.kind, **words}, BODIES[thing.kind])
    except msgspec.ValidationError as error:
        return line.problem(
            "",
            Words(f"can't be recorded: {error}", f"无法记录：{error}"),
            Words("correct the row", "请更正该行"),
        )
    if len(msgspec.json.encode(body)) > MOST_BYTES:
        text = Words(f"one version takes more than {MOST_BYTES} bytes", f"一个版本超过 {MOST_BYTES} 字节")
        return line.problem("", text, Words("divide it among several things", "请拆分为多个对象"))
    end = line.cells.get("valid_to")
    assert end is None or isinstance(end, date)
    return Stated(
        thing=thing,
        begin=begin,
        end=end,
        body=body,
        dated="valid_from" in line.cells,
        sheet=line.sheet,
        row=line.row,
    )


def _stated(kind: MasterKind, draft: Draft) -> Stated | Problem:
    words: dict[str, Any] = {name: value for name, value in draft.head.items() if name != "valid_to"}
    if "plant" in BODIES[kind.name].__struct_fields__:
        words["plant"] = draft.thing.plant
    if kind.name == "cost-rate":
        words |= {name: draft.line.cells[name] for name in kind.about if name in draft.line.cells}
    if kind.name == "gauge":
        words["uses"] = draft.lines
    elif kind.lines:
        words["lines"] = draft.lines
    return stated(draft.line, draft.thing, draft.begin, words)


def _differs(line: Line, first: int, *, several: bool) -> Problem:
    if not several:
        return line.problem(
            "",
            Words(f"states the same from the same day as row {first}", f"与第 {first} 行同日重复陈述"),
            Words("leave one of the rows out, or give another valid_from", "请删除其中一行，或改生效日期"),
        )
    return line.problem(
        "",
        Words(f"says something else than row {first} about the same version", f"与第 {first} 行对同一版本的陈述不一致"),
        Words("repeat names and dates in every row of it", "同一版本的每一行应重复相同的名称和日期"),
    )
