"""From a suspect lot, unit, station or value to the machines and customers it reached, in one question."""

import csv
import io
from datetime import timedelta

import msgspec
import pytest
from small_chain import HOUSING, MACHINE, STEEL, Chain, housing, machine, small_chain, steel
from small_hub import START, admin_of, client_of

from hub.adjacency.desk import AdjacencyDesk
from hub.parts import Hub
from hub.recall.desk import REACHING, RecallDesk
from hub.sharing.audit import AuditDesk
from hub.store.trace.recalls import change_recall
from traceability.identifier.item import part_uri

SSCC = "https://id.gs1.org/00/095060001343520000"
PALLET = "https://id.gs1.org/00/095060001343520017"
LONG_S = 60


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """L1 is in H1 and H2, L2 in H3; M1 holds H1, M3 holds H3 and the silent H4; H2 stays a spare part."""
    made = small_chain(hub)
    for serial, thousandths, lot in (("H1", 25_000, "L1"), ("H2", 25_015, "L1"), ("H3", 24_981, "L2")):
        made.make_housing(serial, thousandths, lot)
    made.build_machine("M1", "H1")
    made.build_machine("M3", "H3")
    made.oem.join("more", "M3", housing("H4"))
    made.send()
    return made


def desk_of(hub: Hub) -> RecallDesk:
    return RecallDesk(hub, AdjacencyDesk(hub), AuditDesk(hub))


async def asked(hub: Hub, **question: object) -> dict:
    async with client_of(hub) as client:
        answer = await client.post("/api/v1/recall", json=question)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        assert answer.headers["location"] == told["url"]
        for _ in range(600):
            told = (await client.get(told["url"])).json()
            if told["state"] in ("done", "failed"):
                break
        told["items"] = (await client.get(told["items_url"])).json()["items"]
    assert told["state"] == "done", told
    return told


def effects(told: dict) -> dict[str, tuple[bool, bool]]:
    return {item["item"]: (item["certain"], item["finished"]) for item in told["items"]}


@pytest.mark.every_store(spread=True)
async def test_a_lot_reaches_potentially_and_a_serial_certainly(chain: Chain) -> None:
    lot = await asked(chain.hub, items=[steel("L1")])
    assert effects(lot) == {
        steel("L1"): (True, False),
        housing("H1"): (False, False),
        housing("H2"): (False, True),
        machine("M1"): (False, True),
    }
    assert (lot["certain"], lot["potential"], lot["finished"], lot["truncated"]) == (1, 3, 2, False)
    serial = await asked(chain.hub, items=[f"urn:epc:id:sgtin:9506000.{HOUSING[0]}13435.H1"])
    assert effects(serial) == {housing("H1"): (True, False), machine("M1"): (True, True)}


@pytest.mark.parametrize(
    ("question", "seeds"),
    [
        ({"parts": [part_uri(STEEL)]}, {steel("L1"), steel("L2")}),
        ({"passed": [{"work_cell": "supplier.line-1/OP20"}]}, {housing("H1"), housing("H2"), housing("H3")}),
        ({"passed": [{"plant": "oem", "operation": "OP20"}]}, {machine("M1"), machine("M3")}),
        (
            {"passed": [{"plant": "supplier", "begin": START.isoformat(), "end": "2026-03-01T08:00:04Z"}]},
            {housing("H1")},
        ),
        (
            {"measured": [{"characteristic": "bore", "low": "24.9815", "high": "25.0149", "uom": "mm"}]},
            {housing("H2"), housing("H3")},
        ),
        ({"measured": [{"characteristic": "bore", "high": "25.015", "uom": "mm"}]}, set()),
    ],
)
async def test_every_kind_of_seed(chain: Chain, question: dict, seeds: set[str]) -> None:
    told = await asked(chain.hub, **question)
    assert {item["item"] for item in told["items"] if item["seed"]} == seeds


@pytest.mark.every_store
async def test_who_did_not_share_is_named(chain: Chain) -> None:
    told = await asked(chain.hub, items=[housing("H4"), "urn:zhuoyue:id:acme:lot:4711:7"])
    assert not told["silent"]  # a seed is no silence
    chain.oem.join("deep", "M3", housing("H5"))
    chain.oem.join("deeper", "M9", machine("M3"))
    chain.oem.send()
    told = await asked(chain.hub, items=[housing("H5")])
    (silent,) = told["silent"]
    assert (silent["part"]["id"], silent["units"]) == (part_uri(MACHINE), 1)
    assert silent["expected"][0]["plant"]["id"] == "oem"


async def test_customers_also_of_what_travels_in_boxes_on_pallets(chain: Chain) -> None:
    def shipment(identity: str, items: list[dict], **changes: object) -> dict:
        ends = {"source": {"party": "oem-company"}, "destination": {"party": "customer-7", "site": "site-1"}}
        return {"id": identity, "items": items, **ends, **changes}

    forms = [
        shipment("d1", [{"item": machine("M1"), "inside": SSCC}, {"item": SSCC, "inside": PALLET}, {"item": PALLET}]),
        shipment("d1", [{"item": PALLET}], step="receive", at=(START + timedelta(days=1)).isoformat()),
        shipment("d2", [{"item": housing("H2")}], destination={"party": "repair-shop", "name": "Repair shop"}),
    ]
    async with client_of(chain.hub) as client:
        for form in forms:
            assert (await client.post("/api/v1/shipments", json=form, headers=admin_of(chain.hub))).status_code == 201
    told = await asked(chain.hub, items=[steel("L1"), steel("L2")])
    where = {
        (place["party"]["id"], (place["site"] or {}).get("id"), place["shipped"]) for place in told["destinations"]
    }
    assert where == {("customer-7", "site-1", True), ("repair-shop", None, True), ("oem-company", "oem", False)}
    (m1,) = [item for item in told["items"] if item["item"] == machine("M1")]
    assert [(step["step"], step["shipment"], step["inside"]) for step in m1["shipped"]] == [
        ("ship", "d1", None),
        ("receive", "d1", PALLET),
    ]


async def test_the_whole_list_as_ndjson_and_csv(chain: Chain) -> None:
    told = await asked(chain.hub, items=[steel("L1")])
    async with client_of(chain.hub) as client:
        lines = (await client.get(f"{told['items_url']}?format=ndjson")).text.splitlines()
        table = await client.get(f"{told['items_url']}?format=csv")
        page = (await client.get(f"{told['items_url']}?cursor=1&limit=2")).json()
    assert [msgspec.json.decode(line) for line in lines] == told["items"]
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [row["item"] for row in rows] == [item["item"] for item in told["items"]]
    assert {row["effect"] for row in rows} == {"certain", "potential"}
    assert (page["items"], page["next"]) == (told["items"][1:3], 3)


@pytest.mark.parametrize(("limits", "words"), [({"limit": 2}, "cut at 2 items"), ({"depth": 1}, "cut at 1 levels")])
async def test_a_cut_recall_says_so(chain: Chain, limits: dict, words: str) -> None:
    told = await asked(chain.hub, items=[steel("L1")], **limits)
    assert told["truncated"]
    assert words in told["truncation"]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({}, 422),
        ({"items": ["bolt"]}, 422),
        ({"parts": [steel("L1")]}, 422),
        ({"passed": [{}]}, 422),
        ({"measured": [{"characteristic": "bore", "uom": "mm"}]}, 422),
        ({"items": [steel("L1")], "as_of": "2026-03-01T00:00:00"}, 422),
        ({"items": [steel("L1")], "colour": "red"}, 422),
    ],
)
async def test_questions_that_are_none(chain: Chain, question: dict, status: int) -> None:
    async with client_of(chain.hub) as client:
        assert (await client.post("/api/v1/recall", json=question)).status_code == status
        assert (await client.get("/api/v1/recall/none")).status_code == 404


async def test_what_comes_later_changes_nothing_in_a_recall_that_was_interrupted(chain: Chain) -> None:
    before = await asked(chain.hub, items=[steel("L1")])
    chain.build_machine("M2", "H2")
    chain.oem.send()
    for detailed in (0, 2):
        with chain.hub.store.writing() as connection:
            change_recall(connection, before["id"], state=REACHING if not detailed else "detailing")
        desk = desk_of(chain.hub)  # another process takes it up
        desk.read(before["id"])
        desk.wait(before["id"], LONG_S)
        async with client_of(chain.hub) as client:
            again = (await client.get(before["url"])).json()
            again["items"] = (await client.get(before["items_url"])).json()["items"]
        assert again["items"] == before["items"]
    assert machine("M2") in effects(await asked(chain.hub, items=[steel("L1")]))


@pytest.mark.every_store(spread=True)
async def test_as_of_a_time_before_the_rework(chain: Chain) -> None:
    chain.oem.join("rework", "M1", housing("H1"), action="DELETE")
    chain.oem.waiting = [msgspec.structs.replace(chain.oem.waiting[0], event_time=START + timedelta(days=1))]
    chain.oem.send()
    assert machine("M1") not in effects(await asked(chain.hub, items=[steel("L1")]))
    then = (START + timedelta(hours=1)).isoformat()
    assert machine("M1") in effects(await asked(chain.hub, items=[steel("L1")], as_of=then))
