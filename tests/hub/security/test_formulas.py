"""What strangers wrote computes nothing in a spreadsheet: every file of ours is written by one guarded writer."""

import ast
import csv
import io
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from small_hub import GTIN, admin_of, small_agent

import hub
from hub.entry.master import add_organisation
from hub.tabular.harmless import as_meant, harmless
from hub.tabular.sheet import Column, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import csv_bytes, workbook_bytes
from traceability.batch.open import compress
from traceability.identifier.item import unit_uri
from traceability.sync import BATCHES_PATH

ZSTD = {"Content-Encoding": "zstd"}
ROOT = Path(hub.__file__).parent
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "=HYPERLINK(\"http://x\")",
    "＝1+1", "＋1", "－1", "＠x", "'=1+1", "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(st.text() | st.sampled_from(FORMULAS))
def test_no_cell_begins_like_a_formula_and_reading_back_gives_the_same(text):
    shown = harmless(text)
    assert as_meant(shown) == text
    if shown.startswith(STARTS):
        float(shown)  # a plain negative number is no formula


def test_whoever_writes_csv_takes_the_guard():
    """A new writer of CSV must pass its cells through ``hub.tabular.harmless``."""
    writers = [
        path
        for path in ROOT.rglob("*.py")
        if any(
            isinstance(node, ast.Attribute)
            and node.attr in ("writer", "DictWriter")
            and ast.unparse(node.value) == "csv"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert writers
    bare = [
        path.relative_to(ROOT).as_posix() for path in writers if "harmless(" not in path.read_text(encoding="utf-8")
    ]
    assert bare == []


def test_workbooks_are_written_in_one_place():
    writers = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if re.search(r"^from openpyxl import .*\bWorkbook\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert writers == {"tabular/workbook.py"}


def test_a_workbook_holds_texts_and_no_formulas():
    sheet = Sheet(
        name="t", words=Words("t", "t"), columns=(Column("a", Words("=a", "=a")), Column("n", Words("n", "n")))
    )
    rows = [{"a": text, "n": text} for text in FORMULAS]
    book = load_workbook(io.BytesIO(workbook_bytes([(sheet, rows)])))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) >= 2 * len(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}
    lines = list(csv.reader(io.StringIO(csv_bytes(sheet, rows).decode("utf-8-sig"))))
    assert not any(cell.startswith(STARTS) for line in lines for cell in line)


async def test_serials_and_names_of_strangers_in_the_files_that_people_download(people):
    hub = people.hub
    agent = small_agent(hub, "evil.line-1", "evil")
    add_organisation(hub, "evil-company", "=1+1", "@SUM(A1)")
    serials = ["=1+1", "+1+1", "-1-1", "=HYPERLINK(1)"]
    async with people.browser() as browser:
        body = compress(agent.seal(*(agent.result(serial, ahead) for ahead, serial in enumerate(serials))))
        assert (await browser.post(BATCHES_PATH, content=body, headers=ZSTD)).status_code == 201
        token = admin_of(hub)
        units = [unit_uri(GTIN, serial) for serial in serials]
        asked = await browser.post("/api/v1/recall", json={"items": units}, headers=token)
        assert asked.status_code in (200, 201, 202), asked.text
        found = await browser.get(asked.json()["items_url"], params={"format": "csv"}, headers=token)
    lines = list(csv.reader(io.StringIO(found.text.removeprefix("\ufeff"))))
    assert len(lines) == len(serials) + 1
    cells = [cell for line in lines for cell in line]
    assert {"'" + serial for serial in serials} <= set(cells)
    assert not any(cell.startswith(STARTS) for cell in cells)
