"""Workbooks made to cost much, to pass something by unseen, or not to be one at all."""

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from hub.errors import EntryRefused
from hub.tabular.limits import TableLimits
from hub.tabular.reading import read_all
from hub.tabular.sheet import Column, Sheet
from hub.tabular.words import Words

SHEET = Sheet(name="thing", words=Words("Things", "物品"), columns=(Column("id", Words("Id", "编号")),))
PAGE = "xl/worksheets/sheet1.xml"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


STRINGS = "xl/sharedStrings.xml"
_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def book() -> bytes:
    """Three rows whose texts are shared, as Excel writes them."""
    made = Workbook()
    for row in (["id"], ["a"], ["b"]):
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    texts = "".join(f"<si><t>{text}</t></si>" for text in ("id", "a", "b"))
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for place, text in enumerate(("id", "a", "b")):
                content = content.replace(b'"inlineStr"><is><t>%s</t></is>' % text.encode(), b'"s"><v>%d</v>' % place)
            new.writestr(name, content.replace(b"</Types>", _TYPE))
        new.writestr(STRINGS, f'<?xml version="1.0"?><sst xmlns="{_SPACE}" count="3">{texts}</sst>')
    return out.getvalue()


def changed(part: str, change: Callable[[bytes], bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(out, "w", method) as new:
        assert part in old.namelist()
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def test_shared_texts_are_read() -> None:
    assert [line.cells for line in read_all(book(), [SHEET]).lines] == [{"id": "a"}, {"id": "b"}]


def test_a_bomb_is_refused_by_its_directory() -> None:
    data = changed("docProps/app.xml", lambda content: content + b" " * 50_000_000)
    assert len(data) < 100_000
    with pytest.raises(EntryRefused, match="when unpacked"):
        read_all(data, [SHEET], limits=TableLimits(unpacked=40_000_000))


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    data = bytearray(changed(PAGE, lambda content: content + b" " * 5_000_000))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(PAGE.encode()))
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(EntryRefused, match="damaged"):
        read_all(bytes(data), [SHEET])


def test_too_much_in_one_row_is_refused_before_it_is_parsed() -> None:
    row = b'<row r="4">' + b"<c/>" * 300_000 + b"</row></sheetData>"
    data = changed(PAGE, lambda content: content.replace(b"</sheetData>", row))
    with pytest.raises(EntryRefused, match="in one row"):
        read_all(data, [SHEET], limits=TableLimits(held_tags=200_000))
    with pytest.raises(EntryRefused, match="in one row"):
        read_all(data, [SHEET], limits=TableLimits(held_whole=1_000_000))


def test_millions_of_empty_rows_are_refused() -> None:
    data = changed(PAGE, lambda content: content.replace(b"</sheetData>", b"<row/>" * 400_000 + b"</sheetData>"))
    with pytest.raises(EntryRefused, match="rows"):
        read_all(data, [SHEET], limits=TableLimits(workbook_rows=300_000))


def test_every_row_is_counted_wherever_the_chunks_end() -> None:
    extra = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>' % (n, n) for n in range(4, 20_004)
    )
    data = changed(PAGE, lambda content: content.replace(b"</sheetData>", extra + b"</sheetData>"))
    assert len(read_all(data, [SHEET]).lines) == 20_002
    with pytest.raises(EntryRefused, match="rows"):
        read_all(data, [SHEET], limits=TableLimits(workbook_rows=20_002))
    assert len(read_all(data, [SHEET], limits=TableLimits(workbook_rows=20_003)).lines) == 20_002


def test_a_declared_size_is_not_believed() -> None:
    data = changed(PAGE, lambda content: content.replace(b'ref="A1:A3"', b'ref="A1:XFD1048576"'))
    assert len(read_all(data, [SHEET]).lines) == 2
    data = changed(PAGE, lambda content: content.replace(b'ref="A1:A3"', b'ref="A1:A2"'))
    assert len(read_all(data, [SHEET]).lines) == 2


def test_rows_that_jump_back_would_be_passed_over_and_are_refused() -> None:
    extra = b'<row r="2"><c r="A2" t="inlineStr"><is><t>hidden</t></is></c></row></sheetData>'
    found = read_all(changed(PAGE, lambda content: content.replace(b"</sheetData>", extra)), [SHEET])
    assert "out of order" in found.problems[0].text.en


@pytest.mark.parametrize("part", [PAGE, "xl/workbook.xml", STRINGS, "xl/styles.xml"])
def test_entities_are_refused(part: str) -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    with pytest.raises(EntryRefused, match="document type"):
        read_all(changed(part, lambda content: entity + content.split(b"?>", 1)[-1]), [SHEET])
    with pytest.raises(EntryRefused, match="not UTF-8"):
        read_all(changed(part, lambda content: content.decode().encode("utf-16")), [SHEET])


@pytest.mark.parametrize("part", [PAGE, "xl/workbook.xml", STRINGS, "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"<x/>",
        lambda content: content.replace(b"<v>0</v>", b"<v>99</v>").replace(b'r="A2"', b'r="22"'),
    ],
    ids=["cut", "empty", "other", "pointing nowhere"],
)
def test_broken_parts_are_told_and_nothing_else_happens(part: str, change: Callable[[bytes], bytes]) -> None:
    try:
        found = read_all(changed(part, change), [SHEET])
    except EntryRefused:
        return
    assert found.problems or found.lines


def test_what_is_no_workbook() -> None:
    with pytest.raises(EntryRefused, match=r"\.xls"):
        read_all(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, [SHEET])
    with pytest.raises(EntryRefused, match="damaged"):
        read_all(book()[:500], [SHEET])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(EntryRefused, match=r"no \.xlsx"):
        read_all(out.getvalue(), [SHEET])
    with pytest.raises(EntryRefused, match="unusual way"):
        read_all(changed(PAGE, lambda content: content, method=zipfile.ZIP_LZMA), [SHEET])
