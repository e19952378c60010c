"""Code readers on the network: the agent connects to the reader, or waits for the reader to connect."""

import asyncio
import socket

from edge_agent.drivers.code_reader.source import CodeReader
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.told_settings import CodeReaderTcpSettings

_CHUNK = 65536
_KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}


class TcpLine:
    """One connection at a time. While waiting for readers a new connection takes the place of an older one."""

    def __init__(self, settings: CodeReaderTcpSettings) -> None:
        self._settings = settings
        self._server: asyncio.Server | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._serving: asyncio.StreamReader | None = None
        self._arrived = asyncio.Event()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self._settings.host}:{self._settings.port}"

    @property
    def reopens(self) -> bool:
        """Whether the next connection comes by itself."""
        return self._settings.listen

    async def open(self) -> None:
        """Connect, or begin to wait."""
        host, port = self._settings.host, self._settings.port
        async with asyncio.timeout(self._settings.timeout_s):
            if self._settings.listen:
                self._server = await asyncio.start_server(self._take, host, port)
            else:
                self._take(*await asyncio.open_connection(host, port))

    async def read(self) -> bytes:
        """Some bytes of the present connection, none when it ended; waits for a connection where there is none."""
        await self._arrived.wait()
        reader, before = self._reader, self._serving
        assert reader is not None
        self._serving = reader
        if before is not None and before is not reader:
            return b""  # another peer: what was left of the one before is no beginning of this one's message
        try:
            data = await reader.read(_CHUNK)
        except ConnectionError:
            data = b""
        if not data:
            self._serving = None
            if reader is self._reader:
                self._hang_up()
        return data

    async def write(self, data: bytes) -> None:
        """Send bytes over the present connection."""
        if self._writer is None:
            message = "no reader is connected"
            raise ConnectionError(message)
        self._writer.write(data)
        async with asyncio.timeout(self._settings.timeout_s):
            await self._writer.drain()

    async def close(self) -> None:
        """Hang up and wait no longer."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._serving = None
        self._hang_up()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._hang_up()
        _watch(writer.get_extra_info("socket"))
        self._reader, self._writer = reader, writer
        self._arrived.set()

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
        self._arrived.clear()


def _watch(connection: socket.socket) -> None:
    """Let the system notice a peer that vanished without a word, within about half a minute."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def code_reader_tcp(settings: CodeReaderTcpSettings, context: DriverContext) -> CodeReader:
    """A reader on the network."""
    return CodeReader(settings, context, TcpLine(settings))
