"""The mailbox in a browser: told, read, passed on to the next tier, and answered by a company without the software."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from running_app import running
from seen_pages import follow, opened, reads_well, signed_in
from shared_chain import Look, each_language
from small_hub import GTIN, small_hub
from small_people import people_of

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from traceability.identifier.item import unit_uri

pytestmark = pytest.mark.browser

PEOPLE = {"oem": ("olga", Role.AFTER_SALES), "tier-1": ("tim", Role.QUALITY), "tier-2": ("tina", Role.QUALITY)}
ITEM = unit_uri(GTIN, "S-1")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    hub = small_hub(tmp_path / "hub")
    for company in (*PEOPLE, "tier-3"):
        add_organisation(hub, company, f"Company of {company}")
    people = people_of(hub)
    for company, (login, role) in PEOPLE.items():
        people.known(login, role, organisation=company)
    with running(people.site) as url:
        yield url
    people.site.state.audit.settle()
    hub.store.close()


@each_language
async def test_told_read_and_passed_on(chromium: Browser, served: str, look: Look) -> None:
    async with signed_in(chromium, served, "olga", f"/notifications/new?item={ITEM}", **look.context) as page:
        await _tell(page, "tier-1", "Cracked housing")
    async with signed_in(chromium, served, "tim", "/notifications", **look.context) as page:
        await expect(page.locator(".person__mail .person__count")).to_have_text("1")
        await reads_well(page)
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await follow(page, page.get_by_role("link", name="Cracked housing"))
        await follow(page, _move(page, "ACKNOWLEDGED"))
        await follow(page, _move(page, "ACCEPTED"))
        onward = page.locator("form[action$='/forward']")
        for field, text in (("receiver", "tier-2"), ("title", "Porous casting"), ("items", ITEM)):
            await onward.locator(f"[name={field}]").fill(text)
        await reads_well(page)
        await follow(page, onward.locator("button"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Porous casting")
        await reads_well(page)
        await follow(page, _move(page, "SENT"))
    async with signed_in(chromium, served, "tina", "/notifications", **look.context) as page:
        await follow(page, page.get_by_role("link", name="Porous casting"))
        await follow(page, _move(page, "ACKNOWLEDGED"))
        await expect(page.locator("main")).not_to_contain_text("Cracked housing")
        await expect(page.locator("main")).not_to_contain_text("Company of oem")
        await reads_well(page)


@each_language
async def test_a_guest_answers_by_a_link(chromium: Browser, served: str, tmp_path: Path, look: Look) -> None:
    report = tmp_path / "measured.txt"
    report.write_text("all of them", encoding="utf-8")
    async with signed_in(chromium, served, "olga", f"/notifications/new?item={ITEM}", **look.context) as page:
        await _tell(page, "tier-3", "Loose magnets")
        thread = page.url
        await follow(page, page.locator("form[action$='/guest-link'] button"))
        link = await page.locator("#guest-address").inner_text()
        await reads_well(page)
        async with opened(chromium, served, link, **look.context) as theirs:
            await _answer_as_guest(theirs, report)
        await page.goto(thread)
        await expect(page.locator("#d3")).to_contain_text("Sorted at our side.")
        await expect(page.locator(".mail-thread")).to_contain_text("We look into it.")
        await expect(page.locator("main")).to_contain_text("measured.txt")
        await reads_well(page)
        await follow(page, page.locator("form[action$='/guest-link/withdrawal'] button"))
        gone: Any = await page.request.get(link)
        assert gone.status == 404


async def _tell(page: Page, receiver: str, title: str) -> None:
    await page.locator("main input[name=receiver]").fill(receiver)
    await page.locator("main input[name=title]").fill(title)
    await follow(page, page.locator("button[name=send]"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await reads_well(page)


async def _answer_as_guest(page: Page, report: Path) -> None:
    await reads_well(page)
    await follow(page, _move(page, "ACKNOWLEDGED"))
    third = page.locator("details.guest__step").nth(2)
    await third.locator("summary").click()
    await third.locator("textarea").fill("Sorted at our side.")
    await follow(page, third.locator("button"))
    await page.locator("form[action$='/message'] textarea").fill("We look into it.")
    await follow(page, page.locator("form[action$='/message'] button"))
    await page.locator("input[type=file][name=file]").set_input_files(report)
    await follow(page, page.locator("form[action$='/attachments'] button"))
    await expect(page.locator("main a[href*='/attachments/']")).to_have_text("measured.txt")
    await reads_well(page)


def _move(page: Page, to: str) -> Locator:
    """The button that changes the state."""
    return page.locator("form[action$='/transition']", has=page.locator(f"input[value={to}]")).locator("button")
