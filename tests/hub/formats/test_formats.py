"""Values leave as CSV, Parquet and AQDEF, open in other programs' libraries, and come back as the same values."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from small_chain import HOUSING, Chain, housing, small_chain
from small_hub import START, client_of, small_hub

from hub.formats.csv_lines import row_text
from hub.formats.table import COLUMNS
from hub.parts import Hub
from hub.tabular.harmless import as_meant, harmless
from traceability.aqdef.reading import read_aqdef
from traceability.identifier.item import part_uri

VALUES = "/api/v1/plants/supplier/values"
STUDY = "/api/v1/values/study"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """60 bores; the serial of one begins like a formula."""
    hub = small_hub(tmp_path_factory.mktemp("formats") / "hub")
    made = small_chain(hub)
    for number in range(60):
        made.make_housing(f"H{number}", 25_000 + (number * 7) % 11 - 5)
    made.make_housing("-1+1", 25_001)
    made.build_machine("M1", "H1")
    made.send()
    yield made
    hub.store.close()


async def taken(hub: Hub, status: int = 200, **query: Any) -> bytes:
    async with client_of(hub) as client:
        answer = await client.get(VALUES, params=query)
    assert answer.status_code == status, answer.text
    return answer.content


async def studied(hub: Hub, content: bytes, status: int = 200, **query: Any) -> Any:
    async with client_of(hub) as client:
        headers = {"Content-Type": "application/octet-stream"}
        answer = await client.post(STUDY, content=content, params=query, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_csv_opens_with_its_columns(chain: Chain) -> None:
    content = await taken(chain.hub)
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 61
    first = rows[0]
    assert (first["unit"], first["characteristic"], first["value_text"], first["uom"]) == (
        housing("H0"),
        "bore",
        "24.995",
        "mm",
    )
    assert (float(first["value"]), float(first["lsl"]), float(first["usl"])) == (24.995, 24.98, 25.02)
    assert datetime.fromisoformat(first["event_time"]).tzinfo is not None
    marked = await taken(chain.hub, bom=True)
    assert marked == b"\xef\xbb\xbf" + content


async def test_parquet_opens_with_its_types(chain: Chain) -> None:
    table = parquet.read_table(io.BytesIO(await taken(chain.hub, format="parquet")))
    assert tuple(table.column_names) == COLUMNS
    kinds = {"attempt": pa.int64(), "event_time": pa.timestamp("us", tz="UTC")}
    kinds |= dict.fromkeys(("value", "lsl", "target", "usl"), pa.float64())
    assert {field.name: field.type for field in table.schema} == {
        name: kinds.get(name, pa.string()) for name in COLUMNS
    }
    rows = table.to_pylist()
    assert (rows[0]["value"], rows[0]["value_text"], rows[0]["attempt"]) == (24.995, "24.995", 1)
    assert rows[0]["event_time"].astimezone(UTC) > START
    plain = list(csv.DictReader(io.StringIO((await taken(chain.hub)).decode(), newline="")))
    assert [row["value_text"] for row in rows] == [row["value_text"] for row in plain]


async def test_aqdef_is_read_by_what_watches_folders(chain: Chain) -> None:
    whole = await taken(chain.hub, format="dfq")
    file = read_aqdef(whole, "utf-8")
    (described,) = file.description.characteristics
    assert file.description.part == {"K1001": HOUSING, "K1002": "Housing"}
    assert described == {
        "K2001": "bore", "K2002": "bore diameter", "K2004": "0", "K2022": "3", "K2101": "25.000",
        "K2110": "24.980", "K2111": "25.020", "K2142": "mm",
    }  # fmt: skip
    assert len(file.parts) == 61
    assert file.parts[0][0]["K0001"] == "24.995"
    assert file.parts[0][0]["K0014"] == housing("H0")
    local = (START + timedelta(hours=8)).strftime("%d.%m.%Y")  # the plant lives in Shanghai
    assert file.parts[0][0]["K0004"].startswith(local)
    head, values = (await taken(chain.hub, format="dfd"), await taken(chain.hub, format="dfx"))
    assert head + values == whole
    assert read_aqdef(values, "utf-8", head) == file


async def test_every_format_comes_back_to_the_same_figures(chain: Chain) -> None:
    studies = []
    for name in ("csv", "parquet", "dfq"):
        (found,) = (await studied(chain.hub, await taken(chain.hub, format=name), format=name))["characteristics"]
        assert (found["characteristic"], found["uom"], found["values"], found["reason"]) == ("bore", "mm", 61, "")
        studies.append(found["study"])
    assert studies[0] == studies[1] == studies[2]
    assert studies[0]["n"] == 61
    assert studies[0]["ppk"]["value"] > 1


async def test_only_what_is_asked_for(chain: Chain) -> None:
    assert len((await taken(chain.hub, part=part_uri(HOUSING), operation="OP10", characteristic="bore")).split()) > 60
    for query in ({"operation": "OP20"}, {"characteristic": "depth"}, {"end": "2020-01-01T00:00:00Z"}):
        assert (await taken(chain.hub, **query)).count(b"\n") == 1  # the header
    assert b"AQDEF holds one" in await taken(chain.hub, 422, format="dfq", operation="OP20")
    assert b"part" in await taken(chain.hub, 422, part="what")


async def test_values_in_two_units_of_measure_are_converted_or_refused(chain: Chain) -> None:
    rows = "".join(f"bore,{25 + number / 100:.2f},mm\nbore,{2.5 + number / 1000:.3f},cm\n" for number in range(30))
    head = "characteristic,value,uom\n"
    limits = head.replace("uom", "uom,lsl,usl")
    (found,) = (await studied(chain.hub, (head + rows).encode(), format="csv"))["characteristics"]
    assert (found["uom"], found["values"], found["reason"]) == ("mm", 60, "no-limits")
    (found,) = (await studied(chain.hub, (head + rows + "bore,3,kg\n").encode(), format="csv"))["characteristics"]
    assert (found["study"], found["reason"]) == (None, "not-one-characteristic")
    assert "'kg'" in found["detail"]
    (found,) = (await studied(chain.hub, (limits + "b,1,mm,0,2\nb,2,cm,0,2\n").encode(), format="csv"))[
        "characteristics"
    ]
    assert "limits don't say" in found["detail"]


@pytest.mark.parametrize(
    ("content", "file_format", "word"),
    [
        (b"a,b\n1,2\n", "csv", "'characteristic' is missing"),
        (b"characteristic,value\nx,many\n", "csv", "row 2, value"),
        (b"characteristic,value\nx,inf\n", "csv", "no measured value"),
        (b"characteristic,value\n", "csv", "holds no values"),
        (b"PAR1 and no more", "parquet", "Parquet"),
        (b"K0100 1\r\nKaputt\r\n", "dfq", "line 2"),
        (b"\xff\xfe", "csv", "neither UTF-8 nor GB18030"),
    ],
)
async def test_what_is_no_such_file(chain: Chain, content: bytes, file_format: str, word: str) -> None:
    assert word in (await studied(chain.hub, content, 422, format=file_format))["detail"]


async def test_limits_that_differ_or_are_reversed_give_no_figure(chain: Chain) -> None:
    head = "characteristic,value,lsl,usl\n"
    for rows, word in (("x,1,0,2\nx,2,0,3\n", "several values of usl"), ("x,1,2,0\nx,2,2,0\n", "lower 2")):
        (found,) = (await studied(chain.hub, (head + rows).encode(), format="csv"))["characteristics"]
        assert found["study"] is None
        assert word in found["detail"]


async def test_missing_values_of_other_programs_do_not_count(chain: Chain) -> None:
    content = "characteristic,value,status\nx,NaN,Good\nx,,Good\nx,1,Bad\nx,2,Good\nx,3,\n"
    (found,) = (await studied(chain.hub, content.encode(), format="csv"))["characteristics"]
    assert (found["values"], found["left_out"]) == (2, 3)


@given(st.text(max_size=20))
def test_no_cell_is_a_formula_and_all_come_back(text: str) -> None:
    safe = harmless(text)
    assert as_meant(safe) == text
    if safe[:1] in ("=", "+", "@", "\t", "\r", "\n"):
        pytest.fail(safe)
    if safe.startswith("-"):
        Decimal(safe)
    (row,) = csv.reader(io.StringIO(row_text([text, "x"]), newline=""))
    assert [as_meant(cell) for cell in row] == [text, "x"]


def test_a_formula_in_a_serial_stays_text() -> None:
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert harmless("-1+1") == "'-1+1"
    assert (harmless("-1.5"), harmless("-1e-07"), harmless("B7")) == ("-1.5", "-1e-07", "B7")
