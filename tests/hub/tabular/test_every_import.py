"""Every table that the hub takes, against what people send: taken whole, or refused by rows with nothing entered."""

import io
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from openpyxl import Workbook, load_workbook
from small_hub import GTIN, admin_of, client_of, small_agent
from small_master import sheet_of

from hub.cost.sheets import ENTRIES
from hub.history.sheet import HISTORY
from hub.improvement.record_sheets import ACTIONS, BEGUN, CAUSES
from hub.incoming.inspection_table import INSPECTIONS
from hub.incoming.plan_table import PLANS
from hub.incoming.receipt_table import RECEIPTS
from hub.indicator.value_file import VALUES
from hub.knowledge.case_table import PLANT_CASES
from hub.parts import Hub
from hub.requirement.sheets import REQUIREMENTS
from hub.store.ledger.batches import log_size
from hub.tabular.limits import LIMITS
from hub.tabular.sheet import Sheet
from hub.tabular.writing import csv_bytes, workbook_bytes
from hub.target.organisation_file import WHOLE_TARGETS
from hub.target.target_file import TARGETS
from traceability.identifier.item import lot_uri, part_uri, unit_uri

PART, UNIT = part_uri(GTIN), unit_uri(GTIN, "S1")
PLANT, OTHER = "plant-a", "plant-b"
BASE = f"/api/v1/plants/{PLANT}"
DAY = date(2026, 1, 5)
MANY = 100_000
Row = dict[str, Any]


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One route that takes tables: two rows that are right, and what is wrong to put where.

    ``twice``: whether a row that stands twice is refused; entries of money may well be alike. ``most``: rows at most.
    """

    path: str
    sheet: Sheet
    rows: tuple[Row, Row]
    wrong: Mapping[str, str]
    """Column to what is none of its values, as somebody might type it."""
    query: Mapping[str, str] = {}
    before: tuple[tuple[str, Row], ...] = ()
    """What is entered first, by the last part of its path."""
    who: str = "entered_by"
    twice: bool = True


def _plan(table: str, wrong: Mapping[str, str], *rows: Row) -> Import:
    assert len(rows) == 2
    return Import(path="/api/v1/master/import", sheet=sheet_of(table), rows=rows, wrong=wrong, query={"kind": table})


_TARGET = {"metric": "rolled-throughput-yield", "direction": "higher", "value": Decimal("0.9"), "owner": "q7"}
_ASKED = {"customer": "plant-a-company", "supplier": "plant-b-company", "part": PART, "title": "Bolts", "metric": "fpy"}
_IMPROVEMENT = (
    "improvements",
    {"title": "Scratches", "weak_point": {"subject": "OP10"}, "owner": "q7", "number": "V-9", "by": "q7"},
)
_CAME = {"supplier": f"{OTHER}-company", "received_on": DAY}
_JUDGED = {"receipt": "4711", "inspected_on": DAY, "characteristic": "外观", "found": 0}
_LOTS = [{"code": lot_uri(GTIN, name), "quantity": 200} for name in ("L1", "L2")]
IMPORTS = {
    "incoming plans": Import(
        path=f"{BASE}/incoming/plans/file", sheet=PLANS,
        wrong={"aql": "low", "valid_from": "soon", "level": "IX", "sample": "-3"},
        rows=(
            {"part": PART, "supplier": f"{OTHER}-company", "valid_from": DAY, "characteristic": "外观",
             "aql": Decimal("1.0"), "level": "II", "double": True, "reduce": True},
            {"part": PART, "valid_from": DAY, "characteristic": "bore", "aql": Decimal("2.5"), "lower": Decimal("24.9"),
             "upper": Decimal("25.1"), "uom": "mm"},
        ),
    ),
    "goods receipts": Import(
        path=f"{BASE}/incoming/receipts/file", sheet=RECEIPTS,
        wrong={"quantity": "a few", "received_on": "2026-02-30"},
        rows=({"receipt": "4711", "delivery_note": "送货单 9", "item": lot_uri(GTIN, "L1"), "quantity": 50, **_CAME},
              {"receipt": "4712", "item": lot_uri(GTIN, "L2"), "quantity": 7, **_CAME}),
    ),
    "incoming inspections": Import(
        path=f"{BASE}/incoming/inspections/file", sheet=INSPECTIONS,
        wrong={"found": "none", "inspected_on": "yesterday", "value": "wide"},
        rows=({"lot": lot_uri(GTIN, "L1"), "evidence": "报告 3", **_JUDGED}, {"lot": lot_uri(GTIN, "L2"), **_JUDGED}),
        before=(
            ("incoming/plans", {"part": PART, "valid_from": "2026-01-01", "entered_by": "q7",
                                "characteristics": [{"name": "外观", "aql": "1.0"}]}),
            ("incoming/receipts", {"number": "4711", "supplier": f"{OTHER}-company", "received_on": "2026-01-04",
                                   "items": _LOTS, "entered_by": "q7"}),
        ),
    ),
    "master parts": _plan(
        "part", {"valid_from": "soon"},
        {"part": GTIN, "name": "Housing", "name_zh": "壳体", "valid_from": DAY},
        {"part": "4012345000023", "name": "Screw", "name_zh": "螺钉", "valid_from": DAY},
    ),
    "master cost rates": _plan(
        "cost-rate", {"amount": "twelve", "rate": "guess"},
        {"plant": PLANT, "rate": "scrap", "part": GTIN, "amount": Decimal("12.5"), "valid_from": DAY},
        {"plant": PLANT, "rate": "rework", "part": GTIN, "amount": Decimal(3), "valid_from": DAY},
    ),
    "requirements": Import(
        path="/api/v1/requirements/file", sheet=REQUIREMENTS, who="by",
        wrong={"target": "high", "metric": "beauty", "valid_from": "32.1.2026", "days": "-3"},
        rows=(
            {**_ASKED, "indicator": "直通率", "target": Decimal("0.98"), "days": 90, "valid_from": DAY},
            {**_ASKED, "indicator": "again", "target": Decimal("0.9"), "operation": "OP10", "valid_from": DAY},
        ),
    ),
    "costs": Import(
        path=f"{BASE}/costs/file", sheet=ENTRIES, twice=False,
        wrong={"amount": "a lot", "activity": "party", "accrued_on": "2026-02-30"},
        rows=(
            {"activity": "audit", "amount": Decimal("100.10"), "accrued_on": DAY, "evidence": "凭证 9"},
            {"activity": "training", "amount": Decimal(5), "accrued_on": DAY, "evidence": "V-10"},
        ),
    ),
    "improvements": Import(
        path=f"{BASE}/improvements/records/file", sheet=BEGUN,
        wrong={"value": "high", "by_when": "soon", "metric": "beauty", "n": "many"},
        rows=(
            {"improvement": "V-1", "title": "Fewer scratches", "kind": "operation", "subject": "OP10: 划痕", "n": 800,
             "owner": "q7", "metric": "first-pass-yield", "operation": "OP10", "direction": "up",
             "value": Decimal("0.97"), "by_when": DAY},
            {"improvement": "V-2", "title": "Torque", "subject": "spread", "owner": "q8"},
        ),
    ),
    "causes of improvements": Import(
        path=f"{BASE}/improvements/records/file", sheet=CAUSES, query={"table": CAUSES.name},
        wrong={"state": "sure", "area": "moon", "method": "guess"},
        rows=({"improvement": "V-9", "cause": "c1", "text": "刀具磨损", "evidence": "chart 7", "area": "machine"},
              {"improvement": "V-9", "cause": "c2", "text": "no plan", "evidence": "log", "why_of": "c1"}),
        before=(_IMPROVEMENT,),
    ),
    "actions of improvements": Import(
        path=f"{BASE}/improvements/records/file", sheet=ACTIONS, query={"table": ACTIONS.name},
        wrong={"due": "tomorrow", "kind": "nice", "state": "nearly"},
        rows=({"improvement": "V-9", "action": "a1", "text": "换刀", "owner": "q8", "due": DAY},
              {"improvement": "V-9", "action": "a2", "text": "plan", "owner": "q8", "due": DAY, "kind": "preventive"}),
        before=(_IMPROVEMENT,),
    ),
    "knowledge": Import(
        path=f"{BASE}/knowledge/file", sheet=PLANT_CASES, wrong={"best_case": "perhaps", "withdrawn": "2"},
        rows=(
            {"case": "K-1", "title": "Worn tool", "cause": "刀具磨损", "action": "change it", "evidence": "chart 7",
             "part": PART, "best_case": True},
            {"case": "K-2", "title": "Torque", "cause": "oil", "action": "clean", "evidence": "报告 3"},
        ),
    ),
    "indicator values": Import(
        path=f"{BASE}/indicators/values/file", sheet=VALUES,
        wrong={"value": "good", "first": "yesterday", "indicator": "nobody's"},
        rows=(
            {"indicator": "satisfaction", "first": date(2025, 7, 1), "last": date(2025, 9, 30), "value": Decimal(81),
             "evidence": "调查"},
            {"indicator": "satisfaction", "first": date(2025, 10, 1), "last": date(2025, 12, 31), "value": Decimal(84),
             "evidence": "survey"},
        ),
    ),
    "targets": Import(
        path=f"{BASE}/targets/file", sheet=TARGETS,
        wrong={"value": "best", "metric": "beauty", "first": "soon", "days": "1.5"},
        rows=({"id": "rty", "name": "直通率", "first": DAY, **_TARGET},
              {"id": "op", "parent": "rty", "operation": "OP10", "first": DAY, **_TARGET}),
    ),
    "targets of an organisation": Import(
        path=f"/api/v1/organisations/{PLANT}-company/targets/file", sheet=WHOLE_TARGETS,
        wrong={"value": "best", "metric": "beauty", "first": "soon", "days": "1.5"},
        rows=({"id": "rty", "name": "直通率", "first": DAY, **_TARGET},
              {"id": "op", "operation": "OP10", "first": DAY, **_TARGET}),
    ),
    "history": Import(
        path=f"{BASE}/history/import", sheet=HISTORY,
        wrong={"at": "at noon", "verdict": "nice", "value": "wide"},
        rows=(
            {"part": GTIN, "unit": "H1", "operation": "OP10", "at": "2025-11-03 08:00", "verdict": "合格",
             "characteristic": "bore", "value": Decimal("25.001"), "uom": "mm"},
            {"part": GTIN, "unit": "H2", "operation": "OP10", "at": "2025-11-03 08:05", "verdict": "NOT_OK"},
        ),
    ),
}  # fmt: skip


class Door:
    """Sends tables of one kind, and knows whether anything was entered."""

    def __init__(self, hub: Hub, client: httpx.AsyncClient, taken: Import) -> None:
        self.hub, self.client, self.taken = hub, client, taken

    async def send(self, data: bytes, *, dry_run: bool) -> httpx.Response:
        query = {self.taken.who: "q7", "dry_run": str(dry_run).lower(), **self.taken.query}
        return await self.client.post(self.taken.path, params=query, content=data)

    async def takes(self, data: bytes) -> None:
        before = self.size
        answer = await self.send(data, dry_run=False)
        assert answer.status_code == 200, answer.text
        assert self.size > before

    async def refuses(self, data: bytes) -> list[dict[str, Any]]:
        """What a dry run lists; entering is refused, and nothing of the file is entered."""
        before = self.size
        looked = await self.send(data, dry_run=True)
        assert looked.status_code == 200, looked.text
        problems = looked.json()["problems"]
        assert problems
        assert all(one["text"]["en"] and one["text"]["zh"] for one in problems)
        entered = await self.send(data, dry_run=False)
        assert (entered.status_code, entered.headers["content-type"]) == (422, "application/problem+json")
        assert "nothing was entered" in entered.json()["detail"]
        assert self.size == before
        return list(problems)

    @property
    def size(self) -> int:
        return size_of(self.hub)


def size_of(hub: Hub) -> int:
    """Batches in its log."""
    with hub.store.reading() as connection:
        return log_size(connection)


@pytest.fixture(params=IMPORTS, ids=str)
async def door(hub: Hub, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    for plant in (PLANT, OTHER):
        small_agent(hub, f"{plant}.line-1", plant)
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))
        series = {"id": "satisfaction", "name": "Satisfaction", "owner": "q7", "source": "survey", "entered_by": "q7"}
        assert (await client.post(f"{BASE}/indicators", json=series)).status_code == 201
        for path, form in IMPORTS[request.param].before:
            answer = await client.post(f"{BASE}/{path}", json=form)
            assert answer.status_code == 201, answer.text
        yield Door(hub, client, IMPORTS[request.param])


def book_of(taken: Import, change: Callable[[Any], None]) -> bytes:
    """The right rows as a workbook, and then ``change`` to its only sheet."""
    book: Workbook = load_workbook(io.BytesIO(workbook_bytes([(taken.sheet, list(taken.rows))], "en")))
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def place_of(taken: Import, column: str) -> int:
    """Its column in a file, from 1."""
    return [one.name for one in taken.sheet.columns].index(column) + 1


@pytest.mark.parametrize("form", ["xlsx", "utf-8", "gb18030"])
async def test_what_is_right_is_taken_in_every_form(door: Door, form: str) -> None:
    rows = list(door.taken.rows)
    if form == "xlsx":
        await door.takes(workbook_bytes([(door.taken.sheet, rows)], "zh"))
    else:
        await door.takes(csv_bytes(door.taken.sheet, rows, "zh").decode("utf-8-sig").encode(form))


async def test_a_merged_cell_is_told_and_nothing_is_entered(door: Door) -> None:
    problems = await door.refuses(book_of(door.taken, lambda sheet: sheet.merge_cells("A2:A3")))
    assert any(one["row"] == 2 and "A2:A3" in one["text"]["en"] for one in problems)


async def test_a_formula_is_told_and_nothing_is_entered(door: Door) -> None:
    column = next(iter(door.taken.wrong))

    def computed(sheet: Any) -> None:
        sheet.cell(3, place_of(door.taken, column), "=1+1")

    problems = await door.refuses(book_of(door.taken, computed))
    assert [(one["row"], one["column"], "=1+1" in one["text"]["en"]) for one in problems] == [(3, column, True)]


async def test_what_is_no_value_of_its_column_is_told_by_row_and_column(door: Door) -> None:
    first, second = door.taken.rows
    for column, text in door.taken.wrong.items():
        problems = await door.refuses(csv_of(door.taken, [first, {**second, column: text}]))
        assert (3, column) in {(one["row"], one["column"]) for one in problems}, (column, problems)


async def test_a_row_that_stands_twice_is_told_where_it_may_not(door: Door) -> None:
    first, second = door.taken.rows
    data = csv_of(door.taken, [first, second, first])
    if door.taken.twice:
        assert {one["row"] for one in await door.refuses(data)} == {4}
    else:
        await door.takes(data)


async def test_what_is_left_out_or_unknown_is_told(door: Door) -> None:
    needed = next(column.name for column in door.taken.sheet.columns if column.needed)
    without = [{name: cell for name, cell in row.items() if name != needed} for row in door.taken.rows]
    assert {(one["row"], one["column"]) for one in await door.refuses(csv_of(door.taken, without))} >= {(2, needed)}
    heading = csv_of(door.taken, list(door.taken.rows)).replace(b"\r\n", b",moon\r\n", 1)
    assert any("moon" in str(one) for one in await door.refuses(heading))


async def test_a_hundred_thousand_wrong_rows_are_answered_shortly(door: Door) -> None:
    """Problems are listed up to a number, and reading stops there."""
    column, text = next(iter(door.taken.wrong.items()))
    head, first, *_ = csv_of(door.taken, [{**door.taken.rows[0], column: text}]).splitlines(keepends=True)
    answer = await door.send(head + first * MANY, dry_run=True)
    assert answer.status_code == 200, answer.text
    problems = await door.refuses(head + first * MANY)
    assert LIMITS.problems <= len(problems) <= LIMITS.problems + 2


def _changed(name: str, *changes: Row) -> list[Row]:
    """The right rows of an import, changed one by one."""
    return [row | change for row, change in zip(IMPORTS[name].rows, changes, strict=True)]


AGAINST_EACH_OTHER: list[tuple[str, list[Row], set[int]]] = [
    ("indicator values", _changed("indicator values", {}, {"first": date(2025, 9, 30)}), {3}),
    ("indicator values", _changed("indicator values", {"last": date(2025, 6, 30)}, {}), {2}),
    ("targets", _changed("targets", {"parent": "op"}, {}), {2, 3}),
    ("targets", _changed("targets", {}, {"parent": "nobody"}), {3}),
    ("targets", _changed("targets", {}, {"last": date(2026, 1, 4)}), {3}),
    ("costs", _changed("costs", {}, {"accrued_until": date(2026, 1, 4)}), {3}),
    ("requirements", _changed("requirements", {}, {"valid_from": date(2026, 2, 1)}), {2}),
    ("requirements", _changed("requirements", *2 * [{"valid_to": date(2026, 1, 4)}]), {2}),
    ("requirements", _changed("requirements", {}, {"part": "nothing"}), {3}),
    ("master parts", _changed("master parts", {}, {"valid_to": date(2026, 1, 4)}), {3}),
    (
        "master parts",
        _changed("master parts", {"valid_to": date(2026, 3, 1)}, {"part": GTIN, "valid_from": date(2026, 2, 1)}),
        {3},
    ),
]


@pytest.mark.parametrize(
    ("door", "rows", "told"), AGAINST_EACH_OTHER, indirect=["door"], ids=[name for name, *_ in AGAINST_EACH_OTHER]
)
async def test_rows_that_contradict_themselves_or_each_other_are_told(
    door: Door, rows: list[Row], told: set[int]
) -> None:
    """Periods that overlap or end before they begin, circles, and what is named and not there."""
    problems = await door.refuses(csv_of(door.taken, rows))
    assert {one["row"] for one in problems} & told, problems
    assert {one["row"] for one in problems} <= {2, 3}


TYPED = {
    "losses": ("item,amount,date\n{},{},2026-01-05\n", ("scrap", "100.10"), ("scrap", "a lot"), "amount"),
    "lot-inspections": (
        "part,operation,lot,size,sample,defective,accepted,inspected_on\n"
        + GTIN
        + ",OP10,L{},100,{},0,yes,2026-01-05\n",
        ("1", "20"), ("1", "some"), "sample",
    ),
    "field-returns": (
        "part,cohort,shipped,returned,as_of\n" + GTIN + ",2025-11,{},{},2026-01-05\n",
        ("100", "1"), ("100", "few"), "returned",
    ),
    "field-failures": ("claim,unit,date\n{}," + UNIT + ",{}\n", ("K1", "2026-01-05"), ("K1", "2026-02-30"), "date"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TYPED)
async def test_tables_that_are_read_as_somebody_typed_them(hub: Hub, kind: str) -> None:
    text, right, wrong, column = TYPED[kind]
    small_agent(hub, f"{PLANT}.line-1", PLANT)
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))

        async def send(data: bytes, **query: str) -> httpx.Response:
            query |= {"entered_by": "q7"}
            return await client.post(f"{BASE}/{kind}/file", params=query, content=data)

        head, row = text.splitlines(keepends=True)
        mixed = (head + row.format(*right) + row.format(*wrong)).encode("gb18030")
        looked = await send(mixed, dry_run="true")
        assert {(one["row"], one["column"]) for one in looked.json()["problems"]} == {(3, column)}
        before = size_of(hub)
        merged = typed_book(head, row.format(*right), lambda sheet: sheet.merge_cells("A2:A3"))
        computed = typed_book(head, row.format(*right), lambda sheet: sheet.cell(2, 2, "=1+1"))
        for odd in (merged, computed):
            assert {one["row"] for one in (await send(odd, dry_run="true")).json()["problems"]} == {2}
        for refused in (mixed, merged, computed, workbook_bytes([(ENTRIES, [])], "en"), b"\xff\xfe\x00\x81"):
            answer = await send(refused)
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        many = (head + row.format(*wrong) * MANY).encode()
        assert len((await send(many, dry_run="true")).json()["problems"]) < 500
        assert size_of(hub) == before
        assert (await send((head + row.format(*right)).encode("gb18030"))).is_success
        entered = size_of(hub)
        assert entered > before
        other = row.format(*right).replace("K1", "K2").replace("L1", "L2").replace("2025-11", "2025-10")
        book = typed_book(head, other, lambda _: None)
        answer = await send(book)
        assert answer.is_success, answer.text
        assert answer.json()["encoding"] == "xlsx"
        assert size_of(hub) > entered


def typed_book(head: str, row: str, change: Callable[[Any], Any]) -> bytes:
    """The same as a workbook, numbers and days as a spreadsheet keeps them."""
    book = Workbook()
    book.active.append(head.strip().split(","))
    book.active.append([_kept(cell) for cell in row.strip().split(",")])
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _kept(text: str) -> object:
    if text == "2026-01-05":
        return DAY
    return float(text) if text.replace(".", "").isdigit() and len(text) < 10 else text


async def test_what_is_no_table_is_refused(door: Door) -> None:
    for data in (b"\xff\xfe\x00\x81", b"PK\x03\x04 no workbook", b"\x89PNG\r\n\x1a\n"):
        answer = await door.send(data, dry_run=False)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), data


def csv_of(taken: Import, rows: list[Row]) -> bytes:
    """Cells as somebody typed them, whatever belongs there."""
    texts = [[str(row.get(column.name, "")) for column in taken.sheet.columns] for row in rows]
    names = [column.name for column in taken.sheet.columns]
    return "".join(",".join(cells) + "\r\n" for cells in [names, *texts]).encode()
