"""A plant's cases as a table that can be sent back: entered, changed, shared and withdrawn by what the rows say."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from hub.entry.stated_table import Entering, StatedTable, Statements, plain, same_text
from hub.improvement.act import require_plant
from hub.knowledge.forms import CaseForm
from hub.knowledge.keep import case_record, new_case_id
from hub.knowledge.views import CaseView
from hub.store.quality.knowledge import KnowledgeWanted, StoredKnowledge, knowledge_like
from hub.tabular.problem import Line
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.record.knowledge import KnowledgeRecord

_ABOUT = ("part", "characteristic", "defect", "operation", "machine_type")
_SAID = ("title", "problem", "cause", "action", "result")
PLANT_CASES = Sheet(
    name="knowledge",
    words=Words("Knowledge base", "质量知识库"),
    columns=(
        Column("case", Words("Case", "案例编号"), needed=True, most=200),
        Column("title", Words("Title", "标题"), needed=True, most=200),
        Column("problem", Words("Problem", "问题")),
        Column("cause", Words("Cause", "原因"), needed=True),
        Column("action", Words("Action", "措施"), needed=True),
        Column("result", Words("Result", "效果")),
        Column("part", Words("Part", "物料"), most=400),
        Column("characteristic", Words("Characteristic", "特性"), most=400),
        Column("defect", Words("Defect", "缺陷"), most=400),
        Column("operation", Words("Operation", "工序"), most=400),
        Column("machine_type", Words("Machine type", "设备类型"), most=400),
        Column("evidence", Words("Evidence, one a line", "证据（每行一条）"), needed=True, most=20 * 2001),
        Column("best_case", Words("Best case", "最佳案例"), kind=Kind.YES_NO),
        Column("shared_with", Words("Shared with", "共享给"), most=200 * 201),
        Column("withdrawn", Words("Withdrawn", "已撤回"), kind=Kind.YES_NO),
        Column("#improvement", Words("#Improvement", "#改进编号")),
    ),
    key=("case",),
    meaning=Words("What was learnt at a plant, by its own number of the case", "工厂的质量案例，按工厂自己的案例编号"),
)


def plant_case_rows(cases: Iterable[CaseView]) -> Iterator[Row]:
    """One row a case."""
    for one in cases:
        about = one.content
        yield {
            "case": about.number or one.id,
            **{name: plain(getattr(about, name)) or None for name in (*_SAID, *_ABOUT)},
            "evidence": plain("\n".join(about.evidence)),
            "best_case": about.best_case,
            "shared_with": "\n".join(one.shared_with) or None,
            "withdrawn": one.withdrawn,
            "#improvement": about.improvement or None,
        }


def read_cases(entering: Entering, lines: Sequence[Line]) -> Statements:
    """What the rows state beside the cases there are; an equal one is not stated again."""
    require_plant(entering.connection, entering.place)
    found = Statements()
    wanted = KnowledgeWanted(plant=entering.place, withdrawn=True)
    known: dict[str, StoredKnowledge] = {}
    for one in knowledge_like(entering.connection, wanted):
        known[one.record.id] = one
        if one.record.content.number:
            known[one.record.content.number] = one
    for line in lines:
        with found.of_row(line, "case"):
            _state(entering, line, known.get(str(line.cells["case"])), found)
    return found


def _state(entering: Entering, line: Line, stored: StoredKnowledge | None, found: Statements) -> None:
    cells: dict[str, Any] = line.cells
    name = str(cells["case"])
    known = None if stored is None else stored.record
    form = CaseForm(
        evidence=_lines(cells["evidence"]),
        best_case=cells.get("best_case", False),
        shared_with=_names(cells["shared_with"]) if "shared_with" in cells else _partners(known),
        by=entering.person,
        number=name if known is None else known.content.number,
        **{each: cells[each] for each in (*_SAID, *_ABOUT) if each in cells},
    )
    content = form.at(entering.place, "" if known is None else known.content.improvement)
    identity = new_case_id(entering.hub) if known is None else known.id
    record = case_record(entering.connection, identity, content, form.shared_with, entering.person, entering.stamp)
    record = msgspec.structs.replace(record, withdrawn=cells.get("withdrawn", False))
    if known is not None and _same(known, record):
        found.unchanged += 1
        return
    (found.new if known is None else found.changed).append(name)
    found.records.append(record)


def _same(one: KnowledgeRecord, other: KnowledgeRecord) -> bool:
    """However texts are laid out."""
    texts = all(same_text(getattr(one.content, name), getattr(other.content, name)) for name in (*_SAID, *_ABOUT))
    proofs = same_text("\n".join(one.content.evidence), "\n".join(other.content.evidence))
    rest = (one.content.best_case, one.withdrawn, one.shared_with)
    return texts and proofs and rest == (other.content.best_case, other.withdrawn, other.shared_with)


def _partners(known: KnowledgeRecord | None) -> list[str]:
    return [] if known is None else list(known.shared_with)


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _names(text: object) -> list[str]:
    return _lines(str(text).replace("；", "\n").replace(";", "\n"))


CASE_TABLE = StatedTable(sheets=(PLANT_CASES,), read=read_cases)
