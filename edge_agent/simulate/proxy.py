"""What stands between a simulated device and its clients when something is to go wrong on the wire.

For Modbus whole frames are passed on, so that single requests can be answered in the device's stead; for everything
else bytes are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from edge_agent.simulate.faults import Fault

_LOOPBACK = "127.0.0.1"
_HEADER = 6  # transaction, protocol and length of a Modbus TCP frame; the length counts what follows
_CODES = (1, 2, 3, 4, 6)
_GATEWAY_GOT_NO_ANSWER = 11
_SILENT = (Fault.HALF_OPEN,)

Read = Callable[[asyncio.StreamReader], Awaitable[bytes]]


class FaultProxy:
    """Listens on ``host`` and ``port`` for the device on ``inner``; ``fault`` says what is wrong right now."""

    def __init__(
        self, host: str, port: int, inner: int, fault: Callable[[], Fault | None], *, late: float, modbus: bool
    ) -> None:
        self._host, self._port, self._inner = host, port, inner
        self._fault = fault
        self._late = late
        self._read: Read = _frame if modbus else _bytes
        self._codes = count()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Serve; OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Serve no more; open connections are cut."""
        if self._server is not None:
            self._server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._pass_on(reader, writer)
        except asyncio.CancelledError:
            pass  # only ``stop`` cancels it, and the stream's own task must not end as cancelled
        finally:
            self._open.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(_LOOPBACK, self._inner)
        except OSError:
            return  # the device itself is gone
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._requests(reader, writer, inner_writer))
                group.create_task(self._answers(inner_reader, writer))
        except* (OSError, EOFError):
            pass  # one side hung up: so does the other
        finally:
            inner_writer.close()

    async def _requests(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, inner: asyncio.StreamWriter
    ) -> None:
        while request := await self._read(reader):
            fault = self._fault()
            if fault in _SILENT:
                continue
            if fault is Fault.EXCEPTION:
                back.write(_refusal(request, _CODES[next(self._codes) % len(_CODES)]))
            elif fault is Fault.DEAD_SLAVE:
                back.write(_refusal(request, _GATEWAY_GOT_NO_ANSWER))
            else:
                inner.write(request)
                await inner.drain()
        raise EOFError

    async def _answers(self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await self._read(inner):
            fault = self._fault()
            if fault is Fault.LATE_REPLY:
                await asyncio.sleep(self._late)
            if fault not in _SILENT:
                writer.write(answer)
                await writer.drain()
        raise EOFError


async def _bytes(reader: asyncio.StreamReader) -> bytes:
    return await reader.read(65536)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    header = await reader.readexactly(_HEADER)
    return header + await reader.readexactly(int.from_bytes(header[4:6], "big"))


def _refusal(request: bytes, code: int) -> bytes:
    return request[:4] + (3).to_bytes(2, "big") + bytes([request[6], request[7] | 0x80, code])
