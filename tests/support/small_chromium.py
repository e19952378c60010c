"""A real Chromium: ``ZHUOYUE_CHROMIUM`` names it where it is not on the path."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

CHROMIUM = os.environ.get("ZHUOYUE_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
LEFT_OUT = pytest.mark.skip("no Chromium: install Debian's 'chromium', or name one in ZHUOYUE_CHROMIUM")
PATIENCE_MS = 60_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests below; each opens, and closes, its own context."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


def for_chromium(item: pytest.Item) -> None:
    """The test runs in the loop of the browser, or not at all where there is none."""
    if CHROMIUM is None:
        item.add_marker(LEFT_OUT)
    if pytest_asyncio.is_async_test(item):
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
