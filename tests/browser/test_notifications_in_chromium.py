"""The mailbox in a browser: told, read, answered with an 8D report; in both languages, on a desk and on a phone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from running_app import running
from small_hub import GTIN, small_hub
from small_people import PASSWORD, people_of

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from traceability.identifier.item import unit_uri

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
WANTED = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PATIENCE_MS = 20_000
EN = {"send": "Send now", "read": "Confirm that it was read", "accept": "Accept", "save": "Save",
      "progress": "1 of 8 disciplines are done", "unread": "1 unread notification"}  # fmt: skip
ZH = {"send": "立即发送", "read": "确认已阅", "accept": "接受", "save": "保存",
      "progress": "8 个步骤中已完成 1 个", "unread": "1 条未读通知"}  # fmt: skip


@pytest.fixture
def served(tmp_path: Any) -> Iterator[str]:
    hub = small_hub(tmp_path / "hub")
    for name, named in (("oem", "Yuanhang"), ("tier-1", "Linhai")):
        add_organisation(hub, name, named)
    people = people_of(hub)
    people.known("olga", Role.AFTER_SALES, organisation="oem")
    people.known("tim", Role.QUALITY, organisation="tier-1")
    with running(people.site) as url:
        yield url
    people.site.state.audit.settle()
    hub.store.close()


@asynccontextmanager
async def reading(chromium: Browser, address: str, login: str, **look: Any) -> AsyncIterator[Page]:
    """Signed in; at the end nothing was refused or went wrong."""
    context = await chromium.new_context(base_url=address, **look)
    context.set_default_timeout(PATIENCE_MS)
    page, seen = await context.new_page(), []
    page.on("console", lambda message: seen.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    await page.goto("/sign-in?next=/notifications")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("main button[type=submit]").click()
    yield page
    assert seen == []
    await context.close()


async def checked(page: Page, width: int) -> None:
    """Nothing overflows, and axe finds nothing."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = await Axe().run(page, options=WANTED)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


@pytest.mark.parametrize(
    ("language", "size", "scheme", "said"),
    [("en-US", DESK, "light", EN), ("zh-CN", PHONE, "dark", ZH)],
    ids=["desk", "phone"],
)
async def test_told_read_and_answered(  # noqa: PLR0917 - what differs between the readers
    chromium: Browser, served: str, save: Any, language: str, size: dict[str, int], scheme: Any, said: dict[str, str]
) -> None:
    look: dict[str, Any] = {"viewport": size, "locale": language, "color_scheme": scheme}
    async with reading(chromium, served, "olga", **look) as page:
        await checked(page, size["width"])
        await page.goto(f"/notifications/new?item={unit_uri(GTIN, 'S-1')}")
        await checked(page, size["width"])
        await page.locator("input[name=receiver]").fill("tier-1")
        await page.locator("input[name=title]").fill("Cracked housing")
        await page.get_by_role("button", name=said["send"]).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Cracked housing")
        await checked(page, size["width"])
    async with reading(chromium, served, "tim", **look) as page:
        await expect(page.get_by_role("link", name=said["unread"])).to_be_visible()
        await checked(page, size["width"])
        await save(page, f"notifications.{language}")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.get_by_role("link", name="Cracked housing").click()
        await page.get_by_role("button", name=said["read"]).click()
        await page.get_by_role("button", name=said["accept"], exact=True).click()
        third = page.locator("#d3")
        await third.locator("summary").click()
        await third.locator("textarea").fill("All parts in stock were sorted.")
        await third.locator("select").select_option("done")
        await third.get_by_role("button", name=said["save"]).click()
        await expect(page.get_by_text(said["progress"]).first).to_be_visible()
        await checked(page, size["width"])
        await save(page, f"notification.{language}")
