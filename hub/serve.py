"""Run the web application until it is told to stop.

Bounds on connections: ``MAX_CONNECTIONS`` requests and connections at once (503 beyond; an agent keeps some between its
batches, an idle one takes ten kilobytes), ``MAX_HEAD`` bytes of request line and headers (400 beyond), ``KEEP_ALIVE_S``
seconds of an idle connection, which is longer than agents keep one, so that none is closed under a batch just being
sent. Bodies are bounded by ``hub.api.body``, the time before them and behind them by ``hub.api.connection``.

Pages and the whole API are served on the loopback interface, and on others only over TLS and to people who signed in
or programs that show a token (``guarded``). To line PCs in the plant network a second process serves what agents need
and nothing else, over TLS.
"""

import asyncio
import ipaddress
import json
import logging
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import uvicorn
from fastapi import FastAPI

from hub.api.connection import TimedConnection
from hub.api.host import OwnNames
from hub.enrol.certificate import TlsFiles
from hub.errors import HubError
from hub.memory import few_collections
from hub.web import Handed, HandedConnection, SharedConnection, WebProcesses

GRACE_S = 10
MAX_CONNECTIONS = 4096
MAX_HEAD = 32 * 1024
KEEP_ALIVE_S = 30
FILES_BESIDE = 512
"""Open files that are no connections."""
ANY_NAME: Sequence[str] = ("*",)
"""Whatever the Host header says: agents know the hub by its certificate, and browsers get no page."""
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def listen(host: str, port: int, *, guarded: bool = False) -> socket.socket:
    """A listening socket, on a loopback address unless what is served is ``guarded``; port 0 takes a free one.

    ``HubError`` says why not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not guarded:
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


def url_of(listener: socket.socket, *, tls: bool = False) -> str:
    """The address to open in a browser, or to give to agents; by this machine's name when it listens on every one."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = socket.gethostname()
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve(
    app: FastAPI,
    listener: socket.socket,
    *,
    ready_file: Path | None,
    announce: Callable[[str], None],
    names: Sequence[str] = (),
    tls: TlsFiles | None = None,
    web: WebProcesses | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, finish the requests under way, return. ``announce`` gets the address.

    ``names`` are those by which others than this machine itself reach the hub; ``web`` answers people.
    """
    config = _config(app, names, tls)
    if web is not None:
        config.http = cast("type[asyncio.Protocol]", partial(SharedConnection, web=web))
    _run(app, _Server(config, url_of(listener, tls=tls is not None), ready_file, announce), [listener])


def serve_handed(app: FastAPI, handed: Handed, *, names: Sequence[str] = ()) -> None:
    """Serve the connections that another process hands over, until there will be no more or SIGINT or SIGTERM."""
    _run(app, HandedServer(_config(app, names, None), handed), [])


def _config(app: FastAPI, names: Sequence[str], tls: TlsFiles | None) -> uvicorn.Config:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    return uvicorn.Config(
        app if names is ANY_NAME else OwnNames(app, names),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        http=TimedConnection,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else tls.key,
    )


def _run(app: FastAPI, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)  # the server re-raises what it caught once it has ended in good order
    _allow_files(MAX_CONNECTIONS + FILES_BESIDE)
    app.state.ending = lambda: server.should_exit
    few_collections()
    server.run(sockets=sockets)
    app.state.audit.settle()


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


class HandedServer(uvicorn.Server):
    """Listens nowhere: it serves connections that another process hands over."""

    def __init__(self, config: uvicorn.Config, handed: Handed) -> None:
        super().__init__(config)
        self._handed = handed
        self._begun: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections, then say so."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._handed.fileno(), self._take)
        self._handed.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, then finish."""
        asyncio.get_running_loop().remove_reader(self._handed.fileno())
        self._handed.close()
        await super().shutdown(sockets)

    def _take(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            came = self._handed.next()
        except BlockingIOError:
            return
        if came is None:
            loop.remove_reader(self._handed.fileno())
            self.should_exit = True
            return
        connection, read = came
        connection.setblocking(False)
        begun: asyncio.Task[object] = loop.create_task(
            loop.connect_accepted_socket(partial(self._protocol, read), connection)
        )
        self._begun.add(begun)
        begun.add_done_callback(self._begun.discard)

    def _protocol(self, read: bytes) -> HandedConnection:
        state = self.lifespan.state
        return HandedConnection(config=self.config, server_state=self.server_state, app_state=state, read=read)


def _allow_files(most: int) -> None:
    """Let this process open so many files, as far as it may decide that itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


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
            f"refuses to listen on {host!r}: there everybody could read, or listen to passwords",
            where="--host",
            advice="use 127.0.0.1 or ::1, or --tls where people sign in; for agents elsewhere run another with "
            "--agents-only",
        )
