"""Shipments as a warehouse exports them: all of the table or nothing, and the line that is wrong is named."""

import pytest
from small_chain import machine, small_chain
from small_hub import admin_of, client_of, projection_of

from hub.parts import Hub

HEADER = "shipment,step,time,source_party,source_site,party,site,name,item,inside,quantity,uom\n"
GOOD = (
    f"\ufeff{HEADER}d1,ship,2026-03-01T08:00:00+08:00,oem,,customer-7,site-1,客户七,{machine('M1')},,,\n"
    f"d1,ship,2026-03-01T08:00:00+08:00,oem,,customer-7,site-1,客户七,{machine('M2')},,,\n"
    f"d2,,,oem,,customer-8,,,urn:epc:id:sgtin:9506000.013436.M3,,,\n"
)


async def sent(hub: Hub, text: str):
    async with client_of(hub) as client:
        headers = {**admin_of(hub), "Content-Type": "text/csv"}
        return await client.post("/api/v1/shipments/csv", content=text.encode(), headers=headers)


async def test_lines_of_one_shipment_make_one_record(hub: Hub) -> None:
    small_chain(hub)
    answer = await sent(hub, GOOD)
    assert answer.status_code == 201, answer.text
    rows = projection_of(hub)["shipment"]
    assert [(row["record"], row["shipped"], row["party"], row["name"]) for row in rows] == [
        ("d1", machine("M1"), "customer-7", "客户七"),
        ("d1", machine("M2"), "customer-7", "客户七"),
        ("d2", machine("M3"), "customer-8", ""),
    ]
    assert len({(row["batch_id"], row["line"]) for row in rows}) == 2


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a,b\n1,2\n", "line 1"),
        (HEADER, "body"),
        (f"{HEADER}d1,throw,,oem,,c,,,{machine('M1')},,,\n", "line 2: step"),
        (f"{HEADER}d1,ship,,oem,,c,,,{machine('M1')},,,\nd2,ship,,oem,,,,,{machine('M1')},,,\n", "line 3"),
        (f"{HEADER}d1,ship,,oem,,c,,,bolt,,,\n", "bolt"),
        (f"{HEADER}d1,ship,2026-03-01 08:00,oem,,c,,,{machine('M1')},,,\n", "line 2: at"),
    ],
)
async def test_a_table_with_a_fault_is_refused_whole(hub: Hub, text: str, where: str) -> None:
    answer = await sent(hub, text)
    assert answer.status_code == 422
    assert where in answer.json()["detail"]
    assert not projection_of(hub)["shipment"]
