"""What goes out comes back the same, and nothing in it is computed by a spreadsheet."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hub.tabular.reading import read_all
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import csv_bytes, workbook_bytes

SHEET = Sheet(
    name="thing",
    words=Words("Things", "物品"),
    columns=(
        Column("id", Words("Id", "编号"), needed=True),
        Column("text", Words("Text", "文本")),
        Column("limit", Words("Limit", "限值"), kind=Kind.NUMBER),
        Column("count", Words("Count", "数量"), kind=Kind.COUNT),
        Column("day", Words("Day", "日期"), kind=Kind.DAY),
        Column("at", Words("At", "时间"), kind=Kind.INSTANT),
        Column("yes", Words("Yes", "是否"), kind=Kind.YES_NO),
        Column(
            "kind",
            Words("Kind", "类别"),
            kind=Kind.CHOICE,
            choices=(Choice("a", Words("one", "甲")), Choice("b", Words("two", "乙"))),
        ),
    ),
)
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("=+-@'\"\n,;"), min_size=1, max_size=30
).map(lambda text: text.strip("\ufeff\u200b\u00a0\u3000 \t\r\n"))
ROW = st.fixed_dictionaries(
    {"id": TEXTS.filter(bool)},
    optional={
        "text": TEXTS.filter(bool),
        "limit": st.decimals(-(10**12), 10**12, places=6),
        "count": st.integers(0, 10**15 - 1),
        "day": st.dates(date(1950, 1, 1), date(2099, 12, 31)),
        "at": st.datetimes(datetime(1950, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),
        "yes": st.booleans(),
        "kind": st.sampled_from("ab"),
    },
)


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=4))
def test_both_files_come_back_without_a_difference(language: str, rows: list[dict[str, object]]) -> None:
    import unicodedata

    composed = [
        {name: unicodedata.normalize("NFC", value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    ]
    for data in (csv_bytes(SHEET, rows, language), workbook_bytes([(SHEET, rows)], language)):
        found = read_all(data, [SHEET], zone=ZoneInfo("UTC"))
        assert not found.problems
        assert [line.cells for line in found.lines] == composed


@pytest.mark.parametrize("bad", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "'=1"])
def test_no_cell_is_a_formula(bad: str) -> None:
    row = {"id": "x", "text": bad}
    line = csv_bytes(SHEET, [row]).decode("utf-8-sig").splitlines()[1]
    assert line.split(",", 1)[1].lstrip('"').startswith("'")
    page = load_workbook(io.BytesIO(workbook_bytes([(SHEET, [row])]))).active
    assert page["B2"].data_type == "s"
    assert page["B2"].value == bad


def test_numbers_of_more_digits_than_excel_holds_are_texts_and_come_back() -> None:
    row = {"id": "0042", "limit": Decimal("123456789012.123456")}
    page = load_workbook(io.BytesIO(workbook_bytes([(SHEET, [row])]))).active
    assert page["C2"].data_type == "s"
    assert page["A2"].value == "0042"
    assert page["A2"].number_format == "@"


def test_a_control_character_does_not_break_the_workbook() -> None:
    data = workbook_bytes([(SHEET, [{"id": "x", "text": "a\x07b"}])])
    assert read_all(data, [SHEET]).lines[0].cells["text"] == "a\ufffdb"
