"""Goods come, are compared with what the supplier recorded, inspected, held and released."""

import pytest
from small_hub import GTIN, client_of, projection_of, small_agent
from small_incoming import BOLT, CUSTOMER, PLANT, SUPPLIER, TODAY, Desk, lot, shipped, two_companies, unit

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.projection.rebuild import rebuild
from traceability.identifier.item import part_uri, unit_uri


@pytest.fixture
def agents(hub):
    return two_companies(hub)


@pytest.fixture
def desk(hub, agents):
    return Desk(hub)


def holds(hub):
    """The last state of every hold, by what it is on."""
    rows = sorted(projection_of(hub)["hold_order"], key=lambda row: (row["batch_id"], row["line"]))
    return {row["target"]: row["state"] for row in rows}


async def test_a_lot_is_held_until_it_is_accepted(hub, desk):
    await desk.plan()
    receipt = await desk.receive({"code": f"]d201{BOLT}10L7", "quantity": 1000})
    assert holds(hub) == {lot("L7"): "placed"}
    waiting = (await desk.lots(receipt))[lot("L7")]
    (due,) = waiting["due"]
    assert (waiting["state"], due["letter"], due["sample"], due["accept"]) == ("quarantine", "J", 80, 2)
    await desk.inspect(receipt, lot("L7"), {"name": "look", "found": 2})
    assert holds(hub) == {lot("L7"): "released"}
    judged = (await desk.lots(receipt))[lot("L7")]
    assert judged["state"] == "released"
    (inspection,) = judged["inspections"]
    assert (inspection["verdict"], inspection["results"][0]["gain"]) == ("accepted", 0)


async def test_a_rejected_lot_stays_held_until_somebody_decides(hub, desk):
    await desk.plan()
    receipt = await desk.receive({"code": lot("L7"), "quantity": 1000})
    await desk.inspect(receipt, lot("L7"), {"name": "look", "found": 3})
    assert (await desk.lots(receipt))[lot("L7")]["state"] == "rejected"
    assert holds(hub) == {lot("L7"): "placed"}
    await desk.decide(receipt, lot("L7"), "concession")
    assert holds(hub) == {lot("L7"): "released"}
    await desk.decide(receipt, lot("L7"), "concession", status=422)
    await desk.decide(receipt, lot("L7"), "quarantine")
    assert holds(hub) == {lot("L7"): "placed"}
    await desk.decide(receipt, lot("L7"), "return")
    assert holds(hub) == {lot("L7"): "placed"}
    await desk.inspect(receipt, lot("L7"), status=422)
    assert (await desk.lots(receipt))[lot("L7")]["state"] == "returned"


async def test_a_hold_placed_again_is_released_with_the_first(hub, desk):
    await desk.plan()
    receipt = await desk.receive(unit("S1"), unit("S2"))
    part = part_uri(BOLT)
    await desk.inspect(receipt, part)
    await desk.decide(receipt, part, "quarantine")
    await desk.decide(receipt, part, "concession")
    assert holds(hub) == {unit("S1"): "released", unit("S2"): "released"}
    names = {}
    for row in sorted(projection_of(hub)["hold_order"], key=lambda row: (row["batch_id"], row["line"])):
        names[row["id"]] = row["state"], row["target"]
    assert {state for state, _ in names.values()} == {"released"}
    assert len(names) == 4


async def test_the_delivery_is_compared_with_the_suppliers_own_record(hub, desk):
    shipped(hub, "D1", L1="500", L2="200", L3=None)
    (one,) = (await desk.get("expected"))["shipments"]
    assert (one["id"], one["supplier"], len(one["items"]), one["received"]) == ("D1", SUPPLIER, 3, 0)
    other = unit_uri(GTIN, "X")
    receipt = await desk.receive(
        lot("L1"), {"code": lot("L2"), "quantity": 150}, {"code": lot("L9"), "quantity": 5}, other, shipment="D1"
    )
    view = await desk.get(f"receipts/{receipt}")
    matches = {item["item"]: item["match"] for each in view["lots"] for item in each["items"]}
    assert matches == {lot("L1"): "listed", lot("L2"): "other-quantity", lot("L9"): "surplus", other: "unknown"}
    assert view["missing"] == [lot("L3")]
    assert {each["size"] for each in view["lots"] if each["item"] == lot("L1")} == {500}
    (again,) = (await desk.get("expected"))["shipments"]
    assert again["received"] == 2
    refused = await desk.receive(lot("L3"), status=422)
    assert "how many" in refused["detail"]
    await desk.receive({"code": lot("L3"), "quantity": 1}, shipment="D1")
    assert (await desk.get("expected"))["shipments"] == []
    assert len((await desk.get("expected", all_of_them=True))["shipments"]) == 1
    assert "recorded no shipment" in (await desk.receive(lot("L1"), shipment="D2", status=422))["detail"]


async def test_what_cannot_be_received_is_refused_and_nothing_is_entered(hub, desk):
    before = projection_of(hub)
    for code, said in [
        ("not a code", "no Digital Link"),
        (part_uri(BOLT), "neither lot, unit nor box"),
        (f"]d201{BOLT}10L7\x1d0109506000134352", "code"),
        ("]d20012345600012345678", ""),
    ]:
        answer = await desk.receive({"code": lot("L1"), "quantity": 1}, code, status=422)
        assert said in answer["detail"] + answer["title"]
    assert "twice" in (await desk.receive(unit("S1"), unit("S1"), status=422))["detail"]
    assert "one unit" in (await desk.receive({"code": unit("S1"), "quantity": 2}, status=422))["detail"]
    assert "no organisation" in (await desk.receive(unit("S1"), supplier="nobody", status=422))["detail"]
    assert "pseudonymous" in (await desk.receive(unit("S1"), entered_by="Li Lei", status=422))["detail"]
    assert projection_of(hub) == before


async def test_a_serial_comes_once_unless_it_went_back(desk):
    await desk.plan()
    receipt = await desk.receive(unit("S1"))
    assert receipt in (await desk.receive(unit("S1"), status=422))["detail"]
    await desk.decide(receipt, part_uri(BOLT), "return")
    await desk.receive(unit("S1"))


async def test_units_of_a_part_are_judged_together(desk):
    await desk.plan(characteristics=[{"name": "look", "aql": "4.0", "level": "S-1"}])
    receipt = await desk.receive(*[unit(f"S{number}") for number in range(60)])
    (one,) = (await desk.lots(receipt)).values()
    assert (one["item"], one["size"], one["due"][0]["sample"], one["due"][0]["method"]) == (
        part_uri(BOLT), 60, 3, "single",
    )  # fmt: skip


async def test_measured_characteristics_and_double_plans(desk):
    await desk.plan(
        characteristics=[
            {"name": "length", "aql": "2.5", "lower": "9.0", "upper": "11.0", "uom": "mm", "level": "I"},
            {"name": "look", "aql": "1.0", "double": True},
        ]
    )
    receipt = await desk.receive({"code": lot("L1"), "quantity": 1000})
    due = {one["name"]: one for one in (await desk.lots(receipt))[lot("L1")]["due"]}
    assert (due["length"]["method"], due["length"]["sample"], due["length"]["derived"]) == ("variables", 18, True)
    assert (due["look"]["method"], due["look"]["sample"], due["look"]["second"]) == ("double", 50, 50)
    values = [f"{9.9 + 0.02 * (number % 9):.2f}" for number in range(18)]
    length = {"name": "length", "values": values}
    refused = await desk.inspect(receipt, lot("L1"), length, {"name": "look", "found": 1}, status=422)
    assert "second sample" in refused["detail"]
    short = await desk.inspect(
        receipt, lot("L1"), {"name": "length", "values": values[:5]}, {"name": "look", "found": 0}, status=422
    )
    assert "asks for 18" in short["detail"]
    await desk.inspect(receipt, lot("L1"), length, {"name": "look", "found": 1, "found_second": 3})
    (inspection,) = (await desk.lots(receipt))[lot("L1")]["inspections"]
    found = {one["name"]: one for one in inspection["results"]}
    assert (inspection["verdict"], found["length"]["accepted"], found["look"]["accepted"]) == ("rejected", True, False)
    assert found["look"]["sample"] == 100


async def test_two_rejected_lots_tighten_and_five_more_stop(desk):
    await desk.plan()
    assert await desk.one_lot("A1", 3) == "rejected"
    assert await desk.one_lot("A2", 3) == "rejected"
    (one,) = (await desk.get("supplies"))["supplies"]
    assert one["switching"][0]["severity"] == "tightened"
    receipt = await desk.receive({"code": lot("A3"), "quantity": 1000})
    assert (await desk.lots(receipt))[lot("A3")]["due"][0]["accept"] == 1
    for number in range(5):
        await desk.one_lot(f"B{number}", 2)
    assert "discontinued" in (await desk.inspect(receipt, lot("A3"), status=422))["detail"]
    form = {"supplier": SUPPLIER, "part": part_uri(BOLT), "decided_on": TODAY.isoformat(), "entered_by": "q1"}
    await desk.post("decisions", decision="resume", reason="new tool", **form)
    await desk.inspect(receipt, lot("A3"))
    refused = await desk.post("decisions", 422, decision="reduce", reason="steady", **form)
    assert "nothing changes" in refused["detail"]


async def test_ten_good_lots_reduce_where_that_is_agreed(desk):
    await desk.plan(reduce=True)
    for number in range(10):
        await desk.one_lot(f"G{number}", 0)
    (one,) = (await desk.get("supplies"))["supplies"]
    assert (one["switching"][0]["severity"], one["accepted"], one["ppm"]) == ("reduced", 10, 0.0)
    receipt = await desk.receive({"code": lot("H"), "quantity": 1000})
    assert (await desk.lots(receipt))[lot("H")]["due"][0]["sample"] == 32


async def test_without_a_plan_nothing_is_held_and_nothing_can_be_judged(hub, desk):
    receipt = await desk.receive({"code": lot("L1"), "quantity": 10})
    assert (await desk.lots(receipt))[lot("L1")]["state"] == "not-agreed"
    assert holds(hub) == {}
    assert "no inspection is agreed" in (await desk.inspect(receipt, lot("L1"), status=422))["detail"]


async def test_the_suppliers_own_plan_goes_before_everybodys(desk):
    await desk.plan()
    await desk.plan(supplier=SUPPLIER, characteristics=[{"name": "look", "aql": "0.65"}])
    await desk.plan(supplier=SUPPLIER, characteristics=[{"name": "look", "aql": "0.40"}], valid_from="2027-01-01")
    receipt = await desk.receive({"code": lot("L1"), "quantity": 1000})
    assert (await desk.lots(receipt))[lot("L1")]["due"][0]["aql"] == "0.65"
    assert len((await desk.get("plans"))["plans"]) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"aql": "1.2"}, "preferred"),
        ({"aql": "15"}, "at most 10"),
        ({"lower": "2", "upper": "1"}, "not below"),
        ({"k": "1.5"}, "measured"),
        ({"lower": "1", "k": "1.5"}, "both sample and k"),
        ({"lower": "1", "double": True}, "double"),
        ({"lower": "1", "k": "1.5", "sample": 2}, "3 items at least"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(desk, change, said):
    form = {"characteristics": [{"name": "look", "aql": "1.0"} | change]}
    answer = await desk.client.post(
        f"{desk.path}/plans",
        json={"part": part_uri(BOLT), "valid_from": "2026-01-01", "entered_by": "q1"} | form,
        headers=desk.headers,
    )
    assert answer.status_code == 422
    assert said in answer.text


async def test_an_inspection_entered_in_error_is_corrected_away(hub, desk):
    await desk.plan()
    await desk.one_lot("A1", 9)
    receipt = await desk.receive({"code": lot("A2"), "quantity": 1000})
    (bad,) = (await desk.get("receipts", state="rejected"))["receipts"]
    wrong = bad["lots"][0]["inspections"][0]["id"]
    answer = await desk.client.post(
        "/api/v1/corrections",
        json={"target": {"author": "hub", "record": wrong}, "reason": "mistyped", "entered_by": "q1"},
        headers=desk.headers,
    )
    assert answer.status_code == 201, answer.text
    await desk.inspect(receipt, lot("A2"), {"name": "look", "found": 3})
    (one,) = (await desk.get("supplies"))["supplies"]
    assert (one["rejected"], one["switching"][0]["severity"]) == (1, "normal")
    assert (await desk.lots(bad["id"]))[lot("A1")]["state"] == "quarantine"


async def test_the_supplier_sees_its_own_deliveries_and_nobody_else_does(hub, desk):
    await desk.plan()
    await desk.one_lot("A1", 0)
    small_agent(hub, "x.line-1", "plant-x")
    async with client_of(hub) as client:
        for name, seen in ((SUPPLIER, 1), (CUSTOMER, 1), ("plant-x-company", 0)):
            token = make_token(hub, name, {Scope.READ}).text
            answer = await client.get(f"{desk.path}/receipts", headers={"Authorization": f"Bearer {token}"})
            assert answer.json()["total"] == seen, name


async def test_everything_comes_out_of_the_ledger_again(hub, desk):
    await desk.plan()
    await desk.one_lot("A1", 0)
    await desk.one_lot("A2", 9)
    before, seen = projection_of(hub), await desk.get("supplies")
    rebuild(hub)
    assert projection_of(hub) == before
    assert await desk.get("supplies") == seen


async def test_tables_and_the_calculator(desk):
    await desk.plan()
    await desk.one_lot("A1", 1)
    lots = await desk.client.get(f"{desk.path}/lots/file", headers=desk.headers)
    assert lots.text.splitlines()[0].startswith("\ufeff收货单")
    assert lot("A1") in lots.text
    book = await desk.client.get(f"{desk.path}/supplies/file", params={"form": "xlsx"}, headers=desk.headers)
    assert book.content.startswith(b"PK")
    answer = await desk.client.get(
        "/api/v1/incoming/sampling-plan", params={"size": 1000, "aql": "1.0"}, headers=desk.headers
    )
    told = answer.json()
    assert (told["single"]["sample"], told["double"]["first"]) == (80, 50)
    assert told["risks"]["consumer"] == pytest.approx(0.0652, abs=2e-4)
    bad = await desk.client.get(
        "/api/v1/incoming/sampling-plan", params={"size": 1000, "aql": "1.1"}, headers=desk.headers
    )
    assert bad.status_code == 422
    assert PLANT in desk.path
