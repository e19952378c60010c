"""Run the web application until it is told to stop.

Reads are open to whoever can connect, so a hub listens on the loopback interface only.
"""

import ipaddress
import json
import logging
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from hub.errors import HubError

GRACE_S = 10
MAX_CONNECTIONS = 512
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 takes a free one. ``HubError`` says why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    _refuse_open_host(host)
    # asyncio switches Nagle off only where the protocol is named; otherwise every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise HubError(
            f"can't listen: {error}", where=f"{host} port {port}", advice="choose another --port, 0 takes a free one"
        ) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: FastAPI, listener: socket.socket, *, ready_file: Path | None, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, finish the requests under way, return. ``announce`` gets the address."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
    )
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)  # the server re-raises what it caught once it has ended in good order
    _Server(config, url_of(listener), ready_file, announce).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells its address once it is listening."""

    def __init__(
        self, config: uvicorn.Config, url: str, ready_file: Path | None, announce: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self._url, self._ready_file, self._announce = url, ready_file, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self._ready_file is not None:
            write_whole(self._ready_file, json.dumps({"url": self._url}) + "\n")
        self._announce(self._url)


def write_whole(path: Path, text: str) -> None:
    """Write so that a reader sees the file either not at all or whole."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _refuse_open_host(host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise HubError(
            f"refuses to listen on {host!r}: this version has no accounts, everybody who connects could read",
            where="--host",
            advice="use 127.0.0.1, or ::1",
        )
