"""Costs as tables: the entries that are taken and given, and the report."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.cost.entries import NOT_ALLOCATED, CostEntry
from hub.cost.report import CostReport
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.cost.allocate import Dimension
from traceability.quality.cost.category import Activity, Category, Driver

ACTIVITY_WORDS = {
    Activity.QUALITY_PLANNING: Words("quality planning", "质量策划"),
    Activity.TRAINING: Words("training", "质量培训"),
    Activity.SUPPLIER_DEVELOPMENT: Words("supplier development", "供应商质量提升"),
    Activity.PROCESS_CONTROL: Words("process control", "过程控制"),
    Activity.IMPROVEMENT: Words("improvement", "质量改进"),
    Activity.INSPECTION: Words("inspection", "检验"),
    Activity.INCOMING_INSPECTION: Words("incoming inspection", "来料检验"),
    Activity.CALIBRATION: Words("calibration", "校准"),
    Activity.LABORATORY: Words("laboratory", "试验"),
    Activity.AUDIT: Words("audit", "审核"),
}
DRIVER_WORDS = {
    Driver.INSPECTIONS: Words("first submissions", "初次提交检验数"),
    Driver.RETESTS: Words("retests", "复检数"),
    Driver.REWORKS: Words("results after rework", "返修后检验数"),
    Driver.SCRAPPED: Words("units scrapped", "报废件数"),
    Driver.INCOMING_CHECKS: Words("incoming checks", "来料检验数"),
    Driver.CALIBRATIONS: Words("calibrations", "校准次数"),
    Driver.INCOMING_MINUTES: Words("minutes of incoming inspection", "来料检验分钟数"),
    Driver.CALIBRATION_MINUTES: Words("minutes of calibration", "校准分钟数"),
    Driver.HOLDS: Words("holds", "扣留数"),
    Driver.FIELD_FAILURES: Words("field failures", "市场失效数"),
    Driver.ESCAPES: Words("defects found after the receipt", "收货后发现的不合格数"),
}
CATEGORY_WORDS = {
    Category.PREVENTION: Words("prevention", "预防成本"),
    Category.APPRAISAL: Words("appraisal", "鉴定成本"),
    Category.INTERNAL: Words("internal failure", "内部损失"),
    Category.EXTERNAL: Words("external failure", "外部损失"),
}
_PLACE = (
    Column("part", Words("Part", "产品"), spellings=("零件",), most=400),
    Column("operation", Words("Operation", "工序"), most=200),
    Column("supplier", Words("Supplier", "供应商"), most=200),
    Column("cause", Words("Cause", "原因"), spellings=("缺陷代码",), most=200),
)
_DRIVERS = (
    *(Choice(each.value, DRIVER_WORDS[each]) for each in Driver),
    Choice(NOT_ALLOCATED, Words("none", "不分摊")),
)
ENTRIES = Sheet(
    name="costs",
    words=Words("Quality costs", "质量成本"),
    meaning=Words("costs of prevention and appraisal", "预防成本与鉴定成本"),
    columns=(
        Column(
            "activity",
            Words("Activity", "活动"),
            kind=Kind.CHOICE,
            needed=True,
            choices=tuple(Choice(each.value, ACTIVITY_WORDS[each]) for each in Activity),
        ),
        Column("amount", Words("Amount", "金额"), kind=Kind.NUMBER, needed=True),
        Column("currency", Words("Currency", "币种"), most=40),
        Column("accrued_on", Words("Accrues on", "发生日期"), kind=Kind.DAY, needed=True),
        Column("accrued_until", Words("Accrues until", "截止日期"), kind=Kind.DAY),
        Column("evidence", Words("Evidence", "凭证"), spellings=("依据",)),
        *_PLACE,
        Column("driver", Words("Allocated by", "分摊依据"), kind=Kind.CHOICE, choices=_DRIVERS),
    ),
)
_AFTER = (
    Column("id", Words("Entry", "记录编号")),
    Column("entered_by", Words("Entered by", "录入人")),
    Column("reversed_by", Words("Reversed by", "冲销记录")),
)
LEDGER = msgspec.structs.replace(ENTRIES, columns=(*ENTRIES.columns, *_AFTER))
"""The entries that stand, as they are given; a copy without the last three columns can be read in again."""
MONTHS = Sheet(
    name="months",
    words=Words("Quality costs by month", "质量成本按月"),
    columns=(
        Column("month", Words("Month", "月份"), kind=Kind.DAY),
        *(Column(each.value, CATEGORY_WORDS[each], kind=Kind.NUMBER) for each in Category),
        Column("total", Words("Total", "合计"), kind=Kind.NUMBER),
        Column("currency", Words("Currency", "币种")),
    ),
)
ITEMS = Sheet(
    name="items",
    words=Words("Quality costs by item", "质量成本按项目"),
    columns=(
        Column("category", Words("Category", "类别")),
        Column("item", Words("Item", "项目")),
        Column("amount", Words("Amount", "金额"), kind=Kind.NUMBER),
        Column("currency", Words("Currency", "币种")),
        Column("sources", Words("Sources", "来源")),
    ),
)
TRACED = Sheet(
    name="costs-traced-to-suppliers",
    words=Words("Quality costs allocated to suppliers", "分摊到供应商的质量成本"),
    columns=(
        Column("supplier", Words("Supplier", "供应商")),
        Column("driver", Words("Allocated by", "分摊依据"), kind=Kind.CHOICE, choices=_DRIVERS),
        Column("quantity", Words("Of the supplier", "该供应商的数量"), kind=Kind.NUMBER),
        Column("of", Words("Counted", "总数量"), kind=Kind.NUMBER),
        Column("amount", Words("Amount", "金额"), kind=Kind.NUMBER),
        Column("currency", Words("Currency", "币种")),
    ),
)
_DIMENSION_WORDS = {
    Dimension.PART: Words("Quality costs by part", "质量成本按产品"),
    Dimension.OPERATION: Words("Quality costs by operation", "质量成本按工序"),
    Dimension.SUPPLIER: Words("Quality costs by supplier", "质量成本按供应商"),
    Dimension.CAUSE: Words("Quality costs by cause", "质量成本按原因"),
}


def dimension_sheet(dimension: Dimension) -> Sheet:
    """The table of one dimension."""
    return Sheet(
        name=f"costs-by-{dimension.value}",
        words=_DIMENSION_WORDS[dimension],
        columns=(
            Column("name", next(column.words for column in _PLACE if column.name == dimension.value)),
            Column("amount", Words("Amount", "金额"), kind=Kind.NUMBER),
            Column("traced", Words("Traced", "直接归集"), kind=Kind.NUMBER),
            Column("allocated", Words("Allocated", "分摊"), kind=Kind.NUMBER),
            Column("share", Words("Share, %", "占比（%）"), kind=Kind.NUMBER),
            Column("running", Words("Added up, %", "累计（%）"), kind=Kind.NUMBER),
            Column("currency", Words("Currency", "币种")),
        ),
    )


def month_rows(report: CostReport) -> Iterator[Row]:
    """A row a month."""
    for one in report.months:
        sums = {each.value: getattr(one, each.value) for each in Category}
        yield {"month": one.month, **sums, "total": one.total, "currency": report.currency}


def item_rows(report: CostReport) -> Iterator[Row]:
    """A row an item, the greatest first."""
    for one in report.items:
        sources = " ".join(one.sources)
        yield {
            "category": one.category.value,
            "item": one.item,
            "amount": one.amount,
            "currency": report.currency,
            "sources": sources,
        }


def dimension_rows(report: CostReport, dimension: Dimension) -> Iterator[Row]:
    """A row a name, the greatest first; the last one is what is unallocated, its name empty."""
    found = next(one for one in report.dimensions if one.dimension is dimension)
    for line in found.lines:
        yield {
            "name": line.name,
            "amount": line.amount,
            "traced": line.traced,
            "allocated": line.allocated,
            "share": _percent(line.share),
            "running": _percent(line.running),
            "currency": report.currency,
        }
    if found.unallocated:
        yield {"name": None, "amount": found.unallocated, "currency": report.currency}


def traced_rows(report: CostReport) -> Iterator[Row]:
    """A row a supplier and driver."""
    for one in report.suppliers:
        yield {
            "supplier": one.supplier,
            "driver": one.driver.value,
            "quantity": Decimal(f"{float(one.quantity):.8g}"),
            "of": Decimal(f"{float(one.of):.8g}"),
            "amount": one.amount,
            "currency": report.currency,
        }


def entry_rows(entries: Iterable[CostEntry]) -> Iterator[Row]:
    """A row an entry."""
    for one in entries:
        own = one.driver.value if one.driver else NOT_ALLOCATED
        yield {
            "activity": one.activity.value,
            "amount": one.amount,
            "currency": one.currency,
            "accrued_on": one.accrued_on,
            "accrued_until": one.accrued_until,
            "evidence": one.evidence,
            "part": one.part,
            "operation": one.operation,
            "supplier": one.supplier,
            "cause": one.cause,
            "driver": own,
            "id": one.id,
            "entered_by": one.entered_by,
            "reversed_by": one.reversed_by,
        }


def _percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else Decimal(f"{float(share) * 100:.6g}")
