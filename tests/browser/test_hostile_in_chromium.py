"""What strangers wrote runs nothing in a real browser: no dialog, no script, nothing that the policy had to refuse."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hostile_entries import entered
from playwright.async_api import Browser, ConsoleMessage, Page
from running_app import running
from seen_pages import follow
from small_chromium import PATIENCE_MS
from small_events import CONTEXT, some_event
from small_hub import START, admin_of, small_hub
from small_people import PASSWORD, nowhere
from supply_chain import Line, enter_companies
from supply_chain_plans import PLANS

from hub.accounts.desk import SignInDesk
from hub.accounts.people import add_person
from hub.accounts.permission import Role
from hub.entry.master import add_organisation, add_plant
from hub.pages.site import create_site
from hub.parts import Hub
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import Component, Picture, PicturesRecord
from traceability.unit import Verdict

pytestmark = pytest.mark.browser

EVIL = (
    "\"'><script>window.owned=1;alert(1)</script><img src=x onerror='window.owned=1;alert(2)'>"
    "</script></style></textarea><svg/onload=alert(3)>{{7*7}}${7*7}<iframe src='javascript:alert(4)'>"
)
SERIAL = "\"><svg/onload=a()>'"  # what a GS1 serial may hold
LOGIN = "<svg/onload=alert(5)>"
GTIN, LOT_GTIN, LOT = "09506000134352", "09506000134390", "<b>&'\"/lot"
UNIT = unit_uri(GTIN, SERIAL)
EXTENSION = {"example:note": EVIL, "example:nested": {"example:deep": [EVIL, {"example:x": EVIL}]}}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str], list[str]]]:
    """The address of a hub full of hostile text, and the pages on which it is shown."""
    hub = small_hub(tmp_path_factory.mktemp("hostile") / "hub")
    _line(hub)
    invited = add_person(hub, LOGIN, role=Role.ADMIN, name=EVIL[:100])
    site = create_site(hub)
    desk: SignInDesk = site.state.accounts
    desk.use_link(invited.link.rpartition("/")[2], PASSWORD, nowhere())
    with running(site) as address:
        new = entered(hub, address, EVIL)
        yield address, [*_pages(), _guest(hub, address), *_events(hub, address)], new
    hub.store.close()


def _line(hub: Hub) -> None:
    enter_companies(hub)
    add_organisation(hub, "supplier-a", EVIL, EVIL)
    add_plant(hub, "supplier-a.machining", organisation="supplier-a", name=EVIL, name_zh=EVIL)
    plan = PLANS["supplier-a"]
    plan = msgspec.structs.replace(
        plan,
        name=EVIL,
        name_zh=EVIL,
        operations=tuple(msgspec.structs.replace(each, name=EVIL, name_zh=EVIL) for each in plan.operations),
        characteristics=tuple(msgspec.structs.replace(each, name=EVIL) for each in plan.characteristics),
    )
    line = Line(hub, "supplier-a", plan)
    for number, serial in enumerate((SERIAL, "H-2")):
        unit, at = unit_uri(GTIN, serial), START - timedelta(minutes=number)
        identity = line.result(unit, "OP20", at, values={"bore": 25.03}, verdict=Verdict.NOT_OK, defect=EVIL)
        line.joined(
            identity, unit, "OP20", at, Component(item=lot_uri(LOT_GTIN, LOT), position=EVIL, quantity="1", uom="kg")
        )
        picture = Picture(sha256="sha256:" + "0" * 64, size=1, position=EVIL, reason=EVIL)
        line.write(PicturesRecord, identity=identity, at=at, unit=unit, operation="OP20", pictures=(picture,))
    line.claim()


def _pages() -> list[str]:
    plant = "supplier-a.machining"
    return [
        "/", f"/01/{GTIN}/21/{quote(SERIAL, safe='')}", f"/01/{LOT_GTIN}/10/{quote(LOT, safe='')}", f"/plants/{plant}",
        "/search?q=" + quote(EVIL), "/search?q=supplier", "/search?q=%3Csvg", "/plants/" + quote(EVIL, safe=""),
        "/item/" + quote(UNIT, safe=""), "/" + quote(EVIL, safe=""), "/users", "/users/events", "/account",
        "/suppliers", f"/suppliers/{plant}", "/sign-in?next=" + quote(EVIL), "/?theme=" + quote(EVIL),
        "/users/events?before=" + quote(EVIL),
    ]  # fmt: skip


def _guest(hub: Hub, address: str) -> str:
    """A notification with a hostile title, message and attachment name."""
    form = {
        "type": "ALERT", "severity": "CRITICAL", "sender": "oem", "receiver": "supplier-a", "by": "op-7",
        "title": EVIL[:200], "description": EVIL, "items": [UNIT],
    }  # fmt: skip
    with httpx.Client(base_url=address, headers=admin_of(hub)) as client:
        made = client.post("/api/v1/notifications", json=form)
        base = f"/api/v1/notifications/{made.json()['id']}"
        client.post(f"{base}/transitions", json={"to": "SENT", "side": "sender", "by": "op-7"}).raise_for_status()
        path = str(client.post(f"{base}/guest-link", json={"days": 30, "by": "op-7"}).json()["path"])
    with httpx.Client(base_url=address) as guest:
        assert guest.post(f"{path}/message", data={"text": EVIL}).status_code == 303
        files = {
            "file": ("<img src=x onerror=alert(6)>.svg", b"<svg onload=alert(7) xmlns='http://www.w3.org/2000/svg'/>")
        }
        assert guest.post(f"{path}/attachments", files=files).status_code == 303
    return path


def _events(hub: Hub, address: str) -> list[str]:
    """A captured event whose extensions are hostile: as it is answered, and the page of its unit."""
    event = some_event(epcList=[UNIT], eventID="urn:uuid:1", **EXTENSION)
    with httpx.Client(base_url=address, headers=admin_of(hub)) as client:
        taken = client.post("/epcis/events", json={"@context": CONTEXT} | event)
        assert taken.status_code == 201, taken.text
    return ["/epcis/events", "/epcis/events/urn:uuid:1"]


async def test_nothing_runs(hostile: tuple[str, list[str], list[str]], chromium: Browser) -> None:
    address, paths, entries = hostile
    for at, language in enumerate(("en-US", "zh-CN")):
        context = await chromium.new_context(locale=language, base_url=address)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        seen = await _watched(page, address)
        await page.goto("/sign-in")
        await page.get_by_label("Name" if language == "en-US" else "名称", exact=True).fill(LOGIN)
        await page.locator("input[name=password]").fill(PASSWORD)
        await follow(page, page.locator("main button[type=submit]"))
        assert page.url == f"{address}/"
        for path in (*paths, *entries[at::2]):  # those of entries in one language each: they are many
            await page.goto(path)
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert await page.evaluate("window.owned") is None, path
            assert seen == [], path
        await page.goto("/")  # and were something inserted all the same, the policy refuses it and the test sees it
        await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.owned=1\">')")
        await page.wait_for_timeout(300)
        assert await page.evaluate("window.owned") is None
        assert any("script-src-attr" in str(one) for one in seen), seen
        await context.close()


def _is_wrong(said: ConsoleMessage) -> bool:
    """What the policy refused, or an error; a page that tells of nothing is answered 404, which the console says."""
    return "Content Security Policy" in said.text or (said.type == "error" and "Failed to load" not in said.text)


async def _watched(page: Page, address: str) -> list[Any]:
    """Dialogs, errors, what is asked of anybody else, and whatever the content policy had to refuse."""
    seen: list[Any] = []

    def asked(url: str) -> None:
        if not url.startswith((f"{address}/", "data:", "blob:")):
            seen.append(("asked", url))

    page.on("request", lambda one: asked(one.url))

    async def dialog(one: Any) -> None:
        seen.append(("dialog", one.message))
        await one.dismiss()

    page.on("dialog", dialog)
    page.on("pageerror", lambda error: seen.append(("error", str(error))))
    page.on(
        "console",
        lambda said: seen.append((page.url, said.text)) if _is_wrong(said) else None,
    )
    await page.expose_function("refused", lambda what: seen.append(("refused", what)))
    await page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => refused(e.violatedDirective + ' ' + e.blockedURI))"
    )
    return seen
