"""The kind of master data that fills four tables: control plans; and the register of all kinds."""

from hub.master import columns as c
from hub.master.kinds import (
    BOM,
    COST_RATE,
    DEFECT_CODE,
    GAUGE,
    LINE,
    ORGANISATION,
    PART,
    PLANT,
    RECIPE,
    TOOL,
    WORK_CELL,
    MasterKind,
)
from hub.tabular.sheet import Sheet
from hub.tabular.words import Words

_OF_PLAN = (c.PLANT, c.PART, c.REVISION)
_STEP = c.count(
    "step", "Step", "工步号", Words("orders the routing; empty: the order of the rows", "工艺顺序；为空则按行序"), "10"
)
OPERATION = Sheet(
    name="operation",
    words=Words("Operations", "工序"),
    meaning=Words("the routing of a control plan: its process steps in order", "控制计划的工艺路线：按顺序的工序"),
    columns=(
        *_OF_PLAN,
        _STEP,
        c.identity("id", "Operation", "工序编号", Words("id of the process step", "工序编号"), "OP10"),
        c.NAME,
        c.NAME_ZH,
        c.flag("final", "Final acceptance", "终检", Words("units are accepted here", "在此终检")),
    ),
    key=("plant", "part", "revision", "id"),
)
CHARACTERISTIC = Sheet(
    name="characteristic",
    words=Words("Characteristics", "特性"),
    meaning=Words("what is measured, with limits and resolution", "所测特性及其限值与分辨力"),
    columns=(
        *_OF_PLAN,
        c.identity("id", "Characteristic", "特性编号", Words("id of the characteristic", "特性编号"), "bore"),
        c.NAME,
        c.identity("operation", "Operation", "工序", Words("where it is measured", "测量工序"), "OP10"),
        c.UOM,
        c.DECIMALS,
        *c.LIMITS,
        c.flag("key", "Key", "关键特性", Words("key characteristic 关键特性", "关键特性")),
    ),
    key=("plant", "part", "revision", "id"),
)
ALARM_RULE = Sheet(
    name="alarm-rule",
    words=Words("Alarm rules", "报警规则"),
    meaning=Words("by which rules stations warn", "工位报警所依据的规则"),
    columns=(
        *_OF_PLAN,
        c.identity("id", "Rule", "规则编号", Words("id of the rule", "规则编号"), "A1"),
        c.RULE_KIND,
        *c.RULE_FIELDS,
        *c.BASELINE,
    ),
    key=("plant", "part", "revision", "id"),
)
CONTROL_PLAN = MasterKind(
    sheet=Sheet(
        name="control-plan",
        words=Words("Control plans", "控制计划"),
        meaning=Words("revisions of control plans and when they hold", "控制计划的版本与有效期"),
        columns=(*_OF_PLAN, c.NAME, c.NAME_ZH, *c.VALIDITY),
        key=("plant", "part", "revision"),
    ),
    about=("part",),
    head=("revision", "name", "name_zh"),
    parts=("part",),
    others=(OPERATION, CHARACTERISTIC, ALARM_RULE),
)
KINDS: dict[str, MasterKind] = {
    kind.name: kind
    for kind in (
        ORGANISATION,
        PLANT,
        LINE,
        WORK_CELL,
        PART,
        BOM,
        CONTROL_PLAN,
        RECIPE,
        TOOL,
        GAUGE,
        DEFECT_CODE,
        COST_RATE,
    )
}
"""Every kind, in the order in which they build on one another."""
SHEETS: tuple[Sheet, ...] = tuple(sheet for kind in KINDS.values() for sheet in (kind.sheet, *kind.others))
