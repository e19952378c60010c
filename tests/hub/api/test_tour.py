"""What people do by the API beside their daily work, step by step; the description takes its examples from it, too."""

from typing import Any

import httpx
import pytest
from small_hub import admin_of, client_of, small_agent, small_hub
from small_people import csrf, people_of
from supply_chain import HOUSING, supply_chain

from hub.accounts.permission import Role
from hub.enrol.address import remember_address
from hub.parts import Hub

PLANT, OEM = "supplier-a.machining", "oem.assembly"
BASE = f"/api/v1/plants/{PLANT}"
PART = f"https://id.gs1.org/01/{HOUSING}"
TERMS = {
    "text": "As agreed in March", "valid_from": "2026-01-01",
    "indicators": [{"name": "fpy", "metric": "fpy", "target": "0.98", "operation": "OP30"}],
}  # fmt: skip
ASKED = {"customer": "oem", "supplier": "supplier-a", "part": PART, "title": "Housings", "by": "q7", "terms": TERMS}
PASSES = {"operation": "OP10", "begin": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
WEAK = {"kind": "operation", "subject": "OP30", "found": "75 %", "n": 4}
BEGUN = {"title": "Fewer leaks", "owner": "q7", "weak_point": WEAK, "by": "q7"}
ACTION = {"text": "Seat the seal by a fixture", "owner": "q7", "due": "2026-04-01", "by": "q7"}
TOLD = {
    "type": "INVESTIGATION", "severity": "MAJOR", "sender": "oem", "receiver": "supplier-a", "title": "Leaks at OP30",
    "description": "Three housings leak.", "items": [PART], "by": "q7",
}  # fmt: skip


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    hub = small_hub(tmp_path_factory.mktemp("tour") / "hub")
    supply_chain(hub, 30)
    yield hub
    hub.store.close()


class Tour:
    """Asks as the administrator."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self._client.get(path, params=query)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer.content

    async def send(self, path: str, method: str = "POST", **form: Any) -> Any:
        answer = await self._client.request(method, path, json=form)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.content else None


@pytest.fixture
async def tour(chain: Hub) -> Any:
    async with client_of(chain) as client:
        client.headers.update(admin_of(chain))
        yield Tour(client)


async def test_a_requirement_is_declined_one_ended_and_one_carried_over(tour: Tour, tmp_path: Any) -> None:
    declined = (await tour.send("/api/v1/requirements", **ASKED))["id"]
    await tour.send(f"/api/v1/requirements/{declined}/remarks", party="supplier", by="s1", text="Which seal?")
    await tour.send(f"/api/v1/requirements/{declined}/decline", party="supplier", by="s1", reason="not ours")
    ended = (await tour.send("/api/v1/requirements", **ASKED | {"title": "Housings, again"}))["id"]
    seen = await tour.get(f"/api/v1/requirements/{ended}")
    agreed = {"party": "supplier", "by": "s1", "terms_hash": seen["terms_hash"]}
    await tour.send(f"/api/v1/requirements/{ended}/agree", **agreed)
    carried = await tour.get(f"/api/v1/requirements/{ended}/file", party="customer")
    assert carried
    await tour.send(f"/api/v1/requirements/{ended}/end", party="customer", by="q7", reason="the model runs out")
    assert (await tour.get(f"/api/v1/requirements/{ended}"))["state"] == "ended"


async def test_an_improvement_has_a_team_drops_an_action_and_is_cancelled(tour: Tour) -> None:
    path = f"{BASE}/improvements/{(await tour.send(f'{BASE}/improvements', **BEGUN))['id']}"
    await tour.send(f"{path}/team", owner="q7", members=["q8"], by="q7")
    await tour.send(f"{path}/actions", **ACTION | {"action": "a1"})
    await tour.send(f"{path}/remarks", text="The fixture is ordered.", by="q8")
    await tour.send(f"{path}/actions/a1/drop", reason="the seal is changed instead", by="q7")
    await tour.send(f"{path}/cancel", reason="a new part comes", by="q7")


async def test_a_notification_has_its_date_moved_and_a_company_says_where_to_reach_it(tour: Tour) -> None:
    one = (await tour.send("/api/v1/notifications", **TOLD))["id"]
    path = f"/api/v1/notifications/{one}"
    await tour.send(f"{path}/transitions", side="sender", to="SENT", by="q7")
    await tour.send(f"{path}/deadline", target_date="2026-04-15", reason="parts are late", by="q7")
    await tour.get("/api/v1/notifications/unread")
    contact = "/api/v1/organisations/supplier-a/contact"
    await tour.send(contact, "PUT", mail="quality@supplier-a.example")
    assert (await tour.get(contact))["mail"] == "quality@supplier-a.example"


async def test_a_characteristic_is_watched_and_a_point_left_out(tour: Tour) -> None:
    path, chart = f"{BASE}/characteristics/bore", {"chart": "i-mr"}
    drawn = await tour.get(f"{path}/chart", **chart)
    await tour.get(f"{path}/strata", **chart)
    made = await tour.send(f"{path}/baselines", **chart, reason="new tool")
    await tour.send(f"{path}/baselines/{made['id']}/end", reason="tool worn")
    place = drawn["chart"]["location"]["points"][0]["places"][0]
    point = {name: place[name] for name in ("batch", "line")}
    out = await tour.send(f"{path}/exclusions", **chart, **point, reason="chip under the probe")
    await tour.send(f"{path}/exclusions/{out['id']}/restoration", reason="it was none")


async def test_plant_it_lets_a_line_in_and_out(tour: Tour, chain: Hub) -> None:
    remember_address(chain, "https://hub.example.com", None)
    made = await tour.send(f"{BASE}/tokens", line="line-9")
    listed = await tour.get(f"{BASE}/tokens")
    assert made
    assert listed
    await tour.send(f"{BASE}/silence-rule", after_s=3600)
    assert (await tour.get(f"{BASE}/silence-rule"))["after_s"] == 3600
    await tour.get("/api/v1/fleet/supplier-a.line-1")
    await tour.get("/api/v1/configurations")
    small_agent(chain, "old.line-1", "old-plant")
    await tour.send("/api/v1/plants/old-plant/agents/old.line-1/revocation", reason="the machine is sold", by="it1")


async def test_a_hold_is_released_and_a_unit_goes_on_under_another_number(tour: Tour) -> None:
    hold = await tour.send("/api/v1/hold-orders", target=f"{PART}/21/H-00003", reason="cracks", by="q7")
    name = hold.get("name") or hold["id"]
    await tour.send(f"/api/v1/hold-orders/{name}/release", reason="sorted", by="q7")
    before, after = f"{PART}/21/H-00001", f"{PART}/21/H-90001"
    await tour.send("/api/v1/reidentifications", before=before, after=after, reason="new label")


async def test_a_loss_gets_its_cause_and_figures_are_read(tour: Tour) -> None:
    path = "/api/v1/plants/oem.assembly/losses"
    await tour.send(path, item="scrap", amount="12.50", currency="CNY", accrued_on="2026-02-01", evidence="V-1",
                    entered_by="q7")  # fmt: skip
    loss = (await tour.get(path))["lines"][0]["id"]
    await tour.send(f"{path}/{loss}/cause", cause="D-PORE", evidence="report 4", entered_by="q7")
    for read in (
        f"{path}/years", f"{BASE}/levels", f"{BASE}/gauges", f"{BASE}/incoming/supplies/file", "/api/v1/policies",
        f"{BASE}/alarms/response-times", f"{BASE}/reviews/2025", f"{BASE}/reviews/2025/file", "/api/v1/master",
        "/api/v1/suppliers", f"/api/v1/suppliers/{PLANT}", f"/api/v1/suppliers/{PLANT}/characteristics",
        f"/api/v1/suppliers/{PLANT}/pareto", "/api/v1/master/files", f"{BASE}/passes",
        "/api/v1/units/09506000134376/D-00004/day",
        "/api/v1/items/https%3A%2F%2Fid.gs1.org%2F01%2F09506000134376%2F21%2FD-00004/day",
    ):  # fmt: skip
        await tour.get(read, **(PASSES if read.endswith("passes") else {}))
    for read in ("chart", "histogram", "capability", "trend", "lots"):
        await tour.get(f"/api/v1/suppliers/{PLANT}/characteristics/bore/{read}")


async def test_a_file_is_given_up_and_a_partner_number_is_entered(tour: Tour) -> None:
    text = b"item,amount,date\nscrap,12.50,2026-01-05\n"
    for base, kind in ((f"{BASE}/files", "losses"), ("/api/v1/master/files", "part")):
        query = {"kind": kind, "entered_by": "q7", "name": "january.csv"}
        sent = await tour._client.post(base, params=query, content=text)
        assert sent.status_code == 202, sent.text
        one = f"{base}/{sent.json()['id']}"
        tour._client._transport.app.state.intake.wait(sent.json()["id"], 60)  # type: ignore[attr-defined]
        told = await tour.get(one)
        ended = await tour._client.post(f"{one}/give-up")
        assert (told["state"], ended.status_code) in {("checked", 200), ("wrong", 422)}, told
    await tour.send("/api/v1/organisations/oem/partner-number", number="BPNL00000003CML1")


async def test_people_are_reset_disabled_and_let_in_again(tmp_path: Any) -> None:
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    people = people_of(hub)
    people.known("root", Role.ADMIN)
    other = people.known("li.na", Role.VIEWER)
    async with people.signed_in("root") as root:
        token = {"X-CSRF-Token": await csrf(root)}
        sent = {name: await root.post(f"/api/v1/users/{other.id}/{name}", headers=token) for name in STEPS}
        assert {name: one.is_success for name, one in sent.items()} == dict.fromkeys(STEPS, True)
    people.site.state.audit.settle()
    hub.store.close()


STEPS = ("reset", "disable", "enable")
