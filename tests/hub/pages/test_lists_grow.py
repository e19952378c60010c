"""Lists are read by as many statements whatever stands in them: one more row asks no more questions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from counted import statements
from fastapi import FastAPI
from small_hub import GTIN, admin_of, small_agent, small_hub

from hub.pages.site import create_site
from hub.parts import Hub
from traceability.identifier.item import lot_uri, part_uri

PLANT = "plant-a"
OWN = f"/plants/{PLANT}"
BASE = f"/api/v1{OWN}"
BY = {"entered_by": "q7"}
PART = part_uri(GTIN)
FEW, MANY = 2, 7
OTHERS = 2
"""So many statements of other threads of this process may be counted along."""
PAGES = (
    "/", "/plants", "/suppliers", "/fleet", "/notifications", "/requirements", "/knowledge", "/configurations",
    "/subscriptions", "/views", "/master/plant", "/search?q=plant", f"{OWN}/improvements", f"{OWN}/gauges",
    f"{OWN}/targets", f"{OWN}/indicators", f"{OWN}/losses", f"{OWN}/costs/entries", f"{OWN}/incoming",
    f"{OWN}/incoming/supplies", f"{OWN}/files", f"{OWN}/design", OWN,
)  # fmt: skip


def things(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """One of everything that lists show."""
    said, day = f"thing {number}", f"2026-01-{number + 10}"
    weak = {"kind": "other", "subject": said}
    yield f"{BASE}/improvements", {"title": said, "owner": "q", "by": "q", "weak_point": weak}
    yield f"{BASE}/knowledge", {"title": said, "cause": "c", "action": "a", "evidence": ["e"], "by": "q"}
    series = {"id": f"series-{number}", "name": said, "owner": "q", "source": "s", "frequency": "month"}
    yield f"{BASE}/indicators", series | BY
    value = {"first": "2025-10-01", "last": "2025-10-31", "value": "8", "evidence": "e"}
    yield f"{BASE}/indicators/series-{number}/values", value | BY
    target = {"id": f"target-{number}", "name": said, "metric": "rolled-throughput-yield", "direction": "higher"}
    yield f"{BASE}/targets", target | {"value": "0.9", "first": "2026-01-05", "owner": "q"} | BY
    yield f"{BASE}/losses", {"item": "scrap", "amount": "1.00", "accrued_on": day, "evidence": said} | BY
    yield f"{BASE}/costs", {"activity": "audit", "amount": "1.00", "accrued_on": day, "evidence": said} | BY
    yield f"{BASE}/gauges", {"id": f"gauge-{number}", "name": said} | BY
    goods = {"supplier": "plant-b-company", "delivery_note": said, "received_on": day}
    yield f"{BASE}/incoming/receipts", goods | {"items": [{"code": lot_uri(GTIN, f"L{number}"), "quantity": 9}]} | BY
    between = {"customer": "plant-a-company", "supplier": "plant-b-company", "part": PART, "title": said, "by": "q"}
    asked = [{"name": "f", "metric": "fpy", "target": "0.9"}]
    yield "/api/v1/requirements", between | {"terms": {"text": said, "indicators": asked, "valid_from": "2026-01-01"}}
    told = {"type": "ALERT", "sender": "plant-a-company", "receiver": "plant-b-company", "title": said}
    yield "/api/v1/notifications", told | {"description": "x", "severity": "MAJOR", "items": [PART], "by": "q"}


async def enter(hub: Hub, site: FastAPI, begin: int, end: int) -> None:
    headers = admin_of(hub) | {"Accept": "application/json"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=headers
    ) as operator:
        for number in range(begin, end):
            small_agent(hub, f"other.line-{number}", f"other-{number}")
            for path, form in things(number):
                answer = await operator.post(path, json=form)
                assert answer.is_success, (path, answer.text)


async def counts(site: FastAPI) -> dict[str, int]:
    """Statements of each page for a reader who comes first."""
    found = {}
    transport = httpx.ASGITransport(site)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    ) as reader:
        for page in PAGES:
            for kept in (site.state.suppliers, site.state.cards, site.state.kept):
                kept.forget()
            with statements() as seen:
                answer = await reader.get(page)
            assert answer.status_code == 200, (page, answer.text)
            found[page] = len(seen)
    return found


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    small_agent(made, "a.line-1", PLANT)
    small_agent(made, "b.line-1", "plant-b")
    yield made
    made.store.close()


async def test_more_rows_ask_no_more_questions(hub: Hub) -> None:
    site = create_site(hub)
    await enter(hub, site, 0, FEW)
    few = await counts(site)
    await enter(hub, site, FEW, MANY)
    many = await counts(site)
    assert {page: (few[page], many[page]) for page in PAGES if many[page] > few[page] + OTHERS} == {}
