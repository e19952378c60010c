from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from small_hub import small_hub
from supply_chain import supply_chain

from hub.pages.site import create_site
from hub.parts import Hub


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Two suppliers and an OEM with twelve finished drives; tests only read it."""
    made = small_hub(tmp_path_factory.mktemp("chain") / "hub")
    supply_chain(made, 12)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def site(chain: Hub) -> FastAPI:
    return create_site(chain)


def browser(site: FastAPI, language: str = "en") -> httpx.AsyncClient:
    """Asks like a browser in that language."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(site),
        base_url="http://127.0.0.1",
        headers={"Accept": "text/html,application/xhtml+xml", "Accept-Language": language},
    )


@pytest.fixture
async def reader(site: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(site) as client:
        yield client


@pytest.fixture
async def chinese(site: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(site, "zh-CN,zh;q=0.9,en;q=0.5") as client:
        yield client
