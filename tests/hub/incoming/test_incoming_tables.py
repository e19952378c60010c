"""Plans, receipts and results as files: what goes out comes back without a difference, by the rules of the forms."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_hub import small_hub
from small_incoming import PART, PLANT, SUPPLIER, Desk, lot, shipped, two_companies, unit

from hub.incoming.inspection_table import INSPECTIONS
from hub.incoming.receipt_table import RECEIPTS
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.ledger.batches import log_size
from hub.tabular.writing import Row, csv_bytes

KINDS = ("plans", "receipts", "inspections")
CHARACTERISTICS = [
    {"name": "look", "aql": "1.0", "double": True},
    {"name": "length", "aql": "2.5", "lower": "9.0", "upper": "11.0", "uom": "mm"},
]
LENGTHS = [f"9.9{place % 10}0" for place in range(35)]


@pytest.fixture
def desk(hub: Hub) -> Desk:
    two_companies(hub)
    return Desk(hub)


async def sent(desk: Desk, kind: str, data: bytes, *, enter: bool = True, by: str = "q1") -> httpx.Response:
    query = {"entered_by": by, "dry_run": str(not enter).lower()}
    path = f"{desk.path}/{kind}/file"
    return await desk.client.post(path, params=query, content=data, headers=desk.headers)


async def taken(desk: Desk, kind: str, data: bytes, *, enter: bool = True) -> dict[str, Any]:
    answer = await sent(desk, kind, data, enter=enter)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def given(desk: Desk, kind: str, form: str = "csv", language: str = "zh") -> bytes:
    query = {"form": form, "language": language}
    answer = await desk.client.get(f"{desk.path}/{kind}/file", params=query, headers=desk.headers)
    assert answer.status_code == 200, answer.text
    return answer.content


def size(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return log_size(connection)


async def some_days(desk: Desk) -> None:
    """What a goods receipt does: two plans, a shipment, a box of units, two samples, a lot that comes back."""
    await desk.plan(characteristics=CHARACTERISTICS)
    await desk.plan(supplier=SUPPLIER, characteristics=CHARACTERISTICS, reduce=True, valid_from="2026-02-01")
    first = await desk.receive({"code": lot("L1"), "quantity": 1000}, unit("S1"), delivery_note="送货单 7")
    await desk.receive({"code": lot("L2"), "quantity": 5}, number="4711")
    lengths = {"name": "length", "values": LENGTHS}
    await desk.inspect(first, lot("L1"), {"name": "look", "found": 2, "found_second": 3}, lengths, minutes=25)
    await desk.inspect(first, lot("L1"), {"name": "look", "found": 0}, lengths, evidence="报告 2")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_goes_out_comes_back_without_a_difference(hub: Hub, desk: Desk, form: str, language: str) -> None:
    await some_days(desk)
    before = size(hub)
    for kind in KINDS:
        report = await taken(desk, kind, await given(desk, kind, form, language))
        assert (report["problems"], report["entries"], report["log_index"]) == ([], 0, None), kind
        assert report["unchanged"] == 2
    assert size(hub) == before


async def test_what_goes_out_makes_the_same_at_another_hub(desk: Desk, tmp_path: Path) -> None:
    await some_days(desk)
    other = small_hub(tmp_path / "other")
    two_companies(other)
    there = Desk(other)
    for kind in KINDS:
        data = await given(desk, kind)
        assert (await taken(there, kind, data, enter=False))["entries"] == 2
        assert (await taken(there, kind, data))["entries"] == 2
        assert (await taken(there, kind, data))["entries"] == 0  # the same file again
        if kind != "inspections":
            assert await given(there, kind) == data
    lots = [one for each in (await there.get("receipts"))["receipts"] for one in each["lots"]]
    judged = {one["item"]: (one["state"], [each["verdict"] for each in one["inspections"]]) for one in lots}
    assert judged[lot("L1")] == ("released", ["rejected", "accepted"])
    other.store.close()


async def test_each_lot_of_a_file_is_judged_by_what_those_above_it_led_to(hub: Hub, desk: Desk) -> None:
    """Two of five rejected: the sixth is inspected in tightened inspection, as if it had been entered alone."""
    await desk.plan()
    names = [f"L{place}" for place in range(6)]
    rows: list[Row] = [
        {"receipt": "R", "supplier": SUPPLIER, "received_on": "2026-03-01", "item": lot(name), "quantity": 1000}
        for name in names
    ]
    await taken(desk, "receipts", csv_bytes(RECEIPTS, rows))
    found = [
        {"receipt": "R", "lot": lot(name), "inspected_on": "2026-03-01", "characteristic": "look", "found": bad}
        for name, bad in zip(names, (5, 0, 5, 0, 0, 2), strict=True)
    ]
    assert (await taken(desk, "inspections", csv_bytes(INSPECTIONS, found)))["entries"] == 6
    (receipt,) = (await desk.get("receipts"))["receipts"]
    assert receipt["number"] == "R"
    results = {one["item"]: one["inspections"][0]["results"][0] for one in receipt["lots"]}
    assert [results[lot(name)]["severity"] for name in names] == [*["normal"] * 3, *["tightened"] * 3]
    assert results[lot("L5")]["accepted"] is False  # 2 of 80, which normal inspection would accept


async def refused(desk: Desk, kind: str, data: bytes) -> list[tuple[int, str]]:
    report = await taken(desk, kind, data, enter=False)
    assert (await sent(desk, kind, data)).status_code == 422
    assert all(one["text"]["zh"] != one["text"]["en"] for one in report["problems"]), report["problems"]
    return [(one["row"], one["column"]) for one in report["problems"]]


async def test_what_a_form_refuses_is_refused_of_the_row_that_says_it(hub: Hub, desk: Desk) -> None:
    await desk.plan()
    receipt = await desk.receive({"code": lot("L1"), "quantity": 100}, unit("S1"), number="4711")
    shipped(hub, "D1", L9="7")
    before = size(hub)

    def came(**row: Any) -> Row:
        return {"receipt": "N", "supplier": SUPPLIER, "received_on": "2026-03-01", "item": lot("L9"), **row}

    def looked(**row: Any) -> Row:
        return {"receipt": receipt, "lot": lot("L1"), "inspected_on": "2026-03-01", "characteristic": "look",
                "found": 0, **row}  # fmt: skip

    for kind, sheet, rows, told in (
        ("receipts", RECEIPTS, [came(supplier="nobody")], [(2, "supplier")]),
        ("receipts", RECEIPTS, [came(shipment="D7")], [(2, "shipment")]),
        ("receipts", RECEIPTS, [came(item=unit("S1"))], [(2, "item")]),
        ("receipts", RECEIPTS, [came(item=unit("S2")), came(receipt="M", item=unit("S2"))], [(3, "item")]),
        ("receipts", RECEIPTS, [came(item=lot("L8"))], [(2, "item")]),
        ("receipts", RECEIPTS, [came(), came(item=unit("S3"), received_on="2026-03-02")], [(3, "received_on")]),
        ("receipts", RECEIPTS, [came(item="what is this")], [(2, "item")]),
        ("receipts", RECEIPTS, [came(receipt="4711")], [(2, "receipt")]),
        ("inspections", INSPECTIONS, [looked(receipt="4712")], [(2, "receipt")]),
        ("inspections", INSPECTIONS, [looked(lot=lot("L2"))], [(2, "lot")]),
        ("inspections", INSPECTIONS, [looked(submission=2)], [(2, "submission")]),
        ("inspections", INSPECTIONS, [looked(found=101)], [(2, "characteristic")]),
        ("inspections", INSPECTIONS, [looked(found=None, value=Decimal(3))], [(2, "characteristic")]),
        ("inspections", INSPECTIONS, [looked(characteristic="smell")], [(2, "lot")]),
        ("inspections", INSPECTIONS, [looked(lot=PART)], [(2, "lot")]),
    ):
        data = csv_bytes(sheet, rows)
        if rows[0].get("lot") == PART:  # units that came singly are judged by their part
            assert (await taken(desk, kind, data, enter=False))["entries"] == 1
        else:
            assert await refused(desk, kind, data) == told, rows
    assert size(hub) == before
    assert (await sent(desk, "receipts", csv_bytes(RECEIPTS, [came()]), by="Zhang San, hall 2")).status_code == 422


async def test_results_that_stand_are_never_changed_by_a_file(hub: Hub, desk: Desk) -> None:
    await desk.plan()
    receipt = await desk.receive({"code": lot("L1"), "quantity": 1000})
    await desk.inspect(receipt, lot("L1"), {"name": "look", "found": 7})
    row = {"receipt": receipt, "lot": lot("L1"), "inspected_on": "2026-03-01", "characteristic": "look"}
    other = csv_bytes(INSPECTIONS, [row | {"submission": 1, "found": 6}])
    assert await refused(desk, "inspections", other) == [(2, "submission")]
    again = csv_bytes(INSPECTIONS, [row | {"submission": 2, "found": 7}])  # sorted out, and again seven
    assert (await taken(desk, "inspections", again))["entries"] == 1
    assert (await taken(desk, "inspections", again))["entries"] == 0
    assert len((await desk.lots(receipt))[lot("L1")]["inspections"]) == 2


@pytest.mark.every_store
async def test_a_number_names_one_receipt_after_a_rebuild_too(hub: Hub, desk: Desk) -> None:
    await desk.receive({"code": lot("L1"), "quantity": 1}, number="4711")
    rebuild(hub)
    assert (await taken(desk, "receipts", await given(desk, "receipts")))["unchanged"] == 1
    answer = await desk.receive({"code": lot("L2"), "quantity": 1}, number="4711", status=422)
    assert "4711" in answer["detail"]


async def test_a_plan_that_is_corrected_is_stated_anew(desk: Desk) -> None:
    await desk.plan()
    data = (await given(desk, "plans", language="en")).replace(b",1.0,", b",0.65,")
    report = await taken(desk, "plans", data)
    assert (len(report["new"]), len(report["changed"])) == (0, 1)
    assert b",0.65," in await given(desk, "plans")
    assert PLANT in desk.path
