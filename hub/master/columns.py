"""The columns of master data, with their meaning: what the tables hold, and what the data dictionary says."""

from hub.tabular.sheet import Choice, Column, Kind
from hub.tabular.words import Words
from traceability.quality.alarm.rule import PATTERNS, SPREAD
from traceability.record.quality import CostRateKind

ID = 200


def identity(name: str, en: str, zh: str, meaning: Words, example: str = "", *, needed: bool = True) -> Column:
    """A column that names something."""
    return Column(name, Words(en, zh), needed=needed, most=ID, meaning=meaning, example=example)


PLANT = identity(
    "plant", "Plant", "工厂", Words("id of the plant (ISA-95 site)", "工厂编号（ISA-95 现场）"), "machining"
)
PART = Column(
    "part",
    Words("Part", "零件"),
    needed=True,
    spellings=("产品", "物料", "料号"),
    most=400,
    meaning=Words("GTIN of 14 digits, or the part's identity", "14 位 GTIN，或零件标识"),
    example="09506000134352",
)
NAME = Column("name", Words("Name", "名称"), needed=True, meaning=Words("name in English or Latin letters", "英文名称"))
NAME_ZH = Column("name_zh", Words("Chinese name", "中文名称"), meaning=Words("name in Chinese", "中文名称"))
OPTIONAL_NAME = Column("name", Words("Name", "名称"), meaning=NAME.meaning)
VALID_FROM = Column(
    "valid_from",
    Words("Valid from", "生效日期"),
    kind=Kind.DAY,
    spellings=("begin", "生效日"),
    meaning=Words("first day on which the row holds; empty: the day of the import", "自该日起有效；为空则为导入当日"),
    example="2026-01-01",
)
VALID_TO = Column(
    "valid_to",
    Words("Valid to", "失效日期"),
    kind=Kind.DAY,
    spellings=("end", "有效期至"),
    meaning=Words(
        "last day on which it holds; empty: until the next version begins", "有效的最后一日；为空则到下一版本生效为止"
    ),
    example="2026-12-31",
)
VALIDITY = (VALID_FROM, VALID_TO)
COMPANY = identity(
    "organisation",
    "Organisation",
    "组织",
    Words(
        "id of the company whose row it is: its people read it; empty: everybody of a hub with one company, else only"
        " who runs the hub",
        "该行所属企业编号：该企业人员可读；为空时，仅有一家企业的枢纽上人人可读，否则仅枢纽运营方可读",
    ),
    "acme",
    needed=False,
)
UOM = Column(
    "uom",
    Words("Unit of measure", "计量单位"),
    spellings=("单位",),
    most=20,
    meaning=Words("UCUM code, empty for pieces", "UCUM 代码，按件计时为空"),
    example="mm",
)
OPERATION = identity("operation", "Operation", "工序", Words("id of a process step", "工序编号"), "OP10", needed=False)
REVISION = identity("revision", "Revision", "版本号", Words("revision of the control plan", "控制计划版本"), "A")


def number(name: str, en: str, zh: str, meaning: Words, example: str = "", *, needed: bool = False) -> Column:
    """A column of exact decimals."""
    return Column(name, Words(en, zh), kind=Kind.NUMBER, needed=needed, meaning=meaning, example=example)


def count(name: str, en: str, zh: str, meaning: Words, example: str = "") -> Column:
    """A column of whole numbers."""
    return Column(name, Words(en, zh), kind=Kind.COUNT, meaning=meaning, example=example)


def code(name: str, en: str, zh: str, meaning: Words, example: str = "") -> Column:
    """A column of short texts that may be empty."""
    return Column(name, Words(en, zh), most=ID, meaning=meaning, example=example)


def flag(name: str, en: str, zh: str, meaning: Words) -> Column:
    """A column of yes or no; empty is no."""
    return Column(name, Words(en, zh), kind=Kind.YES_NO, meaning=meaning, example="no")


INDUSTRY = code(
    "industry", "Industry", "行业", Words("code of GB/T 4754, for comparisons", "GB/T 4754 代码，用于对比"), "C34"
)
REGION = code(
    "region", "Region", "地区", Words("code of GB/T 2260, for comparisons", "GB/T 2260 代码，用于对比"), "310000"
)
LIMITS = (
    number("lsl", "Lower limit", "下规格限", Words("lower specification limit (LSL)", "规格下限 LSL"), "24.98"),
    number("target", "Target", "目标值", Words("target value", "目标值"), "25"),
    number("usl", "Upper limit", "上规格限", Words("upper specification limit (USL)", "规格上限 USL"), "25.02"),
)
DECIMALS = Column(
    "decimals",
    Words("Decimals", "小数位数"),
    kind=Kind.COUNT,
    needed=True,
    spellings=("resolution", "分辨力"),
    meaning=Words("resolution: values are kept to so many decimals", "分辨力：测量值保留的小数位数"),
    example="3",
)
RATE = Column(
    "rate",
    Words("Rate", "费率类别"),
    kind=Kind.CHOICE,
    needed=True,
    choices=(
        Choice(str(CostRateKind.SCRAP), Words("scrap", "报废")),
        Choice(str(CostRateKind.REWORK), Words("rework", "返修")),
        Choice(str(CostRateKind.RE_INSPECTION), Words("re-inspection", "重复检验")),
        Choice(str(CostRateKind.SORTING), Words("sorting", "分选")),
        Choice(str(CostRateKind.INSPECTION), Words("inspection", "检验")),
        Choice(str(CostRateKind.INCOMING_INSPECTION), Words("incoming inspection", "来料检验")),
        Choice(str(CostRateKind.CALIBRATION), Words("calibration", "校准")),
    ),
    meaning=Words("what the rate prices", "费率所计价的活动"),
    example="scrap",
)
RULE_KIND = Column(
    "kind",
    Words("Kind of rule", "规则类别"),
    kind=Kind.CHOICE,
    needed=True,
    choices=(
        Choice("patterns", Words("patterns", "判异模式")),
        Choice("drift", Words("drift", "漂移")),
        Choice("trend", Words("trend", "趋势")),
        Choice("yield", Words("yield", "合格率")),
        Choice("no-read", Words("no read", "读码失败")),
        Choice("not-ok", Words("not OK in a row", "连续不合格")),
        Choice("clock", Words("clock", "时钟")),
    ),
    meaning=Words("how the rule judges", "规则的判断方式"),
    example="trend",
)
RULE_FIELDS = (
    code("characteristic", "Characteristic", "特性", Words("for patterns, drift and trend", "用于判异、漂移、趋势")),
    OPERATION,
    code(
        "patterns",
        "Patterns",
        "判异准则",
        Words("; between: " + " ".join((*PATTERNS, SPREAD)), "以分号分隔"),
        "WE1;WE2",
    ),
    count("subgroup", "Subgroup", "子组大小", Words("values of a subgroup", "子组的值数"), "1"),
    count("window", "Window", "窗口", Words("values that a trend is fitted to", "拟合趋势的值数"), "50"),
    count("within", "Within", "预报件数", Words("units until a limit is reached", "到达限值的件数"), "1000"),
    number(
        "accepted",
        "Accepted share",
        "可接受比例",
        Words("share of failures that is accepted", "可接受的失败比例"),
        "0.02",
    ),
    number("raised", "Raised share", "升高比例", Words("share to be seen soonest", "应最快发现的比例"), "0.04"),
    count("count", "Count", "次数", Words("how many in a row", "连续次数"), "3"),
    count("most_ms", "Clock tolerance (ms)", "时钟容差", Words("in milliseconds", "毫秒"), "2000"),
    count(
        "false_alarm_every",
        "False alarm every",
        "误报间隔",
        Words("units between false alarms", "两次误报间的件数"),
        "10000",
    ),
    flag("hold", "Hold", "触发扣留", Words("an alarm holds the unit", "报警时扣留工件")),
)
BASELINE = (
    code("baseline", "Baseline", "基线", Words("id of the frozen baseline", "冻结基线的编号"), "study-7"),
    number("centre", "Centre", "中心值", Words("of single values", "单值中心"), "25.001"),
    number("sigma", "Sigma", "标准差", Words("of single values", "单值标准差"), "0.003"),
    code("baseline_by", "Frozen by", "冻结人", Words("a pseudonymous id", "假名编号"), "qe-7"),
    Column("baseline_at", Words("Frozen at", "冻结时间"), kind=Kind.INSTANT, meaning=Words("when", "时间")),
    Column("baseline_why", Words("Reason", "冻结理由"), meaning=Words("why it was frozen", "冻结理由")),
    Column(
        "baseline_data",
        Words("Data", "依据数据"),
        meaning=Words("ids of records or studies, ; between", "记录或研究编号，分号分隔"),
    ),
)
