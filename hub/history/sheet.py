"""The table of a plant's past: one row a value, or a result without values."""

from hub.master.columns import PART, UOM
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words

_VERDICTS = (
    Choice("OK", Words("ok", "合格")),
    Choice("NOT_OK", Words("not ok", "不合格")),
    Choice("NOT_DECIDABLE", Words("not decidable", "无法判定")),
    Choice("UNDEFINED", Words("undefined", "未判定")),
)
HISTORY = Sheet(
    name="history",
    words=Words("Imported history", "历史数据"),
    meaning=Words("results from before, one row a value", "历史结果，每行一个测量值"),
    columns=(
        PART,
        Column(
            "unit",
            Words("Unit", "序列号"),
            spellings=("serial", "件号"),
            most=400,
            meaning=Words("serial number or identity; may be empty", "序列号或标识，可为空"),
        ),
        Column("operation", Words("Operation", "工序"), needed=True, most=200, meaning=Words("its id", "工序编号")),
        Column("work_cell", Words("Work cell", "工作单元"), most=200, meaning=Words("its id", "工作单元编号")),
        Column(
            "at",
            Words("Time", "时间"),
            kind=Kind.INSTANT,
            needed=True,
            spellings=("日期时间",),
            meaning=Words("when; without a zone by the plant's clock", "时间；不带时区则按工厂时钟"),
        ),
        Column(
            "verdict",
            Words("Verdict", "判定"),
            kind=Kind.CHOICE,
            choices=_VERDICTS,
            meaning=Words("empty: undefined", "为空则未判定"),
        ),
        Column("characteristic", Words("Characteristic", "特性"), most=200, meaning=Words("its id", "特性编号")),
        Column("value", Words("Value", "测量值"), kind=Kind.NUMBER, meaning=Words("exact", "精确值")),
        UOM,
    ),
)
