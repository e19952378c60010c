"""How a browser test goes from page to page, and what every page must be: no wider than its window, read by axe.

A click returns before the page it leads to has begun. Whatever is asked then is asked of the old page, or of none:
`follow` and `page.expect_navigation()` wait for the new one.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect
from small_chromium import PATIENCE_MS
from small_people import PASSWORD

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # the others are counted, not listed: half the time
}
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def follow(page: Page, lead: Locator) -> None:
    """Click what leads to another page; that one is there, whole, when this returns."""
    async with page.expect_navigation():
        await lead.click()


async def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    await page.wait_for_load_state()
    assert await page.evaluate(STICKS_OUT) <= 0, page.url


async def reads_well(page: Page) -> None:
    """It fits, and axe finds nobody kept out who can't see or point."""
    await fits(page)
    found: Any = await Axe().run(page, options=RULES)
    assert found.response["violations"] == [], f"{page.url}: {found.generate_report()}"


def watched(page: Page) -> list[str]:
    """What goes wrong in it from now on: errors, warnings, whatever its policy refuses."""
    seen: list[str] = []
    page.on("console", lambda said: seen.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


async def sign_in(page: Page, login: str) -> None:
    """From the page that asks for it to the one that follows."""
    form = page.locator("main form", has=page.locator("input[name=password]"))
    await form.locator("input[name=login]").fill(login)
    await form.locator("input[name=password]").fill(PASSWORD)
    await follow(page, form.locator("button[type=submit]"))


@asynccontextmanager
async def opened(chromium: Browser, address: str, path: str, **look: Any) -> AsyncIterator[Page]:
    """A page in a browser of its own; at the end nothing was refused or went wrong."""
    context = await chromium.new_context(base_url=address, **look)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    seen = watched(page)
    await page.goto(path)
    yield page
    assert seen == []
    await context.close()


@asynccontextmanager
async def signed_in(chromium: Browser, address: str, login: str, goal: str, **look: Any) -> AsyncIterator[Page]:
    """A page at its goal, read by somebody who signed in; at the end nothing was refused or went wrong."""
    async with opened(chromium, address, f"/sign-in?{urlencode({'next': goal})}", **look) as page:
        await sign_in(page, login)
        await expect(page).not_to_have_url(re.compile("/sign-in"))
        yield page
