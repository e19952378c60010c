"""Master data over HTTP: looked at first, entered whole, asked as of a day and as known then, told as files."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from edge_plan import parsed
from openpyxl import load_workbook
from small_hub import admin_of, client_of
from small_master import GTIN, PART, csv_file, everything, workbook

from hub.cli import main
from hub.master.dictionary import entries
from hub.master.importing import dry_run
from hub.master.plan_kind import SHEETS
from hub.parts import Hub

MASTER = "/api/v1/master"


async def post(hub: Hub, path: str, content: bytes = b"", **query: Any) -> Any:
    async with client_of(hub) as client:
        return await client.post(f"{MASTER}{path}", content=content, params=query, headers=admin_of(hub))


async def get(hub: Hub, path: str, **query: Any) -> Any:
    async with client_of(hub) as client:
        return await client.get(f"{MASTER}{path}", params=query, headers=admin_of(hub))


async def entered(hub: Hub) -> str:
    answer = await post(hub, "/import", workbook(everything()), entered_by="qe-7", dry_run="false")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["change"])


async def test_looking_is_the_default_and_enters_nothing(hub: Hub) -> None:
    looked = (await post(hub, "/import", workbook(everything()), entered_by="qe-7")).json()
    assert looked["change"] == ""
    assert looked["counts"]["part"] == {"new": 2}
    assert (await get(hub, "/kinds/part")).json()["total"] == 0
    assert await entered(hub)
    assert (await get(hub, "/kinds/part")).json()["total"] == 2


async def test_problems_are_told_in_both_languages_and_refused_as_a_whole(hub: Hub) -> None:
    tables = everything()
    tables["part"][0]["part"] = "4711-X"
    problem = (await post(hub, "/import", workbook(tables), entered_by="qe-7")).json()["problems"][0]
    assert (problem["sheet"], problem["row"], problem["column"]) == ("part", 2, "part")
    assert problem["text"]["zh"].endswith("不是零件标识")
    refused = await post(hub, "/import", workbook(tables), entered_by="qe-7", dry_run="false")
    assert refused.status_code == 422
    assert "nothing was entered" in refused.json()["detail"]
    assert (await get(hub, "/changes")).json() == []


async def test_as_of_a_day_and_as_known_then(hub: Hub) -> None:
    await entered(hub)
    row = {"part": GTIN, "name": "Case", "valid_from": date(2026, 6, 1)}
    await post(hub, "/import", csv_file("part", [row]), entered_by="q", kind="part", dry_run="false")

    async def name(**query: Any) -> str:
        things = (await get(hub, "/kinds/part", **query)).json()["things"]
        return next(thing["body"]["name"] for thing in things if thing["about"] == PART)

    assert await name(as_of="2026-05-31") == "Housing"
    assert await name(as_of="2026-06-01") == "Case"
    assert (await get(hub, "/kinds/part", known_at="2020-01-01T00:00:00Z")).json()["total"] == 0
    versions = (await get(hub, "/kinds/part/versions", about=PART)).json()["versions"]
    assert [version["valid_from"] for version in versions] == ["2026-01-01", "2026-06-01"]
    assert (await get(hub, "/kinds/part/versions", about="nothing")).status_code == 404
    assert (await get(hub, "/kinds/colour")).status_code == 404


async def test_a_change_is_undone(hub: Hub) -> None:
    change = await entered(hub)
    assert [one["change"] for one in (await get(hub, "/changes")).json()] == [change]
    done = (await post(hub, f"/changes/{change}/undo", entered_by="qe-7")).json()
    assert done["undoes"] == change
    assert (await get(hub, "/kinds/tool", plant="plant-a")).json()["total"] == 0
    assert (await post(hub, "/changes/none/undo", entered_by="qe-7")).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_exported_is_taken_back_without_a_difference(hub: Hub, language: str) -> None:
    await entered(hub)
    whole = (await get(hub, "/export", language=language)).content
    report = dry_run(hub, whole)
    assert not report.problems
    assert not report.differences
    assert report.rows == 22
    for sheet in SHEETS:
        content = (await get(hub, "/export", kind=sheet.name, file="csv", language=language)).content
        if sheet.name == "control-plan":
            assert b"CSV holds one table" in content
            continue
        looked = dry_run(hub, content, sheet.name)
        assert (looked.problems, looked.differences) == ((), ()), sheet.name
    assert (await get(hub, "/export", file="csv")).status_code == 422


async def test_the_plan_of_a_day_is_the_file_of_an_agent(hub: Hub) -> None:
    await entered(hub)
    answer = await get(hub, "/plan-file", plant="plant-a", part=PART, as_of="2026-03-01")
    plan = parsed(answer.content)
    held = (await get(hub, "/kinds/control-plan", plant="plant-a")).json()["things"][0]
    assert [operation.id for operation in plan.operations] == ["OP10", "OP20"]
    assert [rule.id for rule in plan.alarms] == ["A1", "A2", "A3"]
    assert held["body"]["characteristics"][0]["usl"] == str(plan.characteristics[0].usl)
    assert (await get(hub, "/plan-file", plant="plant-a", part=PART, as_of="2025-12-31")).status_code == 404


async def test_the_dictionary_says_what_an_import_takes(hub: Hub) -> None:
    told = (await get(hub, "/dictionary", language="zh")).json()
    assert len(told) == sum(len(sheet.columns) for sheet in SHEETS)
    assert all(entry["heading"] and entry["meaning"] and entry["other"] for entry in told)
    page = (await get(hub, "/dictionary", file="html", language="zh")).text
    assert "<h1>主数据数据标准</h1>" in page
    text = (await get(hub, "/dictionary", file="markdown")).text
    assert "| `lsl` | Lower limit | 下规格限 | exact decimal |" in text
    book = load_workbook(io.BytesIO((await get(hub, "/dictionary", file="xlsx")).content))
    assert book.active.max_row == len(told) + 1
    assert (await get(hub, "/dictionary", file="csv")).content.startswith(b"\xef\xbb\xbf")


def test_every_field_has_both_names_and_a_meaning() -> None:
    for language in ("en", "zh"):
        for entry in entries(language):
            assert entry.heading, entry
            assert entry.meaning, entry
    for sheet in SHEETS:
        spelt = [heading for column in sheet.columns for heading in column.headings]
        assert len(spelt) == len(set(spelt)), sheet.name


async def test_only_the_operator_enters_and_a_page_of_a_kind_is_bounded(hub: Hub) -> None:
    async with client_of(hub) as client:
        refused = await client.post(f"{MASTER}/import", content=b"x", params={"entered_by": "x"})
    assert refused.status_code == 401
    await entered(hub)
    page = (await get(hub, "/kinds/part", limit=1, offset=1)).json()
    assert (page["total"], len(page["things"])) == (2, 1)


def test_the_verbs(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(hub.settings.data)]
    book, out, told = tmp_path / "master.xlsx", tmp_path / "out.xlsx", tmp_path / "dictionary.md"
    book.write_bytes(workbook(everything()))
    hub.store.close()
    assert main(["master", "import", str(book), *data]) == 0
    assert main(["master", "import", str(book), *data, "--enter", "--by", "qe-7", "--json"]) == 0
    assert main(["master", "export", "--out", str(out), *data]) == 0
    assert main(["master", "dictionary", "--out", str(told), "--language", "zh", *data]) == 0
    assert told.read_text().startswith("# 主数据数据标准")
    capsys.readouterr()
    bad = tmp_path / "part.csv"
    bad.write_text("part,name\n4711-X,x\n")
    assert main(["master", "import", str(bad), "--kind", "part", "--language", "zh", *data]) == 1
    assert "第 2 行" in capsys.readouterr().err
    assert main(["master", "undo", "none", *data]) == 1
