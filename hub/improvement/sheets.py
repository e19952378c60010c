"""Improvements as tables: the list, the actions, and one as an 8D report."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from hub.improvement.views import ImprovementLine, ImprovementView
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.improvement.state import CheckNow, Improvement
from traceability.record.improvement import CheckedFigure

DISCIPLINES = (
    Words("Team", "成立小组"),
    Words("Problem", "问题描述"),
    Words("Containment", "临时围堵措施"),
    Words("Root causes", "根本原因"),
    Words("Corrective actions chosen", "选定纠正措施"),
    Words("Carried out and validated", "实施并验证"),
    Words("Recurrence prevented", "预防再发生"),
    Words("Closed", "结案与认可"),
)
_STATES = (
    Choice("open", Words("open", "未开始")),
    Choice("in-progress", Words("in progress", "进行中")),
    Choice("done", Words("done", "完成")),
)
_ENTRIES = (
    Choice("lead", Words("lead", "组长")),
    Choice("member", Words("member", "成员")),
    Choice("weak-point", Words("weak point", "薄弱环节")),
    Choice("found", Words("found", "发现情况")),
    Choice("target", Words("target", "目标")),
    Choice("action", Words("action", "措施")),
    Choice("cause", Words("cause", "原因")),
    Choice("check", Words("check", "效果检验")),
    Choice("standard", Words("standard", "标准化")),
    Choice("lesson", Words("lesson", "经验")),
    Choice("recognition", Words("recognition", "认可")),
)
_OF_ENTRY = (
    Choice("open", Words("open", "未完成")),
    Choice("done", Words("done", "完成")),
    Choice("dropped", Words("dropped", "取消")),
    Choice("suspected", Words("suspected", "待证实")),
    Choice("confirmed", Words("confirmed", "已确认")),
    Choice("ruled-out", Words("ruled out", "已排除")),
    Choice("planned", Words("planned", "已计划")),
    Choice("effective", Words("effective", "有效")),
    Choice("not-shown", Words("effect not shown", "效果未证实")),
    Choice("worse", Words("worse", "变差")),
    Choice("better-untested", Words("better, not tested", "有改善，未作检验")),
    Choice("cannot-tell", Words("can't tell", "无法判断")),
)
EIGHT_D = Sheet(
    name="8d",
    words=Words("8D report", "8D报告"),
    columns=(
        Column("discipline", Words("Discipline", "步骤")),
        Column("title", Words("Title", "名称")),
        Column("status", Words("Status", "状态"), kind=Kind.CHOICE, choices=_STATES),
        Column("what", Words("Entry", "条目"), kind=Kind.CHOICE, choices=_ENTRIES),
        Column("text", Words("Text", "内容")),
        Column("state", Words("State of entry", "条目状态"), kind=Kind.CHOICE, choices=_OF_ENTRY),
        Column("owner", Words("Owner", "责任人")),
        Column("due", Words("Due", "期限")),
        Column("done_on", Words("Done on", "完成日期")),
        Column("evidence", Words("Evidence", "证据")),
    ),
)
CHECKS = Sheet(
    name="checks",
    words=Words("Checks", "效果检验"),
    columns=(
        Column("check", Words("Check", "检验编号")),
        Column("look", Words("Look", "第几次检验"), kind=Kind.COUNT),
        Column("metric", Words("Metric", "指标")),
        Column("test", Words("Test", "检验方法")),
        Column("level", Words("Level of significance", "显著性水平")),
        Column("before", Words("Before", "改进前"), kind=Kind.NUMBER),
        Column("before_n", Words("n before", "改进前样本数"), kind=Kind.COUNT),
        Column("after", Words("After", "改进后"), kind=Kind.NUMBER),
        Column("after_n", Words("n after", "改进后样本数"), kind=Kind.COUNT),
        Column("effect", Words("Effect", "效果"), kind=Kind.NUMBER),
        Column("low", Words("Lower bound", "区间下限"), kind=Kind.NUMBER),
        Column("high", Words("Upper bound", "区间上限"), kind=Kind.NUMBER),
        Column("p", Words("p", "p值"), kind=Kind.NUMBER),
        Column("p_looks", Words("p for all looks", "多次检验校正p值"), kind=Kind.NUMBER),
        Column("verdict", Words("Verdict", "结论")),
        Column("target_met", Words("Target met", "达到目标"), kind=Kind.YES_NO),
        Column("why", Words("Why", "说明")),
    ),
)
IMPROVEMENTS = Sheet(
    name="improvements",
    words=Words("Improvements", "质量改进"),
    columns=(
        Column("id", Words("Improvement", "编号")),
        Column("title", Words("Title", "标题")),
        Column("subject", Words("Weak point", "薄弱环节")),
        Column("owner", Words("Owner", "负责人")),
        Column("state", Words("State", "状态")),
        Column("stage", Words("Stage", "阶段")),
        Column("round", Words("Round", "轮次"), kind=Kind.COUNT),
        Column("metric", Words("Metric", "指标")),
        Column("target", Words("Target", "目标"), kind=Kind.NUMBER),
        Column("by_when", Words("By when", "目标日期"), kind=Kind.DAY),
        Column("open", Words("Open actions", "未完成措施"), kind=Kind.COUNT),
        Column("overdue", Words("Overdue actions", "逾期措施"), kind=Kind.COUNT),
        Column("verdict", Words("Verdict", "结论")),
    ),
)


def eight_d_rows(view: ImprovementView) -> Iterator[Row]:
    """One row an entry; a discipline without any has a row of its own."""
    for each in view.eight_d:
        whole = {
            "discipline": f"D{each.number}",
            "title": _both(DISCIPLINES[each.number - 1]),
            "status": each.status.value,
        }
        if not each.lines:
            yield whole
        for line in each.lines:
            yield whole | {
                "what": line.what,
                "text": line.text,
                "state": line.state,
                "owner": line.owner,
                "due": line.due,
                "done_on": line.done_on,
                "evidence": "\n".join(line.evidence),
            }


def check_rows(now: Improvement) -> Iterator[Row]:
    """One row a planned check, of every round."""
    return (_check(one) for one in now.checks)


def improvement_rows(lines: Iterable[ImprovementLine]) -> Sequence[Row]:
    """One row an improvement."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "subject": one.subject,
            "owner": one.owner,
            "state": one.state.value,
            "stage": one.stage.value,
            "round": one.round,
            "metric": "" if one.target is None else one.target.reference.metric.value,
            "target": None if one.target is None else Decimal(one.target.value),
            "by_when": None if one.target is None else one.target.by_when,
            "open": one.actions_open,
            "overdue": one.overdue,
            "verdict": "" if one.verdict is None else one.verdict.value,
        }
        for one in lines
    ]


def _check(one: CheckNow) -> Row:
    plan, result = one.plan, one.result
    row: dict[str, object] = {
        "check": plan.check,
        "look": one.look,
        "metric": plan.reference.metric.value,
        "test": plan.test.value,
        "level": plan.level,
    }
    if result is None:
        return row
    return row | {
        "before": _figure(result.before),
        "before_n": result.before.n,
        "after": _figure(result.after),
        "after_n": result.after.n,
        "effect": _number(result.effect),
        "low": _number(result.effect_low),
        "high": _number(result.effect_high),
        "p": _number(result.p),
        "p_looks": _number(result.p_looks),
        "verdict": result.verdict.value,
        "target_met": result.target_met,
        "why": result.why,
    }


def _figure(one: CheckedFigure) -> Decimal | None:
    return _number(one.value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _both(words: Words) -> str:
    return f"{words.en} / {words.zh}"
