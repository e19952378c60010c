"""The kinds of master data: each with its table, what names a thing of it, and what a version says.

A version is one row, or the rows that share what names it and the day it begins (components of a BOM). A control plan
is a row in its own table, its operations, characteristics and alarm rules in theirs, found by plant, part and revision.
"""

import msgspec

from hub.master import columns as c
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words


class MasterKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind. ``about`` are the columns that name a thing at its plant, ``head`` what is said once of a version,
    ``lines`` what each further row says; ``parts`` are columns that hold identities of parts."""

    sheet: Sheet
    about: tuple[str, ...]
    head: tuple[str, ...]
    lines: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    others: tuple[Sheet, ...] = ()
    """Further tables of it."""

    @property
    def name(self) -> str:
        """As in records and addresses."""
        return self.sheet.name

    @property
    def at_plant(self) -> bool:
        """Whether its things belong to a plant."""
        return any(column.name == "plant" for column in self.sheet.columns) or self.name == "plant"


def _sheet(name: str, words: Words, meaning: Words, *columns: Column, key: tuple[str, ...]) -> Sheet:
    return Sheet(name=name, words=words, columns=columns, key=key, meaning=meaning)


def _simple(sheet: Sheet, about: tuple[str, ...], *, parts: tuple[str, ...] = ()) -> MasterKind:
    left = ("valid_from", "valid_to", "plant", *about)
    head = tuple(column.name for column in sheet.columns if column.name not in left)
    return MasterKind(sheet=sheet, about=about, head=head, parts=parts)


_LINE = c.identity("line", "Line", "产线", Words("id of the production line (ISA-95)", "产线编号（ISA-95）"), "line-1")
_FROM = "valid_from"
ORGANISATION = _simple(
    _sheet(
        "organisation",
        Words("Organisations", "组织"),
        Words("companies of the supply chain (ISA-95 enterprise)", "供应链中的企业（ISA-95 企业）"),
        c.identity("id", "Organisation", "组织编号", Words("id of the company", "企业编号"), "acme"),
        c.NAME,
        c.NAME_ZH,
        *c.VALIDITY,
        key=("id", _FROM),
    ),
    ("id",),
)
PLANT = _simple(
    _sheet(
        "plant",
        Words("Plants", "工厂"),
        Words("plants of a company (ISA-95 site)", "企业的工厂（ISA-95 现场）"),
        c.identity("id", "Plant", "工厂编号", Words("id of the plant", "工厂编号"), "machining"),
        c.identity("organisation", "Organisation", "组织", Words("id of its company", "所属企业编号"), "acme"),
        c.NAME,
        c.NAME_ZH,
        c.code("time_zone", "Time zone", "时区", Words("IANA name of its clock", "IANA 时区名"), "Asia/Shanghai"),
        c.INDUSTRY,
        c.REGION,
        *c.VALIDITY,
        key=("id", _FROM),
    ),
    ("id",),
)
LINE = _simple(
    _sheet(
        "line",
        Words("Lines", "产线"),
        Words("production lines of a plant (ISA-95)", "工厂的产线（ISA-95）"),
        c.PLANT,
        c.identity("id", "Line", "产线编号", Words("id of the line", "产线编号"), "line-1"),
        c.NAME,
        c.NAME_ZH,
        *c.VALIDITY,
        key=("plant", "id", _FROM),
    ),
    ("id",),
)
WORK_CELL = _simple(
    _sheet(
        "work-cell",
        Words("Work cells", "工作单元"),
        Words("work cells of a line (ISA-95), as results name them", "产线的工作单元（ISA-95），与结果中的名称一致"),
        c.PLANT,
        c.identity("id", "Work cell", "工作单元编号", Words("id of the work cell", "工作单元编号"), "line-1/OP10"),
        _LINE,
        c.NAME,
        c.NAME_ZH,
        *c.VALIDITY,
        key=("plant", "id", _FROM),
    ),
    ("id",),
)
PART = _simple(
    _sheet(
        "part",
        Words("Parts", "零件"),
        Words("parts and materials", "零件与物料"),
        c.PART,
        c.NAME,
        c.NAME_ZH,
        c.UOM,
        c.code("drawing", "Drawing", "图号", Words("number of the drawing", "图号"), "D-4711"),
        c.code("maker", "Maker", "制造商", Words("id of the organisation that makes it", "制造企业编号"), "acme"),
        *c.VALIDITY,
        key=("part", _FROM),
    ),
    ("part",),
    parts=("part",),
)
BOM = MasterKind(
    sheet=_sheet(
        "bom",
        Words("Bills of material", "物料清单"),
        Words("what a part is planned to be made of", "零件的计划构成"),
        c.PART,
        Column("component", Words("Component", "子件"), needed=True, most=400, meaning=c.PART.meaning),
        c.number("quantity", "Quantity", "用量", Words("how much goes into one", "单件用量"), "2", needed=True),
        c.UOM,
        c.code("position", "Position", "位置", Words("place in the part", "装配位置"), "left"),
        c.COMPANY,
        *c.VALIDITY,
        key=("part", "organisation", _FROM, "component", "position"),
    ),
    about=("part",),
    head=("organisation",),
    lines=("component", "quantity", "uom", "position"),
    parts=("part", "component"),
)
RECIPE = MasterKind(
    sheet=_sheet(
        "recipe",
        Words("Recipes", "配方"),
        Words("what machines are set to", "设备设定参数"),
        c.PLANT,
        c.identity("id", "Recipe", "配方编号", Words("id of the recipe", "配方编号"), "R1"),
        c.OPTIONAL_NAME,
        msgspec.structs.replace(c.PART, needed=False),
        c.OPERATION,
        c.identity("parameter", "Parameter", "参数", Words("name of the parameter", "参数名"), "torque"),
        Column(
            "value", Words("Value", "设定值"), needed=True, most=c.ID, meaning=Words("a number or word", "数值或文字")
        ),
        c.UOM,
        *c.VALIDITY,
        key=("plant", "id", _FROM, "parameter"),
    ),
    about=("id",),
    head=("name", "part", "operation"),
    lines=("parameter", "value", "uom"),
    parts=("part",),
)
TOOL = _simple(
    _sheet(
        "tool",
        Words("Tools", "工装"),
        Words("tools, moulds and fixtures", "刀具、模具与夹具"),
        c.PLANT,
        c.identity("id", "Tool", "工装编号", Words("id of the tool", "工装编号"), "T-12"),
        c.NAME,
        c.NAME_ZH,
        c.code("type", "Type", "类型", Words("what it is", "类型"), "mould"),
        c.count("life", "Life", "寿命", Words("units that it makes", "可加工件数"), "50000"),
        *c.VALIDITY,
        key=("plant", "id", _FROM),
    ),
    ("id",),
)
GAUGE = MasterKind(
    sheet=_sheet(
        "gauge",
        Words("Gauges", "量具"),
        Words("measuring instruments, their calibration and what they measure", "量具、其校准及用途"),
        c.PLANT,
        c.identity("id", "Gauge", "量具编号", Words("id of the gauge", "量具编号"), "CMM-1"),
        c.NAME,
        c.NAME_ZH,
        Column("calibrated_on", Words("Calibrated on", "校准日期"), kind=Kind.DAY, meaning=Words("day", "日期")),
        Column("calibration_due", Words("Calibration due", "校准到期"), kind=Kind.DAY, meaning=Words("day", "日期")),
        c.count(
            "calibration_minutes",
            "Calibration minutes",
            "校准分钟数",
            Words("minutes of work that the latest calibration took", "最近一次校准所用分钟数"),
            "45",
        ),
        Column("certificate", Words("Certificate", "校准证书"), meaning=Words("number of it", "证书编号")),
        c.flag("withdrawn", "Withdrawn", "停用", Words("it may not be used", "不得使用")),
        msgspec.structs.replace(c.PART, needed=False, meaning=Words("part that it measures", "所测零件")),
        c.code(
            "characteristic", "Characteristic", "特性", Words("characteristic that it measures", "所测特性"), "bore"
        ),
        *c.VALIDITY,
        key=("plant", "id", _FROM, "part", "characteristic"),
    ),
    about=("id",),
    head=("name", "name_zh", "calibrated_on", "calibration_due", "calibration_minutes", "certificate", "withdrawn"),
    lines=("part", "characteristic"),
    parts=("part",),
)
DEFECT_CODE = _simple(
    _sheet(
        "defect-code",
        Words("Defect codes", "缺陷代码"),
        Words("what a defect is called everywhere", "统一的缺陷名称"),
        c.identity("id", "Defect code", "缺陷代码", Words("the code", "代码"), "D-017"),
        c.NAME,
        c.NAME_ZH,
        c.code("group", "Group", "类别", Words("kind of defect", "缺陷类别"), "surface"),
        c.code("severity", "Severity", "严重度", Words("as the company grades it", "企业自定的等级"), "major"),
        c.COMPANY,
        *c.VALIDITY,
        key=("id", "organisation", _FROM),
    ),
    ("id",),
)
COST_RATE = _simple(
    _sheet(
        "cost-rate",
        Words("Cost rates", "成本费率"),
        Words(
            "what an activity costs each time: scrapping, reworking, inspecting one unit",
            "每次活动的成本：报废、返修、检验一件等",
        ),
        c.PLANT,
        c.RATE,
        msgspec.structs.replace(c.PART, needed=False),
        c.OPERATION,
        c.number("amount", "Amount", "金额", Words("for one unit", "每件金额"), "12.50", needed=True),
        c.code("currency", "Currency", "币种", Words("ISO 4217, CNY where empty", "ISO 4217，为空则 CNY"), "CNY"),
        Column("evidence", Words("Evidence", "依据"), meaning=Words("where the amount is from", "金额依据")),
        *c.VALIDITY,
        key=("plant", "rate", "part", "operation", _FROM),
    ),
    ("rate", "part", "operation"),
    parts=("part",),
)
