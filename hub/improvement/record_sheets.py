"""Improvements as tables that can be sent back: what each is about, its causes, actions, checks and standards."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from hub.entry.stated_table import plain
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.improvement.stages import stage_of
from traceability.improvement.state import ActionNow, ActionState, Improvement, ImprovementState
from traceability.quality.effect.finding import EffectTest
from traceability.record.improvement import (
    ActionKind,
    Cause,
    CauseArea,
    CauseMethod,
    CauseState,
    Direction,
    PlanCheck,
    SetTarget,
    WeakPointKind,
)
from traceability.record.metric import MetricName

_ZH: dict[str, str] = {
    WeakPointKind.BINDING_METRIC: "制约等级的指标",
    WeakPointKind.OPERATION: "工序",
    WeakPointKind.CHARACTERISTIC: "关键特性",
    WeakPointKind.DEFECT: "缺陷",
    WeakPointKind.TARGET: "未达成的目标",
    WeakPointKind.FIELD_FAILURES: "市场失效",
    WeakPointKind.OTHER: "其他",
    Direction.UP: "越高越好",
    Direction.DOWN: "越低越好",
    CauseState.SUSPECTED: "待证实",
    CauseState.CONFIRMED: "已确认",
    CauseState.RULED_OUT: "已排除",
    CauseMethod.FIVE_WHY: "5个为什么",
    CauseMethod.ISHIKAWA: "因果图",
    CauseArea.MAN: "人",
    CauseArea.MACHINE: "机",
    CauseArea.MATERIAL: "料",
    CauseArea.METHOD: "法",
    CauseArea.ENVIRONMENT: "环",
    CauseArea.MEASUREMENT: "测",
    ActionKind.CONTAINMENT: "临时围堵措施",
    ActionKind.CORRECTIVE: "纠正措施",
    ActionKind.PREVENTIVE: "预防措施",
    ActionState.OPEN: "未完成",
    ActionState.DONE: "完成",
    ActionState.DROPPED: "取消",
    ImprovementState.CLOSED: "已关闭",
    ImprovementState.CANCELLED: "已取消",
}
_LONG = 20_000
_PROOFS = 20 * 2001
_OF = Column("improvement", Words("Improvement", "改进编号"), needed=True, most=200)
_EVIDENCE = Words("Evidence, one a line", "证据（每行一条）")


def _choices(values: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(str(one), Words(str(one), _ZH.get(one, str(one)))) for one in values)


BEGUN = Sheet(
    name="improvements",
    words=Words("Improvements", "质量改进"),
    columns=(
        _OF,
        Column("title", Words("Title", "标题"), needed=True, most=200),
        Column("kind", Words("Kind of weak point", "薄弱环节类别"), kind=Kind.CHOICE, choices=_choices(WeakPointKind)),
        Column("subject", Words("Weak point", "薄弱环节"), needed=True),
        Column("found", Words("Found", "发现情况")),
        Column("n", Words("n", "样本数"), kind=Kind.COUNT),
        Column("effect", Words("Effect", "影响")),
        Column("owner", Words("Owner", "负责人"), needed=True, most=200),
        Column("members", Words("Team", "成员"), most=_LONG),
        Column("description", Words("Description", "说明"), most=_LONG),
        Column("notification", Words("Complaint", "投诉编号"), most=200),
        Column("metric", Words("Metric", "指标"), kind=Kind.CHOICE, choices=_choices(MetricName)),
        Column("line", Words("Line", "产线"), most=400),
        Column("operation", Words("Operation", "工序"), most=400),
        Column("part", Words("Product", "产品"), most=400),
        Column("characteristic", Words("Characteristic", "特性"), most=400),
        Column("defect", Words("Defect", "缺陷"), most=400),
        Column("indicator", Words("Declared indicator", "申报指标"), most=400),
        Column("direction", Words("Better", "方向"), kind=Kind.CHOICE, choices=_choices(Direction)),
        Column("value", Words("Target value", "目标值"), kind=Kind.NUMBER),
        Column("by_when", Words("By when", "目标日期"), kind=Kind.DAY),
        Column("end", Words("Ended", "结束"), kind=Kind.CHOICE,
               choices=_choices((ImprovementState.CLOSED, ImprovementState.CANCELLED))),
        Column("lesson", Words("Lesson", "经验"), most=_LONG),
        Column("recognition", Words("Recognition", "认可")),
        Column("reason", Words("Why it was cancelled", "取消原因")),
        Column("#stage", Words("#Stage", "#阶段")),
    ),
    key=("improvement",),
    meaning=Words("What is weak, who leads, what is to be reached by when", "薄弱环节、负责人、目标及期限"),
)  # fmt: skip
CAUSES = Sheet(
    name="improvement-causes",
    words=Words("Causes", "原因"),
    columns=(
        _OF,
        Column("cause", Words("Cause", "原因编号"), needed=True, most=200),
        Column("text", Words("Text", "内容"), needed=True),
        Column("evidence", _EVIDENCE, needed=True, most=_PROOFS),
        Column("state", Words("State", "状态"), kind=Kind.CHOICE, choices=_choices(CauseState)),
        Column("method", Words("Method", "方法"), kind=Kind.CHOICE, choices=_choices(CauseMethod)),
        Column("area", Words("Area", "类别"), kind=Kind.CHOICE, choices=_choices(CauseArea)),
        Column("why_of", Words("Explains", "所解释的原因"), most=200),
    ),
    key=("improvement", "cause"),
)
ACTIONS = Sheet(
    name="improvement-actions",
    words=Words("Actions", "措施"),
    columns=(
        _OF,
        Column("action", Words("Action", "措施编号"), needed=True, most=200),
        Column("text", Words("Text", "内容"), needed=True),
        Column("owner", Words("Owner", "责任人"), needed=True, most=200),
        Column("due", Words("Due", "期限"), kind=Kind.DAY, needed=True),
        Column("kind", Words("Kind", "类别"), kind=Kind.CHOICE, choices=_choices(ActionKind)),
        Column("causes", Words("Against causes", "针对原因"), most=_LONG),
        Column("state", Words("State", "状态"), kind=Kind.CHOICE, choices=_choices(ActionState)),
        Column("done_on", Words("Done on", "完成日期"), kind=Kind.DAY),
        Column("evidence", _EVIDENCE, most=_PROOFS),
        Column("reason", Words("Why it was dropped", "取消原因")),
    ),
    key=("improvement", "action"),
)
CHECKS = Sheet(
    name="improvement-checks",
    words=Words("Planned checks", "效果检验计划"),
    columns=(
        _OF,
        Column("check", Words("Check", "检验编号"), needed=True, most=200),
        Column("test", Words("Test", "检验方法"), kind=Kind.CHOICE, needed=True, choices=_choices(EffectTest)),
        Column("level", Words("Level of significance", "显著性水平"), kind=Kind.NUMBER),
        Column("before_first", Words("Before, from", "改进前起始日"), kind=Kind.DAY, needed=True),
        Column("before_last", Words("Before, to", "改进前截止日"), kind=Kind.DAY, needed=True),
        Column("after_first", Words("After, from", "改进后起始日"), kind=Kind.DAY, needed=True),
        Column("after_last", Words("After, to", "改进后截止日"), kind=Kind.DAY, needed=True),
        Column("#verdict", Words("#Verdict", "#结论")),
    ),
    key=("improvement", "check"),
)
STANDARDS = Sheet(
    name="improvement-standards",
    words=Words("Standards", "标准化"),
    columns=(
        _OF,
        Column("standard", Words("Standard", "标准"), needed=True),
        Column("control_plan", Words("Control plan", "控制计划"), most=100),
        Column("from_day", Words("From", "生效日"), kind=Kind.DAY, needed=True),
        Column("evidence", _EVIDENCE, needed=True, most=_PROOFS),
    ),
    key=("improvement", "standard"),
)
RECORD_SHEETS = (BEGUN, CAUSES, ACTIONS, CHECKS, STANDARDS)


def record_tables(found: Sequence[Improvement]) -> list[tuple[Sheet, list[Row]]]:
    """Every sheet with its rows."""
    return [
        (BEGUN, [_begun(one) for one in found]),
        (CAUSES, [_cause(one, each) for one in found for each in one.causes]),
        (ACTIONS, [_action(one, each) for one in found for each in one.actions]),
        (CHECKS, list(_checks(found))),
        (STANDARDS, list(_standards(found))),
    ]


def named(one: Improvement) -> str:
    """What a table calls it."""
    return one.content.number or one.id


def _begun(one: Improvement) -> Row:
    content, weak = one.content, one.content.weak_point
    close = one.close
    return {
        "improvement": named(one),
        "title": content.title,
        "kind": weak.kind.value,
        "subject": plain(weak.subject),
        "found": plain(weak.found) or None,
        "n": weak.n,
        "effect": plain(weak.effect) or None,
        "owner": one.owner,
        "members": "\n".join(one.members) or None,
        "description": plain(content.description) or None,
        "notification": content.notification or None,
        **({} if one.target is None else _target(one.target)),
        "end": None if one.state is ImprovementState.OPEN else one.state.value,
        "lesson": None if close is None else plain(close.lesson) or None,
        "recognition": None if close is None else plain(close.recognition) or None,
        "reason": plain(one.reason) if one.state is ImprovementState.CANCELLED else None,
        "#stage": stage_of(one).value,
    }


def _target(target: SetTarget) -> Row:
    names = ("line", "operation", "part", "characteristic", "defect", "indicator")
    return {
        "metric": target.reference.metric.value,
        **{name: getattr(target.reference, name) or None for name in names},
        "direction": target.direction.value,
        "value": Decimal(target.value),
        "by_when": target.by_when,
    }


def _cause(one: Improvement, cause: Cause) -> Row:
    return {
        "improvement": named(one),
        "cause": cause.cause,
        "text": plain(cause.text),
        "evidence": plain("\n".join(cause.evidence)),
        "state": cause.state.value,
        "method": cause.method.value,
        "area": None if cause.area is None else cause.area.value,
        "why_of": cause.why_of or None,
    }


def _action(one: Improvement, now: ActionNow) -> Row:
    return {
        "improvement": named(one),
        "action": now.action.action,
        "text": plain(now.action.text),
        "owner": now.action.owner,
        "due": now.action.due,
        "kind": now.action.kind.value,
        "causes": "\n".join(now.action.causes) or None,
        "state": now.state.value,
        "done_on": now.done_on,
        "evidence": plain("\n".join(now.evidence)) or None,
        "reason": plain(now.reason) or None,
    }


def _checks(found: Sequence[Improvement]) -> Iterator[Row]:
    for one in found:
        for each in one.checks:
            verdict = None if each.result is None else each.result.verdict.value
            yield {"improvement": named(one), **check_words(each.plan), "#verdict": verdict}


def check_words(plan: PlanCheck) -> dict[str, object]:
    """A planned check as its row says it."""
    names = ("check", "before_first", "before_last", "after_first", "after_last")
    return {
        **{name: getattr(plan, name) for name in names},
        "test": plan.test.value,
        "level": Decimal(plan.level),
    }


def _standards(found: Sequence[Improvement]) -> Iterator[Row]:
    for one in found:
        for each in one.standards:
            yield {
                "improvement": named(one),
                "standard": plain(each.standard),
                "control_plan": each.control_plan or None,
                "from_day": each.from_day,
                "evidence": plain("\n".join(each.evidence)),
            }
