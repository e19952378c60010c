"""Requirements as tables: indicators out and in, fulfilment out.

A file in holds one requirement a group of rows that share customer, supplier, part and title; all of them are proposed,
or none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from hub.requirement.views import FulfilmentView
from hub.tabular.problem import Line, Problem
from hub.tabular.reading import read_all
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, item_uri, read_identity
from traceability.record.requirement import Indicator, Metric, RequirementContent, Terms
from traceability.record.sharing import DataKind
from traceability.requirement.content import RequirementRefused, check_content, sorted_indicators
from traceability.requirement.fold import Requirement

_METRICS = (
    Choice("level", Words("Level", "质量等级")),
    Choice("fpy", Words("First-pass yield", "一次交验合格率")),
    Choice("cpk", Words("Cpk", "过程能力指数")),
    Choice("ppm", Words("PPM", "百万分不合格")),
    Choice("sharing", Words("Data shared", "数据共享")),
    Choice("response", Words("Response time, h", "响应时间（小时）")),
)
_METHODS = (
    Choice("units", Words("By units", "按件")),
    Choice("lots", Words("By lots", "按批")),
    Choice("units-and-lots", Words("By units and by lots", "按件和按批")),
)
REQUIREMENTS = Sheet(
    name="requirements",
    words=Words("Requirements", "质量要求"),
    columns=(
        Column("customer", Words("Customer", "客户"), needed=True),
        Column("supplier", Words("Supplier", "供应商"), needed=True),
        Column("part", Words("Part", "物料"), needed=True),
        Column("title", Words("Title", "标题"), needed=True, most=200),
        Column("indicator", Words("Indicator", "指标"), needed=True, most=200),
        Column("metric", Words("Metric", "指标类型"), kind=Kind.CHOICE, needed=True, choices=_METRICS),
        Column("target", Words("Target", "目标"), kind=Kind.NUMBER),
        Column("operation", Words("Operation", "工序"), most=200),
        Column("characteristic", Words("Characteristic", "特性"), most=200),
        Column("kinds", Words("Data kinds", "数据种类"), most=200),
        Column("days", Words("Days", "统计天数"), kind=Kind.COUNT),
        Column("valid_from", Words("Valid from", "生效日期"), kind=Kind.DAY, needed=True),
        Column("valid_to", Words("Valid to", "失效日期"), kind=Kind.DAY),
    ),
    key=("customer", "supplier", "part", "title", "indicator"),
)
FULFILMENT = Sheet(
    name="fulfilment",
    words=Words("Fulfilment", "履行情况"),
    columns=(
        Column("requirement", Words("Requirement", "要求编号")),
        Column("indicator", Words("Indicator", "指标")),
        Column("metric", Words("Metric", "指标类型"), kind=Kind.CHOICE, choices=_METRICS),
        Column("target", Words("Target", "目标"), kind=Kind.NUMBER),
        Column("value", Words("Value", "实际值"), kind=Kind.NUMBER),
        Column("n", Words("n", "样本数"), kind=Kind.COUNT),
        Column("method", Words("Counted by", "统计方式"), kind=Kind.CHOICE, choices=_METHODS),
        Column("low", Words("Lower bound", "区间下限"), kind=Kind.NUMBER),
        Column("high", Words("Upper bound", "区间上限"), kind=Kind.NUMBER),
        Column("verdict", Words("Verdict", "结论")),
        Column("sure", Words("Sure", "证据充分"), kind=Kind.YES_NO),
        Column("why", Words("Why", "说明")),
        Column("begin", Words("From", "自"), kind=Kind.DAY),
        Column("end", Words("To", "至"), kind=Kind.DAY),
    ),
)
_DIGITS = 8


class Proposals(msgspec.Struct, frozen=True, kw_only=True):
    """What a file asks for, and what is wrong with it."""

    contents: tuple[RequirementContent, ...]
    problems: tuple[Problem, ...]


def read_proposals(data: bytes) -> Proposals:
    """Every requirement of a file, CSV or Excel."""
    found = read_all(data, [REQUIREMENTS])
    groups: defaultdict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in found.lines:
        groups[tuple(str(line.cells[name]) for name in ("customer", "supplier", "part", "title"))].append(line)
    contents, problems = [], list(found.problems)
    for key, lines in groups.items():
        made = _content(key, lines)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            contents.append(made)
    return Proposals(contents=tuple(contents), problems=tuple(problems))


def requirement_rows(found: Sequence[Requirement]) -> Iterator[Row]:
    """One row an indicator of the latest terms; what :func:`read_proposals` takes."""
    for one in found:
        for indicator in one.terms.indicators:
            yield {
                "customer": one.content.customer,
                "supplier": one.content.supplier,
                "part": one.content.part,
                "title": one.content.title,
                "indicator": indicator.name,
                "metric": indicator.metric.value,
                "target": None if indicator.target is None else Decimal(indicator.target),
                "operation": indicator.operation,
                "characteristic": indicator.characteristic,
                "kinds": " ".join(kind.value for kind in indicator.kinds),
                "days": indicator.days,
                "valid_from": one.terms.valid_from,
                "valid_to": one.terms.valid_to,
            }


def fulfilment_rows(view: FulfilmentView) -> Iterator[Row]:
    """One row an indicator."""
    for one in view.indicators:
        yield {
            "requirement": view.id,
            "indicator": one.indicator.name,
            "metric": one.indicator.metric.value,
            "target": None if one.indicator.target is None else Decimal(one.indicator.target),
            "value": _number(one.value),
            "n": one.n,
            "method": None if one.method is None else one.method.value,
            "low": None if one.interval is None else _number(one.interval.low),
            "high": None if one.interval is None else _number(one.interval.high),
            "verdict": one.verdict.value,
            "sure": one.sure,
            "why": one.why,
            "begin": one.begin,
            "end": one.end,
        }


def _content(key: tuple[str, ...], lines: Sequence[Line]) -> RequirementContent | Problem:
    customer, supplier, part, title = key
    first = lines[0]
    try:
        item = read_identity(part)
    except IdentifierRefused as error:
        return first.problem("part", Words(error.what, "不是有效的物料标识"))
    if item.kind is not ItemKind.PART:
        return first.problem("part", Words("names no part", "不是物料"))
    indicators = []
    for line in lines:
        kinds = str(line.cells.get("kinds", "")).replace(",", " ").split()
        strange = [kind for kind in kinds if kind not in set(DataKind)]
        if strange:
            return line.problem("kinds", Words(f"{strange[0]!r} is no kind of data", f"没有数据种类 {strange[0]!r}"))
        indicators.append(_indicator(line, tuple(sorted(DataKind(kind) for kind in set(kinds)))))
    dates = {(line.cells["valid_from"], line.cells.get("valid_to")) for line in lines}
    if len(dates) > 1:
        return first.problem(
            "valid_from", Words("the rows of one requirement differ in their dates", "同一要求各行的日期不一致")
        )
    terms = msgspec.convert(
        {"indicators": sorted_indicators(indicators), "valid_from": first.cells["valid_from"],
         "valid_to": first.cells.get("valid_to")},
        Terms,
    )  # fmt: skip
    content = RequirementContent(customer=customer, supplier=supplier, part=item_uri(item), title=title, terms=terms)
    try:
        check_content(content)
    except RequirementRefused as error:
        return first.problem(
            "indicator", Words(f"{error.where}: {error.what}", f"{error.where}：指标不成立（{error.what}）")
        )
    return content


def _indicator(line: Line, kinds: tuple[DataKind, ...]) -> Indicator:
    target = line.cells.get("target")
    days = line.cells.get("days")
    return Indicator(
        name=str(line.cells["indicator"]),
        metric=Metric(str(line.cells["metric"])),
        target=None if target is None else f"{target:f}",
        operation=str(line.cells.get("operation", "")),
        characteristic=str(line.cells.get("characteristic", "")),
        kinds=kinds,
        days=days if isinstance(days, int) and 0 < days <= 3700 else 365,
    )


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.{_DIGITS}g}")
