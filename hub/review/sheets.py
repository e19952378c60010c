"""A review as a workbook: one table a section, figures as numbers."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from hub.review.views import Review
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.threshold import Metric

_DIGITS = 6


def _text(name: str, en: str, zh: str) -> Column:
    return Column(name, Words(en, zh))


def _count(name: str, en: str, zh: str) -> Column:
    return Column(name, Words(en, zh), kind=Kind.COUNT)


def _number(name: str, en: str, zh: str) -> Column:
    return Column(name, Words(en, zh), kind=Kind.NUMBER)


def _day(name: str, en: str, zh: str) -> Column:
    return Column(name, Words(en, zh), kind=Kind.DAY)


ABOUT = Sheet(
    "about", Words("About", "说明"), (_text("what", "What", "项目"), _text("said", "Said", "内容")),
)  # fmt: skip
METRICS = Sheet(
    "metrics",
    Words("Metrics", "指标"),
    (
        _text("metric", "Metric", "指标"),
        _number("before", "Year before", "上一年"),
        _number("now", "This year", "本年"),
        _text("level_before", "Level before", "上一年等级"),
        _text("level", "Level", "本年等级"),
        _text("move", "Moved", "变化"),
    ),
)
OPERATIONS = Sheet(
    "operations",
    Words("Operations", "工序"),
    (
        _text("part", "Part", "零件"),
        _text("operation", "Operation", "工序"),
        _count("submitted_before", "Submitted, year before", "上一年交验"),
        _count("first_ok_before", "First OK, year before", "上一年一次合格"),
        _count("submitted", "Submitted", "交验"),
        _count("first_ok", "First OK", "一次合格"),
        _number("fpy", "First-pass yield", "一次交验合格率"),
    ),
)
MONTHS = Sheet(
    "months",
    Words("Months", "月度"),
    (
        _day("first", "Month", "月份"),
        _count("submitted", "Submitted", "交验"),
        _count("first_ok", "First OK", "一次合格"),
        _number("rolled", "Rolled throughput yield", "全过程一次交验合格率"),
        _number("internal", "Internal losses", "内部损失"),
        _number("external", "External losses", "外部损失"),
        _text("currency", "Currency", "币种"),
        _count("alarms", "Alarms", "预警"),
        _count("days", "Days with results", "有数据天数"),
        _count("imported", "Imported results", "导入的结果"),
    ),
)
LEVELS = Sheet(
    "levels",
    Words("Levels", "等级"),
    (
        _day("on", "Assessed on", "评价日期"),
        _text("level", "Level", "等级"),
        Column("rated", Words("Rated", "已评"), kind=Kind.YES_NO),
        Column("provisional", Words("Provisional", "暂定"), kind=Kind.YES_NO),
        _text("binding", "Held by", "制约项"),
        _count("log_index", "Batch of the log", "日志批号"),
    ),
)
ACTIONS = Sheet(
    "actions",
    Words("Actions", "改进措施"),
    (
        _text("id", "Improvement", "改进项"),
        _text("title", "Title", "题目"),
        _text("owner", "Owner", "负责人"),
        _text("state", "State", "状态"),
        _text("stage", "Stage", "阶段"),
        _text("metric", "Metric", "指标"),
        _number("before", "Before", "改进前"),
        _number("after", "After", "改进后"),
        _text("verdict", "Effect", "效果"),
        _number("p", "p", "p 值"),
    ),
)
SUPPORT = Sheet(
    "support",
    Words("What the data support", "数据支撑"),
    (_text("what", "What", "项目"), _number("figure", "Figure", "数值"), _text("more", "More", "说明")),
)
SHEETS = (ABOUT, METRICS, OPERATIONS, MONTHS, LEVELS, ACTIONS, SUPPORT)
_METRICS: dict[Metric, Words] = {
    Metric.SIGMA: Words("nonconforming per million (σ level)", "百万分不合格（产品质量水平）"),
    Metric.CPK: Words("process capability index (Cpk)", "过程能力指数（Cpk）"),
    Metric.RTY: Words("rolled throughput yield", "全过程一次交验合格率"),
    Metric.INTERNAL_LOSS: Words("internal quality loss rate", "内部质量损失率"),
    Metric.EXTERNAL_LOSS: Words("external quality loss rate", "外部质量损失率"),
}


def tables_of(review: Review, language: str) -> list[tuple[Sheet, list[Row]]]:
    """Every sheet with its rows."""
    rows = (
        _about(review, language), _metrics(review, language), _operations(review, language), _months(review),
        _levels(review), _actions(review), _support(review, language),
    )  # fmt: skip
    return [(sheet, list(some)) for sheet, some in zip(SHEETS, rows, strict=True)]


def _about(review: Review, language: str) -> Iterator[Row]:
    chinese = language == "zh"
    for words, said in (
        (Words("Plant", "工厂"), review.plant.name_zh if chinese and review.plant.name_zh else review.plant.name),
        (Words("Year", "年份"), str(review.year)),
        (Words("First day", "首日"), review.now.window.first.isoformat()),
        (Words("Last day", "末日"), review.now.window.last.isoformat()),
        (Words("Time zone", "时区"), review.time_zone),
        (Words("Made at", "生成时间"), review.made_at.isoformat()),
        (Words("Log", "日志"), review.log),
        (Words("Batches known", "已知批数"), str(review.log_size)),
        (Words("Root of the log", "日志根"), review.root),
        (Words("Level", "等级"), review.now.grade.level.zh if chinese else review.now.grade.level.en),
    ):
        yield {"what": words.told(language), "said": said}


def _metrics(review: Review, language: str) -> Iterator[Row]:
    for line in review.metrics:
        yield {
            "metric": _METRICS[line.metric].told(language),
            "before": _decimal(line.before),
            "now": _decimal(line.now),
            "level_before": line.level_before.name,
            "level": line.level_now.name,
            "move": str(line.move),
        }


def _operations(review: Review, language: str) -> Iterator[Row]:
    for line in review.operations:
        part = line.part.name_zh if language == "zh" and line.part.name_zh else line.part.name
        yield {
            "part": part,
            "operation": line.operation.id,
            "submitted_before": line.before.submitted if line.before else None,
            "first_ok_before": line.before.first_ok if line.before else None,
            "submitted": line.now.submitted,
            "first_ok": line.now.first_ok,
            "fpy": _decimal(line.now.value),
        }


def _months(review: Review) -> Iterator[Row]:
    currency = review.now.losses.currency if review.now.losses else ""
    for line in review.months:
        yield {
            "first": line.first,
            "submitted": line.submitted,
            "first_ok": line.first_ok,
            "rolled": _decimal(line.rolled),
            "internal": line.internal_loss,
            "external": line.external_loss,
            "currency": currency,
            "alarms": line.alarms,
            "days": line.days_with_results,
            "imported": line.imported,
        }


def _levels(review: Review) -> Iterator[Row]:
    for step in (*([review.level_before] if review.level_before else []), *review.levels):
        yield {
            "on": step.assessed_on.date(),
            "level": step.level.name,
            "rated": step.rated,
            "provisional": step.provisional,
            "binding": ", ".join(step.binding),
            "log_index": step.log_index,
        }


def _actions(review: Review) -> Iterator[Row]:
    for line in review.actions:
        yield {
            "id": line.id,
            "title": line.title,
            "owner": line.owner,
            "state": str(line.state),
            "stage": str(line.stage),
            "metric": line.metric,
            "before": _of_text(line.value_before),
            "after": _of_text(line.value_after),
            "verdict": str(line.verdict) if line.verdict else "",
            "p": _of_text(line.p),
        }


def _support(review: Review, language: str) -> Iterator[Row]:
    found = review.support
    gap = found.longest_gap
    for words, figure, more in (
        (Words("Signed results", "签名结果"), found.results, ""),
        (Words("Batches with them", "所在批数"), found.batches, ", ".join(found.authors)),
        (Words("Planned days", "计划生产日"), found.coverage.planned, ""),
        (Words("Planned days with results", "有数据的计划生产日"), found.coverage.covered, ""),
        (Words("Days in no calendar", "无日历的天数"), found.coverage.unknown, ""),
        (Words("Longest stretch without results, days", "最长无数据天数"),
         (gap.last - gap.first).days + 1 if gap else 0, f"{gap.first} – {gap.last}" if gap else ""),
        (Words("New chains", "新链数"), found.new_chains, ""),
        (Words("Records in quarantine", "隔离记录"), found.quarantined, ""),
        (Words("Results declared wrong", "声明错误的结果"), found.erroneous, ""),
        (Words("Claims that disagree", "不一致的声称"), found.claims_disagreeing, ""),
        (Words("Imported results, in no figure", "导入结果（不计入指标）"), found.imported, ""),
        (Words("Cost entries by hand", "人工录入的费用"), found.entered, ""),
        *((Words("Lost records", "丢失记录"), one.count, f"{one.author} {one.stream}: {one.reason}")
          for one in found.losses),
    ):  # fmt: skip
        yield {"what": words.told(language), "figure": Decimal(figure), "more": more}


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else round(Decimal(value.numerator) / Decimal(value.denominator), _DIGITS)


def _of_text(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
