"""A hub that really serves, on loopback, and a real Chromium in front of it.

``ZHUOYUE_SCREENSHOTS`` names a folder: the pages are saved there as pictures for the documentation.
"""

import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from small_chromium import PATIENCE_MS, chromium, for_chromium
from small_hub import small_hub
from supply_chain import supply_chain

from hub.pages.site import create_site
from hub.serve import listen, url_of

UNITS = 170
__all__ = ["chromium"]  # a fixture
PATIENCE_S = 60
WIDE = {"width": 1366, "height": 800}

Save = Callable[[Page, str], Awaitable[None]]
Open = Callable[..., AbstractAsyncContextManager[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            for_chromium(item)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a hub with a whole supply chain, served until the tests end."""
    hub = small_hub(tmp_path_factory.mktemp("served") / "hub")
    supply_chain(hub, UNITS)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_site(hub), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield url_of(listener)
    server.should_exit = True
    thread.join(PATIENCE_S)
    listener.close()
    hub.store.close()


class Watch:
    """Everything that must not happen in a page."""

    def __init__(self, page: Page, host: str) -> None:
        self.seen: list[str] = []
        self._host = host
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.seen.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._host + "/", "data:")):
            self.seen.append(f"asked another host: {request.url}")


@pytest.fixture
def open_page(chromium: Browser, served: str) -> Open:
    """Opens a page of the hub and, at the end, fails on console errors, refused content and foreign requests."""

    @asynccontextmanager
    async def opened(
        path: str, *, language: str = "en-US", size: dict[str, int] = WIDE, scheme: str = "light"
    ) -> AsyncIterator[Page]:
        context: BrowserContext = await chromium.new_context(
            viewport=size, locale=language, color_scheme=scheme, base_url=served, device_scale_factor=1
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        watch = Watch(page, served)
        await page.goto(path)
        yield page
        assert watch.seen == []
        await context.close()

    return opened


@pytest.fixture
def save() -> Save:
    """Saves what is seen as a picture for the documentation, where that was asked for."""
    folder = os.environ.get("ZHUOYUE_SCREENSHOTS")

    async def saved(page: Page, name: str) -> None:
        if folder:
            await page.screenshot(path=str(Path(folder) / f"{name}.png"))

    return saved
