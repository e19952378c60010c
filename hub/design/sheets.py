"""Feedback to design as tables."""

from collections.abc import Iterable
from decimal import Decimal

from hub.design.capable import ToleranceView
from hub.design.components import ComponentView
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.tolerance import Needed

_DIGITS = 8


def _number(name: str, en: str, zh: str) -> Column:
    return Column(name, Words(en, zh), kind=Kind.NUMBER)


TOLERANCES = Sheet(
    name="tolerances",
    words=Words("Capability against tolerances", "公差与实际能力"),
    columns=(
        Column("part", Words("Part", "物料")),
        Column("part_name", Words("Part name", "物料名称")),
        Column("operation", Words("Operation", "工序")),
        Column("characteristic", Words("Characteristic", "特性")),
        Column("name", Words("Name", "名称")),
        Column("key", Words("Key", "关键特性"), kind=Kind.YES_NO),
        Column("uom", Words("Unit of measure", "计量单位")),
        _number("lsl", "Lower limit", "规格下限"),
        _number("target", "Target", "目标值"),
        _number("usl", "Upper limit", "规格上限"),
        Column("n", Words("n", "样本数"), kind=Kind.COUNT),
        _number("mean", "Mean", "均值"),
        _number("sigma", "Standard deviation", "标准差"),
        Column("kind", Words("Index", "指数种类")),
        _number("index", "Value of the index", "指数值"),
        _number("low", "Lower bound", "区间下限"),
        _number("high", "Upper bound", "区间上限"),
        Column("rated", Words("Rated", "可评定"), kind=Kind.YES_NO),
        Column("reasons", Words("Why not rated", "未评原因")),
        Column("below", Words("Values below", "低于下限数"), kind=Kind.COUNT),
        Column("above", Words("Values above", "高于上限数"), kind=Kind.COUNT),
        _number("share_used", "Share of tolerance used (6s)", "公差占用比例(6s)"),
        _number("low_133", "Lower limit for 1.33", "达1.33的下限"),
        _number("high_133", "Upper limit for 1.33", "达1.33的上限"),
        _number("centred_133", "Width for 1.33 if centred", "居中时达1.33的公差带"),
        _number("low_167", "Lower limit for 1.67", "达1.67的下限"),
        _number("high_167", "Upper limit for 1.67", "达1.67的上限"),
        _number("centred_167", "Width for 1.67 if centred", "居中时达1.67的公差带"),
    ),
)
COMPONENTS = Sheet(
    name="components",
    words=Words("Field failures by component", "零部件外部失效"),
    columns=(
        Column("part", Words("Part", "物料")),
        Column("part_name", Words("Part name", "物料名称")),
        Column("component", Words("Component", "零部件")),
        Column("component_name", Words("Component name", "零部件名称")),
        Column("modes", Words("Failure modes", "失效模式")),
        Column("failed", Words("Units failed", "失效件数"), kind=Kind.COUNT),
        Column("made", Words("Units made", "生产件数"), kind=Kind.COUNT),
        _number("share", "Share", "失效率"),
        _number("low", "Lower bound", "区间下限"),
        _number("high", "Upper bound", "区间上限"),
        Column("elsewhere", Words("Units of other periods", "其他时期件数"), kind=Kind.COUNT),
        Column("first_claim", Words("First claim", "首次索赔"), kind=Kind.DAY),
        Column("last_claim", Words("Last claim", "最近索赔"), kind=Kind.DAY),
    ),
)


def tolerance_rows(found: Iterable[ToleranceView]) -> list[Row]:
    """One row a characteristic."""
    return [_tolerance(one) for one in found]


def component_rows(found: Iterable[ComponentView]) -> list[Row]:
    """One row a component."""
    return [
        {
            "part": one.part.id,
            "part_name": one.part.name,
            "component": one.component.id,
            "component_name": one.component.name,
            "modes": "\n".join(one.modes),
            "failed": one.failed,
            "made": one.made,
            "share": _decimal(one.share),
            "low": _decimal(None if one.interval is None else one.interval.low),
            "high": _decimal(None if one.interval is None else one.interval.high),
            "elsewhere": one.elsewhere,
            "first_claim": one.first_claim,
            "last_claim": one.last_claim,
        }
        for one in found
    ]


def _tolerance(one: ToleranceView) -> Row:
    row: dict[str, object] = {
        "part": one.part.id,
        "part_name": one.part.name,
        "operation": one.operation.id,
        "characteristic": one.characteristic,
        "name": one.name,
        "key": one.key,
        "uom": one.uom,
        "lsl": one.lsl,
        "target": one.target,
        "usl": one.usl,
        "n": one.n,
        "mean": _decimal(one.mean),
        "sigma": _decimal(one.sigma),
        "kind": one.kind,
        "index": _decimal(one.index),
        "low": _decimal(None if one.interval is None else one.interval.low),
        "high": _decimal(None if one.interval is None else one.interval.high),
        "rated": one.rated,
        "reasons": ", ".join(one.reasons),
        "below": one.below,
        "above": one.above,
        "share_used": _decimal(one.share_used),
    }
    for needed in one.needed:
        row |= _needed(needed)
    return row


def _needed(one: Needed) -> dict[str, object]:
    name = f"{one.index * 100:.0f}"
    centred = None if one.if_centred is None else one.if_centred.width
    return {
        f"low_{name}": _decimal(one.as_it_lies.low),
        f"high_{name}": _decimal(one.as_it_lies.high),
        f"centred_{name}": _decimal(centred),
    }


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.{_DIGITS}g}")
