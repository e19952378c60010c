"""Tables as people send them: what is right becomes values, what is not is told by sheet, row and column."""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from hub.errors import EntryRefused
from hub.tabular.limits import TableLimits
from hub.tabular.reading import FileRead, read_all
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words

SHEET = Sheet(
    name="gauge",
    words=Words("Gauges", "量具"),
    columns=(
        Column("id", Words("Gauge", "量具编号"), needed=True, most=20),
        Column("limit", Words("Limit", "限值"), kind=Kind.NUMBER),
        Column("count", Words("Count", "数量"), kind=Kind.COUNT),
        Column("since", Words("Valid from", "生效日期"), kind=Kind.DAY),
        Column("at", Words("Time", "时间"), kind=Kind.INSTANT),
        Column("key", Words("Key", "关键"), kind=Kind.YES_NO),
        Column(
            "state",
            Words("State", "状态"),
            kind=Kind.CHOICE,
            choices=(Choice("in-use", Words("in use", "在用")), Choice("out", Words("withdrawn", "停用"))),
        ),
    ),
    key=("id", "since"),
)
OTHER = Sheet(name="defect", words=Words("Defects", "缺陷"), columns=(Column("code", Words("Code", "代码")),))
WIDE = Words("", "")


def workbook(rows: Iterable[Iterable[Any]], title: str = "gauge", **more: Iterable[Iterable[Any]]) -> bytes:
    book = Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    for name, others in more.items():
        another = book.create_sheet(name)
        for row in others:
            another.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells(data: bytes) -> dict[str, object]:
    found = read_all(data, [SHEET])
    assert not found.problems, found.problems
    (line,) = found.lines
    return line.cells


def told(found: FileRead) -> list[tuple[int, str]]:
    assert all(problem.text.zh and problem.text.en for problem in found.problems)
    return [(problem.row, problem.column) for problem in found.problems]


def test_headings_in_either_language_and_values_of_every_kind() -> None:
    row = ["G1", 25.012, 3, date(2026, 3, 31), datetime(2026, 3, 31, 8, 30), True, "在用"]
    english = cells(workbook([["Gauge *", "limit", "COUNT", "valid from", "Time", "Key", "State"], row]))
    assert english == {
        "id": "G1",
        "limit": Decimal("25.012"),
        "count": 3,
        "since": date(2026, 3, 31),
        "at": datetime(2026, 3, 31, 0, 30, tzinfo=UTC),
        "key": True,
        "state": "in-use",
    }
    chinese = "量具编号,限值,数量,生效日期,时间,关键,状态\nG1,25.012,3,2026年3月31日,2026/03/31 08:30,是,在用\n"
    for data in (chinese.encode(), b"\xef\xbb\xbf" + chinese.encode(), chinese.encode("gb18030")):
        assert cells(data) == english
    assert cells(chinese.replace(",", "\t").encode("utf-16")) == english
    assert cells(chinese.replace(",", ";").encode()) == english


def test_the_encoding_is_told() -> None:
    assert read_all("量具编号\nG1\n".encode("gb18030"), [SHEET]).encoding == "gb18030"
    with pytest.raises(EntryRefused, match="at byte 7"):
        read_all(b"id\nABCD\xff\xff\n", [SHEET])


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("limit", "-12.50", Decimal("-12.50")),
        ("limit", "１２.５", Decimal("12.5")),
        ("limit", "1e3", Decimal(1000)),
        ("limit", "1,234", None),
        ("limit", "12,5", None),
        ("limit", "12.5 mm", None),
        ("limit", "NaN", None),
        ("limit", "Infinity", None),
        ("limit", "1e99", None),
        ("count", "-1", None),
        ("count", "2.0", None),
        ("since", "2026-03-31", date(2026, 3, 31)),
        ("since", "2026.3.31", date(2026, 3, 31)),
        ("since", "2026-03-31 00:00:00", date(2026, 3, 31)),
        ("since", "03/04/2026", None),
        ("since", "2026-02-30", None),
        ("since", "46112", None),
        ("key", "maybe", None),
        ("state", "停用", "out"),
        ("state", "lost", None),
    ],
)
def test_texts_are_taken_when_they_can_mean_one_thing_only(column: str, text: str, value: object) -> None:
    found = read_all(f'id;{column}\nG1;"{text}"\n'.encode(), [SHEET])
    if value is None:
        assert told(found) == [(2, column)]
        assert not found.lines
    else:
        assert found.lines[0].cells[column] == value


def test_a_number_of_a_workbook_has_the_digits_that_excel_shows() -> None:
    assert cells(workbook([["id", "limit"], ["G1", 0.1 + 0.2]]))["limit"] == Decimal("0.3")


def test_a_day_number_is_named_as_the_day_it_would_be() -> None:
    found = read_all(workbook([["id", "since"], ["G1", 46112]]), [SHEET])
    assert told(found) == [(2, "since")]
    assert "2026-03-31" in found.problems[0].text.en


def test_what_a_spreadsheet_made_of_a_text_is_refused_but_whole_numbers() -> None:
    book = Workbook()
    page = book.active
    for row in (["id"], [4711], [1.1], [date(2026, 3, 31)], [True], [10**17], [42]):
        page.append(row)
    page["A7"].number_format = "00000"
    found = read_all(saved(book), [SHEET])
    assert [line.cells["id"] for line in found.lines] == ["4711"]
    assert told(found) == [(3, "id"), (4, "id"), (5, "id"), (6, "id"), (7, "id")]


def test_formulas_and_errors_are_refused_where_they_stand() -> None:
    rows = [["id", "limit", "#note"], ["G1", "=1+1", "=1+1"], ["G2", "#N/A", None], ["G3", "x", None]]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.active["B3"].data_type = "e"
    found = read_all(saved(book), [SHEET])
    assert told(found) == [(2, "limit"), (3, "limit"), (4, "limit")]
    assert [problem.text.en.split()[1] for problem in found.problems[:2]] == ["a", "the"]


def test_a_text_that_only_looks_like_a_formula_is_a_text() -> None:
    book = Workbook()
    book.active.append(["id"])
    book.active["A2"].value = "=1+1"
    book.active["A2"].data_type = "s"
    assert cells(saved(book)) == {"id": "=1+1"}
    assert cells(b"id\n'=1+1\n") == {"id": "=1+1"}


def test_merged_cells_are_refused() -> None:
    book = Workbook()
    for row in (["id", "count"], ["G1", 1], ["G2", 2]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    found = read_all(saved(book), [SHEET])
    assert (2, "") in told(found)
    assert "A2:A3" in found.problems[0].text.en


def test_headings_that_are_unknown_missing_or_doubled() -> None:
    assert told(read_all(b"id,colour\nG1,red\n", [SHEET])) == [(1, "colour")]
    assert told(read_all(b"limit\n1\n", [SHEET])) == [(1, "id")]
    assert told(read_all("id,量具编号\nG1,G2\n".encode(), [SHEET])) == [(1, "id")]
    assert cells(b"id,#colour\nG1,red\n") == {"id": "G1"}


def test_a_value_without_heading_is_not_dropped() -> None:
    assert told(read_all(b"id\nG1,5\n", [SHEET])) == [(2, "B")]
    assert told(read_all(workbook([["id"], ["G1", None, None, 5]]), [SHEET])) == [(2, "D")]


def test_two_rows_of_one_key_and_empty_cells_that_are_needed() -> None:
    found = read_all(b"id,since\nG1,2026-01-01\n\nG1,2026-01-01\nG1,2026-02-01\n,2026-01-01\n", [SHEET])
    assert told(found) == [(4, "id"), (6, "id")]
    assert "row 2" in found.problems[0].text.en
    assert len(found.lines) == 2


def test_sheets_are_found_by_name_others_are_refused() -> None:
    data = workbook([["id"], ["G1"]], 缺陷=[["code"], ["D1"]], Sheet3=[], **{"#readme": [["anything"]]})
    found = read_all(data, [SHEET, OTHER])
    assert [(line.sheet, line.row) for line in found.lines] == [("gauge", 2), ("defect", 2)]
    assert not found.problems
    wrong = read_all(workbook([["id"], ["G1"]], prices=[["x"], [1]]), [SHEET, OTHER])
    assert [problem.sheet for problem in wrong.problems] == ["prices"]
    assert cells(workbook([["id"], ["G1"]], title="anything")) == {"id": "G1"}
    with pytest.raises(EntryRefused, match="not said which"):
        read_all(b"id\nG1\n", [SHEET, OTHER])


def test_no_rows_is_a_problem() -> None:
    assert told(read_all(b"", [SHEET])) == [(1, "")]
    assert told(read_all(b"id\n", [SHEET])) == [(1, "")]
    assert told(read_all(workbook([]), [SHEET])) == [(0, "")]


def test_reading_stops_at_the_limits() -> None:
    many = b"id,count\n" + b"".join(b"G%d,x\n" % number for number in range(50))
    found = read_all(many, [SHEET], limits=TableLimits(problems=10))
    assert len(found.problems) == 11
    found = read_all(many.replace(b"x", b"1"), [SHEET], limits=TableLimits(rows=20))
    assert len(found.lines) == 21
    assert "more than 20" in found.problems[0].text.en
    with pytest.raises(EntryRefused, match="at most 100"):
        read_all(many, [SHEET], limits=TableLimits(bytes=100))


def test_a_broken_csv_says_so() -> None:
    assert "can't be read" in read_all(b"id\nG1\n" + b"x" * 200_000 + b"\n", [SHEET]).problems[-1].text.en
