"""The mailbox on the pages: boxes, a thread with everything that is done in it, and who sees what."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from small_hub import GTIN, small_hub
from small_people import People, csrf, field_of, people_of

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from traceability.identifier.item import unit_uri

UNIT = unit_uri(GTIN, "S-1")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    hub = small_hub(tmp_path_factory.mktemp("mail") / "hub")
    for name in ("oem", "tier-1", "tier-2"):
        add_organisation(hub, name, name.upper())
    made = people_of(hub)
    for login, company in (("olga", "oem"), ("tim", "tier-1"), ("tess", "tier-2")):
        made.known(login, Role.QUALITY, organisation=company)
    made.known("vic", Role.VIEWER, organisation="tier-1")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


@asynccontextmanager
async def of(people: People, login: str) -> AsyncIterator[httpx.AsyncClient]:
    async with people.signed_in(login) as browser:
        yield browser


async def sent(browser: httpx.AsyncClient, path: str, fields: dict[str, str], **more: object) -> httpx.Response:
    """A form of the mailbox, filled in by whoever is signed in."""
    return await browser.post(path, data=fields | {"csrf": await csrf(browser)}, **more)


async def told(browser: httpx.AsyncClient, title: str, send: str = "true", **changes: str) -> str:
    """The address of a new notification from oem to tier-1."""
    fields = {"sender": "oem", "receiver": "tier-1", "title": title, "items": UNIT, "send": send,
              "target_date": "2026-03-10", "description": f"Cracks {HOSTILE}"}  # fmt: skip
    answer = await sent(browser, "/notifications", fields | changes)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def page(browser: httpx.AsyncClient, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_one_goes_from_draft_to_closed(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "tim") as supplier, of(people, "tess") as stranger:
        path = await told(oem, "Cracked housing", send="")
        assert "Send it" in await page(oem, path)
        for other in (supplier, stranger):
            assert (await other.get(path)).status_code == 404, "a draft is the sender's alone"
        assert (await sent(oem, f"{path}/transition", {"side": "sender", "to": "SENT"})).status_code == 303
        assert (await stranger.get(path)).status_code == 404
        assert 'aria-label="1 unread notification"' in await page(supplier, "/plants")
        inbox = await page(supplier, "/notifications?box=waiting")
        assert "Cracked housing" in inbox
        assert "TIER-1: confirm that it was read" in inbox
        thread = await page(supplier, path)
        assert HOSTILE not in thread
        assert 'href="/01/' in thread
        assert "unread notification" not in await page(supplier, "/plants")
        for to in ("ACKNOWLEDGED", "ACCEPTED"):
            assert (await sent(supplier, f"{path}/transition", {"side": "receiver", "to": to})).status_code == 303
        wrong = await sent(supplier, f"{path}/transition", {"side": "sender", "to": "CLOSED", "reason": "x"})
        assert wrong.status_code == 403
        unreasoned = await sent(oem, f"{path}/transition", {"side": "sender", "to": "CLOSED"})
        assert (unreasoned.status_code, "needs a reason" in unreasoned.text) == (422, True)
        done = await sent(oem, f"{path}/transition", {"side": "sender", "to": "CLOSED", "reason": "solved"})
        assert done.status_code == 303
        assert "Cracked housing" in await page(oem, "/notifications?box=closed")


async def test_the_report_grows_by_discipline_with_evidence(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "tim") as supplier:
        path = await told(oem, "Report wanted")
        file = {"file": ("..\\<b>.txt", b"measured", "text/html")}
        assert (await sent(supplier, f"{path}/attachments", {"side": "receiver"}, files=file)).status_code == 303
        thread = await page(oem, path)
        link = re.search(rf'href="({re.escape(path)}/attachments/sha256:[0-9a-f]+)"', thread)
        assert link
        assert "<b>" not in thread
        got = await oem.get(link[1])
        assert (got.content, got.headers["content-type"].split(";")[0]) == (b"measured", "text/plain")
        assert got.headers["content-disposition"].startswith("attachment")
        step = {"side": "receiver", "discipline": "4", "status": "done", "text": "worn tool", "owner": "", "due": "",
                "done_on": "2026-03-02", "evidence": link[1].rpartition("/")[2]}  # fmt: skip
        assert (await sent(supplier, f"{path}/8d", step)).status_code == 303
        thread = await page(oem, path)
        assert "1 of 8 disciplines are done" in thread
        assert "worn tool" in thread
        refused = await sent(supplier, f"{path}/8d", step | {"evidence": "sha256:" + "0" * 64, "text": "typed"})
        assert refused.status_code == 422
        assert "is not attached" in refused.text
        assert "typed" in refused.text, "what was typed is not lost"
        large = {"file": ("x.txt", b"x" * (10 * 1024 * 1024 + 1), "text/plain")}
        answer = await sent(supplier, f"{path}/attachments", {"side": "receiver"}, files=large)
        assert (answer.status_code, "at most" in answer.text) == (422, True)


async def test_dates_move_with_a_reason_and_lateness_shows(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "tim") as supplier:
        path = await told(oem, "Late one", target_date="2026-01-02")
        assert "Late one" in await page(supplier, "/notifications?box=overdue")
        assert (await sent(oem, f"{path}/deadline", {"target_date": "2026-12-31"})).status_code == 422
        moved = {"target_date": "2026-12-31", "reason": "holidays"}
        assert (await sent(supplier, f"{path}/deadline", moved)).status_code == 403
        assert (await sent(oem, f"{path}/deadline", moved)).status_code == 303
        assert "holidays" in await page(supplier, path)
        assert "Late one" not in await page(supplier, "/notifications?box=overdue")


async def test_a_guest_link_is_shown_once_and_can_be_taken_back(people: People) -> None:
    async with of(people, "olga") as oem, people.browser() as guest:
        path = await told(oem, "For a guest")
        answer = await sent(oem, f"{path}/guest-link", {"days": "3"})
        assert answer.headers["cache-control"] == "no-store"
        address = re.search(r'id="guest-address">([^<]+)<', answer.text)
        assert address
        assert "For a guest" in await page(guest, address[1])
        assert address[1] not in await page(oem, path)
        assert (await sent(oem, f"{path}/guest-link/withdrawal", {"side": "sender"})).status_code == 303
        assert (await guest.get(address[1])).status_code == 404


async def test_it_goes_on_to_the_next_tier_in_own_words(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "tim") as supplier, of(people, "tess") as next_tier:
        path = await told(oem, "Ask your own supplier")
        onward = {"receiver": "tier-2", "title": "Our question", "items": UNIT}
        assert (await sent(oem, f"{path}/forward", onward)).status_code == 403
        answer = await sent(supplier, f"{path}/forward", onward)
        assert answer.status_code == 303, answer.text
        second = answer.headers["location"].partition("?")[0]
        assert (await sent(supplier, f"{second}/transition", {"side": "sender", "to": "SENT"})).status_code == 303
        seen = await page(next_tier, second)
        assert "Our question" in seen
        assert "Ask your own supplier" not in seen
        assert second in await page(supplier, path)


async def test_search_finds_by_title_company_and_item(people: People) -> None:
    async with of(people, "olga") as oem:
        await told(oem, "Needle")
        await told(oem, "Hay", items="")
        for words, found in (("needle", True), ("tier-1", True), (UNIT, True), ("straw", False)):
            answer = await oem.get("/notifications", params={"box": "sent", "q": words})
            assert ("Needle" in answer.text) is found
        assert "Hay" not in (await oem.get("/notifications", params={"box": "sent", "q": UNIT})).text
        assert (await oem.get("/notifications", params={"q": "x" * 401})).status_code == 422


async def test_whoever_may_only_read_has_no_forms_and_forms_need_their_secret(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "vic") as viewer:
        path = await told(oem, "Read only")
        assert "<form" not in (await page(viewer, path)).split("<main")[1].split("</main>")[0]
        assert (await viewer.get("/notifications/new")).status_code == 403
        move = {"side": "receiver", "to": "ACKNOWLEDGED"}
        assert (await sent(viewer, f"{path}/transition", move)).status_code == 403
        assert (await oem.post(f"{path}/message", data={"side": "sender", "text": "forged"})).status_code == 403


async def test_a_refused_new_one_keeps_what_was_typed(people: People) -> None:
    async with of(people, "olga") as oem:
        form = await page(oem, f"/notifications/new?item={UNIT}&title=Given")
        assert (UNIT in form, 'value="Given"' in form) == (True, True)
        fields = {"sender": "oem", "receiver": "tier-1", "title": "Typed", "items": "no item at all", "csrf": "x"}
        answer = await sent(oem, "/notifications", fields)
        assert (answer.status_code, 'value="Typed"' in answer.text) == (422, True), answer.text
        other = await sent(oem, "/notifications", fields | {"sender": "tier-1"})
        assert other.status_code == 403


async def test_over_tls_browsers_are_told_to_stay_there(people: People) -> None:
    async with people.browser(base="https://127.0.0.1") as safe, people.browser() as plain:
        assert (await safe.get("/sign-in")).headers["strict-transport-security"].startswith("max-age=")
        assert "strict-transport-security" not in (await plain.get("/sign-in")).headers


async def test_unread_is_marked_and_taken_off(people: People) -> None:
    async with of(people, "olga") as oem, of(people, "tim") as supplier:
        path = await told(oem, "Fresh")
        assert "unread · " in await page(supplier, "/notifications?q=Fresh")
        token = field_of(await page(supplier, "/notifications"), "csrf")
        assert (await supplier.post("/notifications/read", data={"csrf": token})).status_code == 303
        assert (await supplier.get("/api/v1/notifications/unread")).json()["unread"] == 0
        await sent(oem, f"{path}/message", {"side": "sender", "text": "any news?"})
        assert (await supplier.get("/api/v1/notifications/unread")).json()["notifications"] == [path.rpartition("/")[2]]
        assert path.rpartition("/")[2] not in (await oem.get("/api/v1/notifications/unread")).text
