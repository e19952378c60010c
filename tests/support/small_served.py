"""A hub's application on a real socket of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from hub.api.app import create_app
from hub.parts import Hub
from hub.serve import listen, url_of


@asynccontextmanager
async def served(hub: Hub) -> AsyncIterator[str]:
    """Its address."""
    listener = listen("127.0.0.1", 0)
    listener.listen()
    server = uvicorn.Server(
        uvicorn.Config(create_app(hub), log_config=None, access_log=False, ws="none", lifespan="off")
    )
    server.install_signal_handlers = lambda: None
    task = asyncio.create_task(server._serve(sockets=[listener]))
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        await task
        listener.close()
