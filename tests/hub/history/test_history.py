"""A plant's past from files: shown apart, counted apart, and nowhere in what is signed, graded or proved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of, projection_of

from hub.errors import EntryRefused, NotFound
from hub.history.figures import ImportedFigures, figures
from hub.history.importing import Asked, LoadReport, load, look, undo_load
from hub.history.sheet import HISTORY
from hub.intake.kinds import OF_PLANTS
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.scorecard.plant import plant_view
from hub.store.quality.history import imported_results, loads_of
from hub.tabular.writing import workbook_bytes
from traceability.aqdef.reading import Description
from traceability.aqdef.writing import encoded, write_description, write_values
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.history import HistoryResultRecord
from traceability.verify.wording import _content as content_words

PLANT = Asked(plant="supplier")
FILE = (
    "零件,序列号,工序,时间,判定,特性,测量值,计量单位\n"
    f"{HOUSING},H1,OP10,2025-11-03 08:00,合格,bore,25.001,mm\n"
    f"{HOUSING},H1,OP10,2025-11-03 08:00,合格,depth,12.5,mm\n"
    f"{HOUSING},H2,OP10,2025-11-03 08:05,不合格,bore,25.03,mm\n"
    f"{HOUSING},H2,OP10,2025-11-03 09:00,合格,bore,25.01,mm\n"
    f"{HOUSING},,OP10,2025-11-03 10:00,,bore,25.00,mm\n"
).encode("gb18030")


@pytest.fixture
def line(hub: Hub) -> Line:
    """Ten signed units."""
    made = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for number in range(10):
        result = made.result(f"H{number}")
        made.measure(result, f"H{number}", 25_000 + number)
    made.send()
    return made


def figures_of(hub: Hub) -> ImportedFigures:
    with hub.store.reading() as connection:
        return figures("supplier", imported_results(connection, "supplier"), None, None)


def problems(report: LoadReport) -> list[tuple[int, str]]:
    assert all(one.text.zh and one.text.en for one in report.problems)
    return [(one.row, one.column) for one in report.problems]


def test_looking_enters_nothing_and_loading_enters_all(hub: Hub, line: Line) -> None:
    before = projection_of(hub)
    looked = look(hub, FILE, PLANT)
    assert (looked.results, looked.values, looked.problems, looked.load) == (4, 5, (), "")
    assert looked.first == datetime(2025, 11, 3, 0, 0, tzinfo=UTC)  # by the plant's clock
    assert projection_of(hub) == before
    done = load(hub, FILE, PLANT, by="qe-7")
    assert done.load.startswith("history-")
    found = figures_of(hub)
    assert (found.results, found.units, found.imported) == (4, 2, True)
    (counted,) = found.yields
    assert (counted.counts.submitted, counted.counts.first_ok) == (2, 1)
    assert [(one.characteristic, one.n) for one in found.spreads] == [("bore", 4), ("depth", 1)]
    assert str(found.spreads[0].mean) == "25.01025"


def test_nothing_that_is_signed_graded_or_proved_changes_by_it(hub: Hub, line: Line) -> None:
    def seen() -> Any:
        tables = {name: rows for name, rows in projection_of(hub).items() if not name.startswith("history_")}
        with hub.store.reading() as connection:
            view = plant_view(connection, "supplier", START)
        return tables, view.grade, view.rolled, view.capability, view.operations, view.units, view.results

    before = seen()
    load(hub, FILE, PLANT, by="qe-7")
    assert seen() == before
    rebuild(hub)
    assert seen() == before


async def test_imported_results_are_in_no_proof_trace_or_list_of_a_unit(hub: Hub, line: Line) -> None:
    past = FILE.replace(b",H2,", b",OLD,")
    load(hub, past, PLANT, by="qe-7")
    async with client_of(hub) as client:
        paths = (f"units/{HOUSING}/OLD", f"units/{HOUSING}/OLD/evidence", f"trace/{HOUSING}/OLD")
        found = [await client.get(f"/api/v1/{path}", headers=admin_of(hub)) for path in paths]
        assert [answer.status_code for answer in found] == [404, 404, 404]
        proof = await client.get(f"/api/v1/units/{HOUSING}/H1/evidence", headers=admin_of(hub))
        assert proof.status_code == 200
        assert "history" not in proof.text
        values = await client.get("/api/v1/plants/supplier/values", headers=admin_of(hub))
        assert "OLD" not in values.text


async def test_an_offline_check_says_what_it_is(hub: Hub, line: Line) -> None:
    (index,) = load(hub, FILE, PLANT, by="qe-7").log_indexes
    async with client_of(hub) as client:
        answer = await client.get(f"/api/v1/records/{index}/3/evidence", headers=admin_of(hub))
    assert answer.status_code == 200
    with hub.store.reading() as connection:
        one = next(imported_results(connection, "supplier"))
    named = {"plant": "supplier", "part": one.part, "operation": one.operation, "at": one.at, "unit": one.unit}
    record = HistoryResultRecord(id=one.load, row=one.row, seq=1, event_time=START, salt="0" * 32, **named)
    assert "imported history, not evidence" in content_words(record)


def test_a_load_is_undone_and_may_be_loaded_again(hub: Hub, line: Line) -> None:
    done = load(hub, FILE, PLANT, by="qe-7")
    with pytest.raises(EntryRefused, match="loaded already"):
        load(hub, FILE, PLANT, by="qe-7")
    undo_load(hub, "supplier", done.load, reason="wrong plant", by="qe-7")
    assert figures_of(hub).results == 0
    with hub.store.reading() as connection:
        assert [one.undone for one in loads_of(connection, "supplier")] == ["wrong plant"]
    with pytest.raises(EntryRefused, match="undone already"):
        undo_load(hub, "supplier", done.load, reason="again", by="qe-7")
    with pytest.raises(NotFound):
        undo_load(hub, "supplier", "history-none", reason="x", by="qe-7")
    again = load(hub, FILE + b"\n", PLANT, by="qe-7")
    assert again.load != done.load
    assert figures_of(hub).results == 4


def test_what_is_wrong_is_told_by_row_and_nothing_is_loaded(hub: Hub, line: Line) -> None:
    head = "part,unit,operation,at,verdict,characteristic,value\n"
    rows = (
        "4711-X,H1,OP10,2025-11-03 08:00,OK,bore,25",
        f"{HOUSING},H1,OP10,2099-01-01 08:00,OK,bore,25",
        f"{HOUSING},H1,OP10,yesterday,OK,bore,25",
        f"{HOUSING},H1,OP10,2025-11-03 08:00,OK,bore,",
        f"{HOUSING},H3,OP10,2025-11-03 08:00,OK,bore,25",
        f"{HOUSING},H3,OP10,2025-11-03 08:00,NOT_OK,depth,25",
        f"{HOUSING},H3,OP10,2025-11-03 08:00,OK,bore,26",
        f"{HOUSING},H4,OP10,2025-11-03 08:00,OK,bore,1234567890.1234567",
        f"{HOUSING},https://id.gs1.org/01/{HOUSING}/10/L1,OP10,2025-11-03 08:00,OK,bore,1",
    )
    data = (head + "\n".join(rows) + "\n").encode()
    expected = [
        (2, "part"), (3, "at"), (4, "at"), (5, "value"), (7, "verdict"), (8, "characteristic"), (9, "value"),
        (10, "unit"),
    ]  # fmt: skip
    assert sorted(problems(look(hub, data, PLANT))) == expected
    with pytest.raises(EntryRefused, match="nothing was entered"):
        load(hub, data, PLANT, by="qe-7")
    assert figures_of(hub).results == 0


def test_the_same_result_in_another_file_is_told(hub: Hub, line: Line) -> None:
    load(hub, FILE, PLANT, by="qe-7")
    rows = [{"part": HOUSING, "unit": "H1", "operation": "OP10", "at": datetime(2025, 11, 3, tzinfo=UTC)}]
    assert problems(look(hub, workbook_bytes([(HISTORY, rows)]), PLANT)) == [(2, "at")]


def test_aqdef_is_loaded_too(hub: Hub, line: Line) -> None:
    described = Description(
        {"K1001": HOUSING}, ({"K2001": "bore", "K2142": "mm", "K2022": "3"}, {"K2001": "depth", "K2142": "mm"})
    )
    passes = [
        ({"K0001": "25.001", "K0004": "03.11.2025/08:00:00", "K0014": "A1"}, {"K0001": "12.5"}),
        ({"K0001": "25.002", "K0004": "03.11.2025/08:05:00", "K0014": "A2"}, {"K0001": "99", "K0002": "255"}),
    ]
    data = encoded(write_description(described), "utf-8") + encoded(write_values(described, passes), "utf-8")
    with pytest.raises(EntryRefused, match="names no operation"):
        look(hub, data, PLANT)
    done = load(hub, data, Asked(plant="supplier", operation="OP10"), by="qe-7")
    assert (done.format, done.results, done.values) == ("aqdef", 2, 3)
    with hub.store.reading() as connection:
        units = [one.unit for one in imported_results(connection, "supplier")]
    assert units == [unit_uri(HOUSING, "A1"), unit_uri(HOUSING, "A2")]
    late = data.replace(b"2025/08:05", b"2099/08:05")
    assert problems(look(hub, late, Asked(plant="supplier", operation="OP10"))) == [(1, "at"), (2, "K0004")]
    with pytest.raises(EntryRefused, match="K1001"):
        look(hub, data.replace(HOUSING.encode(), b"bore-x"), Asked(plant="supplier", operation="OP10"))
    named = Asked(plant="supplier", operation="OP20", part=part_uri(HOUSING))
    assert not look(hub, data.replace(HOUSING.encode(), b"bore-x"), named).problems


def named_height(name: str, encoding: str) -> bytes:
    described = Description({"K1001": HOUSING, "K1002": name}, ({"K2001": name, "K2142": "mm"},))
    passes = [({"K0001": "25.001", "K0004": "03.11.2025/08:00:00"},)]
    return encoded(write_description(described), encoding) + encoded(write_values(described, passes), encoding)


AT_OP10 = Asked(plant="supplier", operation="OP10")


@pytest.mark.parametrize("name", ["Höhe", "Größe", "Länge ±", "Maß µm", "\u00c4\u00d6\u00dc\u00df"])
def test_letters_that_may_be_others_are_asked_for(hub: Hub, line: Line, name: str) -> None:
    """0xF6 0x68 are 'öh' in one encoding and a Chinese character in another: nothing is guessed."""
    data = named_height(name, "latin-1")
    with pytest.raises(EntryRefused, match="encoding"):
        load(hub, data, AT_OP10, by="qe-7")
    load(hub, data, msgspec.structs.replace(AT_OP10, encoding="latin-1"), by="qe-7")
    assert characteristics(hub) == {name}


@pytest.mark.parametrize(("name", "stated"), [("高度", ""), ("孔径（上）", ""), ("镗孔", "gb18030"), ("高", "gb18030")])
def test_chinese_letters_are_known_where_they_are_plain(hub: Hub, line: Line, name: str, stated: str) -> None:
    load(hub, named_height(name, "gb18030"), msgspec.structs.replace(AT_OP10, encoding=stated), by="qe-7")
    assert characteristics(hub) == {name}


def test_a_table_may_be_in_a_stated_encoding_too(hub: Hub, line: Line) -> None:
    head = "part,unit,operation,at,characteristic,value\n"
    data = (head + f"{HOUSING},H1,OP10,2025-11-03 08:00,Höhe,25.0\n").encode("latin-1")
    load(hub, data, msgspec.structs.replace(PLANT, encoding="latin-1"), by="qe-7")
    assert characteristics(hub) == {"Höhe"}
    with pytest.raises(EntryRefused, match="utf-8"):
        look(hub, data, msgspec.structs.replace(PLANT, encoding="utf-8"))


def characteristics(hub: Hub) -> set[str]:
    with hub.store.reading() as connection:
        return {value.characteristic for one in imported_results(connection, "supplier") for value in one.values}


async def test_the_encoding_is_asked_for_at_every_door(hub: Hub, line: Line, tmp_path: Path) -> None:
    data = named_height("Höhe", "latin-1")
    query = {"entered_by": "q7", "operation": "OP10", "encoding": "latin-1"}
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))
        path = "/api/v1/plants/supplier/history/import"
        assert (await client.post(path, content=data, params=query | {"encoding": "ebcdic"})).status_code == 422
        assert (await client.post(path, content=data, params=query)).json()["results"] == 1
    seen = OF_PLANTS["history"].look(hub, "supplier", data, {"operation": "OP10", "encoding": "latin-1"})
    assert (seen.rows, seen.problems) == (1, ())


async def test_over_http(hub: Hub, line: Line, tmp_path: Path) -> None:
    base = "/api/v1/plants/supplier/history"
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))
        looked = await client.post(f"{base}/import", content=FILE, params={"entered_by": "qe-7"})
        assert (looked.status_code, looked.json()["load"]) == (200, "")
        asked = {"entered_by": "qe-7", "dry_run": "false", "note": "from the old system"}
        done = (await client.post(f"{base}/import", content=FILE, params=asked)).json()
        loads = (await client.get(base)).json()
        assert (loads["imported"], loads["loads"][0]["note"]) == (True, "from the old system")
        page = (await client.get(f"{base}/results", params={"limit": 1, "offset": 1})).json()
        assert (page["total"], page["imported"], len(page["results"])) == (4, True, 1)
        told = (await client.get(f"{base}/figures", params={"begin": "2025-11-03T01:30:00Z"})).json()
        assert told["results"] == 1
        asked = {"entered_by": "qe-7", "reason": "test"}
        undone = await client.post(f"{base}/loads/{done['load']}/undo", params=asked)
        assert undone.json()["log_index"] > done["log_indexes"][0]
        assert (await client.get(f"{base}/figures")).json()["results"] == 0


def test_many_results_go_into_several_batches(hub: Hub, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.history.importing.RECORDS_A_BATCH", 10)
    at = datetime(2025, 11, 3, tzinfo=UTC)
    rows = [
        {"part": HOUSING, "unit": f"U{number}", "operation": "OP10", "at": at + timedelta(minutes=number)}
        for number in range(25)
    ]
    assert len(load(hub, workbook_bytes([(HISTORY, rows)]), PLANT, by="qe-7").log_indexes) == 3
    assert figures_of(hub).results == 25
