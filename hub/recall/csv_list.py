"""Affected items as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from fastapi import Response

from hub.api.table_file import table_file
from hub.errors import EntryRefused
from hub.recall.views import Affected
from hub.tabular.harmless import BOM, harmless
from hub.tabular.sheet import Column, Sheet
from hub.tabular.words import Words

COLUMNS = (
    "item", "kind", "label", "part", "part_name", "depth", "effect", "finished", "organisation", "plant", "customer",
    "customer_name", "site", "shipment", "step", "time", "logistic_unit", "records",
)  # fmt: skip

WORDS = (
    "产品或批次", "种类", "序列号或批号", "零件", "零件名称", "层级", "影响", "成品", "企业", "工厂", "客户",
    "客户名称", "地点", "发运单", "步骤", "时间", "物流单元", "记录",
)  # fmt: skip
MOST_IN_WORKBOOK = 100_000
SHEET = Sheet(
    name="recall",
    words=Words("Recall scope", "召回范围"),
    columns=tuple(Column(name, Words(name, zh)) for name, zh in zip(COLUMNS, WORDS, strict=True)),
)


def csv_lines(items: Iterable[Affected]) -> Iterator[str]:
    """A byte order mark and a header (so that spreadsheets read Chinese names right), then a line an item."""
    yield BOM + _line(COLUMNS)
    for item in items:
        yield _line(_columns(item))


def _columns(item: Affected) -> tuple[object, ...]:
    last = item.shipped[-1] if item.shipped else None
    return (
        item.item,
        item.kind,
        item.label,
        item.part.id,
        item.part.name,
        item.depth,
        "certain" if item.certain else "potential",
        "yes" if item.finished else "no",
        item.organisation.id if item.organisation else "",
        item.plant.id if item.plant else "",
        last.party.id if last else "",
        last.party.name if last else "",
        last.site.id if last and last.site else "",
        last.shipment if last else "",
        last.step if last else "",
        last.event_time.isoformat() if last else "",
        (last.inside or "") if last else "",
        "missing" if item.missing else "",
    )


def _line(columns: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(harmless(str(column)) for column in columns)
    return text.getvalue()


def workbook(items: Iterable[Affected], language: str) -> Response:
    """The same as an Excel file, which holds only so many; ``EntryRefused`` for more."""
    rows = list(islice(items, MOST_IN_WORKBOOK + 1))
    if len(rows) > MOST_IN_WORKBOOK:
        raise EntryRefused(
            f"more than {MOST_IN_WORKBOOK} items are affected",
            where="format",
            advice="take format=csv, which holds all",
        )
    return table_file(SHEET, [_cells(row) for row in rows], "xlsx", language, SHEET.name)


def _cells(item: Affected) -> dict[str, object]:
    return {name: str(cell) if cell != "" else None for name, cell in zip(COLUMNS, _columns(item), strict=True)}
