"""What a page shows, the API answers under the same policy: both asked by a company that few things are shared with."""

import httpx
import pytest
from fastapi import FastAPI

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.pages.frame.navigation import TASKS
from hub.parts import Hub

OWN, OTHERS = "supplier-a.machining", ("supplier-b.electronics", "oem.assembly")
NOWHERE = "no.such.plant"
PLANT = "/plants/{plant}"
ANSWERS = {
    "/": "/api/v1/summary",
    "/comparison": "/api/v1/comparison",
    "/plants": "/api/v1/plants",
    "/knowledge": "/api/v1/knowledge",
    "/suppliers": "/api/v1/suppliers",
    "/compare?plant={plant}": "/api/v1/suppliers/{plant}",
    "/notifications": "/api/v1/notifications?box=inbox",
    "/requirements": "/api/v1/requirements",
    "/subscriptions": "/api/v1/subscriptions",
    "/views": "/api/v1/views",
    "/fleet": "/api/v1/fleet",
    "/enrolment": "/api/v1/plants/{plant}/tokens",
    "/configurations": "/api/v1/configurations",
    "/rollouts": "/api/v1/rollouts",
    "/search?q={plant}": "/api/v1/search?q={plant}",
    "/common": "/api/v1/plants/{plant}/field-failures",
    "/recalls": "/api/v1/search?q={plant}",
    "/master": "/api/v1/master",
    "/audit": "/api/v1/audit",
    "/audit/changes": "/api/v1/audit/changes",
    "/audit/log": "/api/v1/audit/log",
    "/policies": "/api/v1/policies",
    PLANT: "/api/v1/plants/{plant}",
    f"{PLANT}/now": "/api/v1/plants/{plant}/now",
    f"{PLANT}/alarms": "/api/v1/alarms?plant={plant}",
    f"{PLANT}/indicators": "/api/v1/plants/{plant}/indicators",
    f"{PLANT}/targets": "/api/v1/plants/{plant}/targets",
    f"{PLANT}/costs": "/api/v1/plants/{plant}/costs",
    f"{PLANT}/characteristics": "/api/v1/suppliers/{plant}/characteristics",
    f"{PLANT}/losses": "/api/v1/plants/{plant}/losses/years",
    f"{PLANT}/weak-points": "/api/v1/plants/{plant}/weak-points",
    f"{PLANT}/improvements": "/api/v1/plants/{plant}/improvements",
    f"{PLANT}/design": "/api/v1/plants/{plant}/design",
    f"{PLANT}/level": "/api/v1/plants/{plant}/levels",
    f"{PLANT}/reviews": "/api/v1/plants/{plant}/reviews/2025",
    f"{PLANT}/self-assessment": "/api/v1/plants/{plant}",
    f"{PLANT}/gauges": "/api/v1/plants/{plant}/gauges",
    f"{PLANT}/as-built": "/api/v1/plants/{plant}/as-built",
    f"{PLANT}/files": "/api/v1/plants/{plant}/files",
    f"{PLANT}/incoming": "/api/v1/plants/{plant}/incoming/receipts",
}
"""For each page of the navigation the route of the API that answers the same question."""
UNIT, LOT = "09506000134352/21/H-00001", "09506000134390/10/L4700"
DETAILS = {
    "/suppliers/{plant}": "/api/v1/suppliers/{plant}",
    "/suppliers/{plant}/characteristics/bore": "/api/v1/suppliers/{plant}/characteristics/bore/capability",
    "/plants/{plant}/characteristics/bore": "/api/v1/suppliers/{plant}/characteristics/bore/capability",
    "/plants/{plant}/costs/entries": "/api/v1/plants/{plant}/costs/entries",
    "/plants/{plant}/incoming/supplies": "/api/v1/plants/{plant}/incoming/supplies",
    "/plants/{plant}/incoming/plans": "/api/v1/plants/{plant}/incoming/plans",
    "/plants/{plant}/incoming/escapes": "/api/v1/plants/{plant}/incoming/escapes",
    "/master/plant": "/api/v1/master/kinds/plant",
    f"/01/{UNIT}": f"/api/v1/units/{UNIT.replace('/21/', '/')}",
    f"/report/01/{UNIT}": f"/api/v1/units/{UNIT.replace('/21/', '/')}",
    f"/01/{LOT}": f"/api/v1/lots/{LOT.replace('/10/', '/')}",
}
"""The same for pages that lead further."""
_PART = "https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352"
DEEPER = {f"/suppliers/{{plant}}/part?part={_PART}": f"/api/v1/suppliers/{{plant}}/part?part={_PART}"}
"""The same of pages to which others lead."""
EVERY = ANSWERS | DEEPER


@pytest.fixture(scope="module")
def supplier(chain: Hub) -> dict[str, str]:
    """The header of a supplier's token; nobody shares anything with it beyond what the hub gives to neighbours."""
    made = make_token(chain, "supplier-a", [Scope.READ])
    return {"Authorization": f"Bearer {made.text}"}


def test_every_page_of_the_navigation_has_its_answer() -> None:
    standing = {entry.path for task in TASKS for entry in task.entries}
    standing |= {PLANT + entry.path for task in TASKS for entry in task.of_plant}
    assert {page.partition("?")[0] for page in ANSWERS} == standing


@pytest.mark.parametrize("page", EVERY)
async def test_page_and_answer_withhold_the_same(site: FastAPI, supplier: dict[str, str], page: str) -> None:
    """Of its own plant both speak; another one's is to both as if there were none."""
    transport = httpx.ASGITransport(site)
    looks: dict[str, object] = {"headers": supplier, "follow_redirects": True}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", **looks) as client:
        for plant in (OWN, *OTHERS):
            shown = await client.get(page.format(plant=plant), headers={"Accept": "text/html"})
            told = await client.get(EVERY[page].format(plant=plant))
            assert told.status_code in {200, 403, 404}, told.text
            if plant == OWN:
                assert (shown.status_code, told.status_code) == (200, 200), told.text
            elif page.startswith(PLANT):
                nothing = await client.get(EVERY[page].format(plant=NOWHERE))
                assert (shown.status_code == 404) is (told.text.replace(plant, NOWHERE) == nothing.text)
            if shown.status_code == told.status_code == 200:
                asked = {plant} if "{plant}" in page else set()
                assert named(shown.text) - asked <= named(told.text) | {OWN}
    site.state.audit.settle()


def named(text: str) -> set[str]:
    """The plants of which a text speaks."""
    return {plant for plant in (OWN, *OTHERS) if plant in text}
