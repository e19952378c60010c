"""The agent's local page, served for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from edge_agent.local_page.server import LocalPage
from edge_agent.status import Status


@asynccontextmanager
async def served(source: Callable[[], Awaitable[Status]], port: int = 0) -> AsyncIterator[httpx.AsyncClient]:
    page = LocalPage(port, source)
    task = asyncio.create_task(page.run())
    try:
        async with asyncio.timeout(30):
            while page.address is None:  # noqa: ASYNC110 - the server says it nowhere else
                await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=page.address, trust_env=False, timeout=5) as client:
            yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert page.address is None
