"""The page's server, in the agent's own loop, on 127.0.0.1 only.

A port that is taken is no reason to stop a line: it is said, and tried again.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn

from edge_agent.complaint import Complaint
from edge_agent.local_page.app import page_app
from edge_agent.log import say
from edge_agent.status import Status

_LOG = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_AGAIN_AFTER = 30.0
_MOST_CONNECTIONS = 32


class LocalPage:
    """``address`` is None while nothing is served."""

    def __init__(self, port: int, status: Callable[[], Awaitable[Status]]) -> None:
        self.address: str | None = None
        self._port = port
        self._status = status
        self._complaint = Complaint(_LOG, port=port)

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            try:
                listener = _listen(self._port)
            except OSError as error:
                self._complaint.raised(
                    "the local page cannot be shown", error=error.strerror, next="set page.port to a free port, or to 0"
                )
                await asyncio.sleep(_AGAIN_AFTER)
            else:
                with listener:
                    await self._serve(listener)

    async def _serve(self, listener: socket.socket) -> None:
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            page_app(self._status, port),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        self.address = f"http://{_HOST}:{port}/"
        self._complaint.settled("the local page is shown again")
        say(_LOG, logging.INFO, "local page", address=self.address)
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        finally:
            self.address = None
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves the process's signals to the agent."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle off only where the protocol is named; otherwise every answer waits 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets two programs share a port otherwise
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener
