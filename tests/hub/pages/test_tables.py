"""One definition of a table: sorted on the server, turned over, and handed out as CSV and Excel without harm."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from hub.pages.frame.address import Address
from hub.pages.language import Language
from hub.pages.speech import Speech
from hub.pages.tables.arrange import arranged, sorted_rows
from hub.pages.tables.cells import text_cell
from hub.pages.tables.columns import made, moment, number, share, words
from hub.pages.tables.define import Definition, Empty, Filled
from hub.pages.tables.export import exported

EN, ZH = Speech(Language.EN), Speech(Language.ZH)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = Address("/things", (("days", "30"),))


class Thing(msgspec.Struct, frozen=True):
    name: str
    size: float | None = None
    part: float | None = None
    at: datetime | None = None


TABLE: Definition[Thing] = Definition(
    id="things",
    title="Things: all [of] them",
    columns=(
        words("name", "name", lambda thing: thing.name, head=True),
        number("size", "size", lambda thing: thing.size, 2, "mm", falling=True),
        share("part", "share", lambda thing: thing.part),
        moment("at", "time", lambda thing: thing.at, "Asia/Shanghai"),
        made("twice", "twice", lambda thing, _: text_cell(thing.name * 2, beside="n = 2")),
    ),
    empty=Empty("Nothing is here.", "Make something."),
    page=2,
)


def filled(*things: Thing) -> Filled:
    return Filled(TABLE, things)


def names(table: Filled, query: str) -> list[str]:
    return [row[0].text for row in sorted_rows(table, Address("/things", (("things.sort", query),)), EN)]


def test_sorting_goes_both_ways_and_what_is_unknown_comes_last() -> None:
    table = filled(Thing("b", 2), Thing("a"), Thing("c", -1), Thing("d", 2))
    assert names(table, "size") == ["c", "b", "d", "a"]
    assert names(table, "-size") == ["b", "d", "c", "a"]  # equal ones stay as they were
    assert names(table, "name") == ["a", "b", "c", "d"]
    assert names(table, "nothing") == ["b", "a", "c", "d"]


@given(st.lists(st.tuples(st.text(max_size=5), st.one_of(st.none(), st.floats(-1e9, 1e9))), max_size=20))
def test_no_row_is_lost_by_sorting(rows: list[tuple[str, float | None]]) -> None:
    table = filled(*(Thing(name, size) for name, size in rows))
    for query in ("size", "-size", "name", "-name"):
        assert sorted(names(table, query)) == sorted(name or "–" for name, _ in rows)


def test_a_head_leads_to_its_order_and_keeps_the_rest_of_the_address() -> None:
    view = arranged(filled(Thing("a", 1), Thing("b", 2)), HERE, EN)
    assert view.heads[1].sort_url == "/things?days=30&things.sort=-size#things"  # the largest first
    again = arranged(filled(Thing("a", 1), Thing("b", 2)), Address("/things", (("things.sort", "-size"),)), EN)
    assert (again.heads[1].direction, again.heads[1].sort_url) == ("descending", "/things?things.sort=size#things")
    assert [row[0].text for row in again.rows] == ["b", "a"]


@pytest.mark.parametrize(
    ("begin", "shown"), [("0", "ab"), ("2", "cd"), ("4", "e"), ("3", "cd"), ("99", "e"), ("-1", "ab"), ("x", "ab")]
)
def test_pages_turn_over_and_nonsense_is_the_beginning(begin: str, shown: str) -> None:
    table = filled(*(Thing(name) for name in "abcde"))
    view = arranged(table, Address("/things", (("things.from", begin),)), EN)
    assert "".join(row[0].text for row in view.rows) == shown
    assert (view.earlier_url is None) == (shown == "ab")
    assert (view.later_url is None) == (shown == "e")


def test_an_empty_table_says_what_to_do() -> None:
    view = arranged(filled(), HERE, EN)
    assert (view.empty, view.advice, view.rows) == ("Nothing is here.", "Make something.", ())


def file_of(kind: str, *things: Thing, speech: Speech = EN) -> bytes:
    answer = exported(filled(*things), kind, HERE, speech)
    assert f'filename="things.{kind}"' in answer.headers["content-disposition"]
    return bytes(answer.body)


EVIL = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "'=1", '=HYPERLINK("x")', 'plain, with "quotes"\nand lines']


def test_csv_holds_figures_as_figures_and_nothing_that_is_computed() -> None:
    things = [Thing(evil, 1.5, 0.25, NOON) for evil in EVIL]
    text = file_of("csv", *things).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["name", "size, mm", "share, %", "time", "twice", "twice – basis"]
    assert {tuple(row[1:4]) for row in rows[1:]} == {("1.5", "25", "2026-03-01T12:00:00+00:00")}
    assert [row[0] for row in rows[1:] if row[0][:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert rows[1][0].lstrip("'") == "=1+1"


def test_a_workbook_holds_texts_as_texts() -> None:
    book: Any = load_workbook(io.BytesIO(file_of("xlsx", *(Thing(evil, -2.25, None, NOON) for evil in EVIL))))
    rows = list(book.worksheets[0].iter_rows())
    assert [cell.value for cell in rows[0]][:2] == ["name", "size, mm"]
    assert {row[0].data_type for row in rows[1:]} == {"s"}
    assert [row[0].value for row in rows[1:3]] == EVIL[:2]
    assert rows[1][1].value == pytest.approx(-2.25)
    assert rows[1][2].value is None


def test_an_export_is_in_the_order_that_is_shown_and_holds_every_row() -> None:
    table = filled(*(Thing(f"t{n}", n, at=NOON + timedelta(hours=n)) for n in range(7)))
    answer = exported(table, "csv", Address("/things", (("things.sort", "-size"), ("things.from", "4"))), ZH)
    rows = list(csv.reader(io.StringIO(bytes(answer.body).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [f"t{n}" for n in reversed(range(7))]


def test_a_figure_is_exported_with_its_digits() -> None:
    cell = sorted_rows(filled(Thing("a", 25.01)), HERE, EN)[0][1]
    assert (cell.text, cell.raw, cell.uom) == ("25.01", Decimal("25.01"), "mm")
