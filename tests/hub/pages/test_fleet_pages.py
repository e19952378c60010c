"""Plant IT's pages: letting in, revoking, writing versions, rolling them out; and that nobody does it for others."""

import re
from html import unescape

import msgspec
import pytest
from counted import statements
from small_hub import small_agent
from small_people import HTML, People, csrf, people_of
from small_rollout import AGENTS, PLANT, PLANT_KEY, Lines, plan, rounds, started, version

from hub.accounts.permission import Role
from hub.enrol.address import remember_address
from hub.parts import Hub
from traceability.downlink import DeviceState
from traceability.picture import PictureSending, SendPolicy
from traceability.rollout import read_request, sign_request

ONE, TWO, THREE = AGENTS
COMPANY = f"{PLANT}-company"


@pytest.fixture
def lines(hub: Hub) -> Lines:
    small_agent(hub, "b.line-1", "plant-b")
    remember_address(hub, "http://127.0.0.1:8443", None)
    return Lines(hub)


@pytest.fixture
def people(lines: Lines) -> People:
    made = people_of(lines.hub)
    lines.share_clock(made.hub, made.clock)
    made.known("it@oem.example", Role.PLANT_IT)
    made.known("it@a.example", Role.PLANT_IT, organisation=COMPANY)
    made.known("view@a.example", Role.VIEWER, organisation=COMPANY)
    return made


def errors(html: str) -> str:
    found = re.search(r'role="alert">(.*?)</p>', html)
    return unescape(found[1]) if found else ""


async def test_a_token_is_shown_once_with_its_command_and_can_be_voided(people: People) -> None:
    async with people.signed_in("it@a.example") as browser:
        token = await csrf(browser, "/enrolment")
        made = await browser.post(f"/plants/{PLANT}/tokens", data={"csrf": token, "line": "line-9"})
        assert made.status_code == 200, made.text
        command = re.search(r'id="command">([^<]+)<', made.text)
        assert command
        assert command[1].startswith("zhuoyue-agent enroll ")
        assert 'class="qr"' in made.text
        assert made.headers["cache-control"] == "no-store"
        again = (await browser.get("/enrolment")).text
        assert "zhuoyue-agent enroll" not in again
        assert f"{PLANT}.line-9" in again
        void = re.search(r'action="(/plants/[^"]+/void)"', again)
        assert void
        assert (await browser.post(unescape(void[1]), data={"csrf": token})).status_code == 303
        assert f"{PLANT}.line-9" not in (await browser.get("/enrolment")).text
        bad = await browser.post(f"/plants/{PLANT}/tokens", data={"csrf": token, "line": " "})
        assert (bad.status_code, "needs a name" in errors(bad.text)) == (422, True)


async def test_a_key_is_revoked_only_after_a_second_look(people: People) -> None:
    path = f"/plants/{PLANT}/agents/{ONE}/revocation"
    async with people.signed_in("it@a.example") as browser:
        token = await csrf(browser, path)
        half = await browser.post(path, data={"csrf": token, "reason": "stolen", "again": "yes"})
        assert half.status_code == 422
        assert "revoked" not in (await browser.get(f"/fleet/{ONE}")).text.split("<main")[1][:2000]
        done = await browser.post(path, data={"csrf": token, "reason": "stolen", "again": ONE})
        assert done.status_code == 303
        assert "No key of it counts" in (await browser.get(f"/fleet/{ONE}")).text
        listed = (await browser.get("/api/v1/fleet")).json()["agents"]
        assert next(row["revoked"] for row in listed if row["author"] == ONE) == "stolen"


async def test_nobody_sees_or_moves_what_is_of_another_company(people: People, lines: Lines) -> None:
    theirs = version(lines.hub, plan("A"))
    async with people.signed_in("it@oem.example") as operator:
        token = await csrf(operator, "/enrolment")
        await operator.post("/plants/plant-b/tokens", data={"csrf": token, "line": "secret-line"})
    async with people.signed_in("it@a.example") as browser:
        token = await csrf(browser, "/enrolment")
        for path in ("/fleet", "/enrolment", "/configurations", "/rollouts", "/api/v1/fleet", "/api/v1/configurations"):
            page = (await browser.get(path)).text
            assert "b.line-1" not in page
            assert "secret-line" not in page
        made = await browser.post(f"/plants/{PLANT}/tokens", data={"csrf": token, "line": "line-9"})
        assert "secret-line" not in made.text, "the page that answers a form shows no more than any other"
        assert (await browser.get("/fleet/b.line-1")).status_code == 404
        fields = {
            "csrf": token,
            "line": "x",
            "reason": "x",
            "again": "b.line-1",
            "version": theirs.id,
            "agent": "b.line-1",
        }
        for path in (
            "/plants/plant-b/tokens",
            "/plants/plant-b/agents/b.line-1/revocation",
            "/plants/plant-b/rollouts",
        ):
            assert (await browser.post(path, data=fields)).status_code in (401, 403), path
        answer = await browser.post(f"/plants/{PLANT}/agents/b.line-1/revocation", data=fields)
        assert answer.status_code in (404, 422)
        assert (await browser.post(f"/plants/{PLANT}/rollouts", data=fields)).status_code == 422
    async with people.signed_in("view@a.example") as browser:
        token = await csrf(browser)
        assert "Make the token" not in (await browser.get("/enrolment")).text
        answer = await browser.post(f"/plants/{PLANT}/tokens", data={"csrf": token, "line": "x"})
        assert answer.status_code == 403
        assert (await browser.get(f"/fleet/{ONE}")).status_code == 200


async def test_a_text_is_checked_kept_signed_and_rolled_out_by_pages_alone(people: People, lines: Lines) -> None:
    version(lines.hub, plan("A"))
    async with people.signed_in("it@a.example") as browser:
        token = await csrf(browser, f"/configurations/new?plant={PLANT}&role=control-plan&name=housing")
        write = f"/plants/{PLANT}/configurations"
        fields = {"csrf": token, "role": "control-plan", "name": "housing", "what": "keep"}
        bad = await browser.post(write, data=fields | {"text": plan("B") + "x = <b>\n"})
        assert bad.status_code == 422
        assert "Text, line 8, column 5" in bad.text
        assert "x = &lt;b&gt;" in bad.text, "what was written is not lost, and is text"
        looked = await browser.post(write, data=fields | {"text": plan("B"), "what": "check"})
        assert "1 line added · 1 line removed" in looked.text
        kept = await browser.post(write, data=fields | {"text": plan("B"), "note": "wider"})
        assert kept.status_code == 303
        page = (await browser.get(kept.headers["location"])).text
        assert "housing, version 2" in page
        wanted = kept.headers["location"].rpartition("/")[2]
        order = {
            "csrf": token,
            "version": wanted,
            "agent": [ONE, TWO, THREE],
            "first": 1,
            "share": 0,
            "soak_minutes": 0,
        }
        ordered = await browser.post(f"/plants/{PLANT}/rollouts", data=order)
        assert ordered.status_code == 303
        path = ordered.headers["location"]
        assert "cannot sign for it" in (await browser.get(path)).text
        request = read_request((await browser.get(f"/api/v1{path}/to-sign")).content)
        signed = msgspec.json.encode(sign_request(request, PLANT_KEY, lines.clock()))
        bring = f"/plants/{PLANT}{path}/signed"
        torn = await browser.post(bring, data={"csrf": token}, files={"file": ("x.json", b"{}")})
        assert torn.status_code == 422
        assert (await browser.post(bring, data={"csrf": token}, files={"file": ("x.json", signed)})).status_code == 303
        assert (await browser.post(f"/plants/{PLANT}{path}/start", data={"csrf": token})).status_code == 303
        lines.asks(ONE)
        rounds(lines)
        page = (await browser.get(path)).text
        assert "1 of 3 agents run by it" in page
        lines.asks(TWO, refuses="<script>no</script>")
        lines.asks(THREE)
        rounds(lines)
        page = (await browser.get(path)).text
        assert "&lt;script&gt;no&lt;/script&gt;" in page
        assert "<script>no" not in page
        back = await browser.post(f"/plants/{PLANT}{path}/back", data={"csrf": token, "reason": "too wide"})
        assert back.status_code == 303
        for agent in AGENTS:
            lines.asks(agent)
        rounds(lines)
        shown = (await browser.get(f"/api/v1{path}")).json()
        assert shown["state"] == "rolled-back"
        assert set(lines.runs.values()) == {plan("A")}
        twice = await browser.post(f"/plants/{PLANT}{path}/start", data={"csrf": token})
        assert (twice.status_code, "does not go with" in errors(twice.text)) == (422, True)


async def test_the_list_and_the_page_of_an_agent_say_what_is_wrong(people: People, lines: Lines) -> None:
    lines.devices[ONE] = (DeviceState(name="cell", connected=False, since=lines.clock(), error="no answer"),)
    lines.says(ONE)
    for minutes in (5, 10):
        lines.clock.pass_(minutes=minutes)
        lines.asks(ONE)
    async with people.signed_in("it@oem.example") as browser:
        page = (await browser.get("/fleet")).text
        assert "1 of 1 away" in page
        assert "cell: no answer" in page
        one = (await browser.get(f"/fleet/{ONE}?days=1")).text
        assert "cell" in one
        shown = (await browser.get(f"/api/v1/fleet/{ONE}")).json()
        assert shown["row"]["devices_down"] == 1
        token = await csrf(browser, f"/fleet/{ONE}")
        rule = f"/plants/{PLANT}/silence-rule"
        answer = await browser.post(rule, data={"csrf": token, "minutes": 30, "agent": ONE})
        assert answer.headers["location"] == f"/fleet/{ONE}"
        assert (await browser.get(f"/api/v1{rule}")).json()["after_s"] == 1800
        assert (await browser.post(rule, data={"csrf": token, "minutes": 1})).status_code == 422
        export = await browser.get("/fleet?table=agents&format=csv")
        assert ONE in export.text


async def test_a_form_of_another_site_changes_nothing(people: People) -> None:
    async with people.signed_in("it@a.example") as browser:
        for path, fields in (
            (f"/plants/{PLANT}/tokens", {"line": "x"}),
            (f"/plants/{PLANT}/agents/{ONE}/revocation", {"reason": "x", "again": ONE}),
            (f"/plants/{PLANT}/silence-rule", {"minutes": "5"}),
        ):
            assert (await browser.post(path, data=fields, headers=HTML)).status_code == 403


async def test_lists_ask_as_many_questions_for_three_agents_as_for_one(people: People, lines: Lines) -> None:
    first = version(lines.hub, plan("A"))
    paths = ("/fleet", "/enrolment", "/configurations", "/rollouts")
    async with people.signed_in("it@oem.example") as browser:

        async def asked() -> list[int]:
            numbers: list[int] = []
            for path in paths:
                with statements() as seen:
                    assert (await browser.get(path)).status_code == 200
                numbers.append(len(seen))
            return numbers

        started(lines.hub, first, (ONE,))
        before = await asked()
        started(lines.hub, version(lines.hub, plan("B")), (TWO,), (THREE,))
        for number in range(5, 9):
            small_agent(lines.hub, f"a.line-{number}", PLANT)
        assert sum(await asked()) <= sum(before) + len(paths), "but for what notes that somebody was here"
        assert max(before) <= 40


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (PictureSending(policy=SendPolicy.FAILED, waiting=12), "12 pictures wait"),
        (PictureSending(policy=SendPolicy.NONE, waiting=1), "1 picture waits"),
        (PictureSending(policy=SendPolicy.NONE), None),
        (None, None),
    ],
)
async def test_pictures_that_wait_at_an_agent_are_told(
    people: People, lines: Lines, said: PictureSending | None, told: str | None
) -> None:
    lines.more[ONE] = {"pictures": said, "unsent": 3}
    lines.says(ONE)
    async with people.signed_in("it@a.example") as browser:
        for path in ("/fleet", f"/fleet/{ONE}"):
            page = (await browser.get(path)).text
            assert ("waits" in page or "pictures wait" in page) == (told is not None)
            assert told is None or told in page
        rows = (await browser.get("/api/v1/fleet")).json()["agents"]
        (row,) = [one for one in rows if one["author"] == ONE]
        assert row["pictures"] == (None if said is None else {"policy": said.policy.value, "waiting": said.waiting})
