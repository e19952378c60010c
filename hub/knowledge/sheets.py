"""Cases as a table."""

from collections.abc import Iterable, Iterator

from hub.knowledge.views import CaseView
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row

CASES = Sheet(
    name="knowledge",
    words=Words("Knowledge base", "质量知识库"),
    columns=(
        Column("id", Words("Case", "案例编号")),
        Column("organisation", Words("Organisation", "企业")),
        Column("plant", Words("Plant", "工厂")),
        Column("title", Words("Title", "标题")),
        Column("problem", Words("Problem", "问题")),
        Column("cause", Words("Cause", "原因")),
        Column("action", Words("Action", "措施")),
        Column("result", Words("Result", "效果")),
        Column("part", Words("Part", "物料")),
        Column("characteristic", Words("Characteristic", "特性")),
        Column("defect", Words("Defect", "缺陷")),
        Column("operation", Words("Operation", "工序")),
        Column("machine_type", Words("Machine type", "设备类型")),
        Column("best_case", Words("Best case", "最佳案例"), kind=Kind.YES_NO),
        Column("evidence", Words("Evidence", "证据")),
    ),
)


def case_rows(cases: Iterable[CaseView]) -> list[Row]:
    """One row a case."""
    return list(_rows(cases))


def _rows(cases: Iterable[CaseView]) -> Iterator[Row]:
    for one in cases:
        about = one.content
        yield {
            "id": one.id,
            "organisation": one.organisation,
            "plant": about.plant,
            "title": about.title,
            "problem": about.problem,
            "cause": about.cause,
            "action": about.action,
            "result": about.result,
            "part": about.part,
            "characteristic": about.characteristic,
            "defect": about.defect,
            "operation": about.operation,
            "machine_type": about.machine_type,
            "best_case": about.best_case,
            "evidence": "\n".join(about.evidence),
        }
