"""Modbus RTU units with hand-written behaviour on one line, and the frames they speak."""

import asyncio
import os
from collections.abc import Callable
from typing import Self

HOST = "127.0.0.1"
Answer = Callable[[bytes, int], tuple[float, bytes]]


def crc(frame: bytes) -> bytes:
    """CRC-16 of Modbus over Serial Line 1.02, 6.2.2, bit by bit."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register.to_bytes(2, "little")


def framed(unit: int, pdu: bytes) -> bytes:
    frame = bytes([unit]) + pdu
    return frame + crc(frame)


def words(request: bytes, *values: int) -> bytes:
    """The answer to a read of registers."""
    content = b"".join(value.to_bytes(2, "big") for value in values)
    return framed(request[0], bytes([request[1], len(content)]) + content)


class RtuOverTcp:
    """``answer(request, number)`` gives (delay, bytes); units answer in order. All connections share the line."""

    def __init__(self, answer: Answer, port: int = 0) -> None:
        self.answer = answer
        self.port = port
        self.requests: list[bytes] = []
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._replies: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._replying = asyncio.create_task(self._reply())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        self._replying.cancel()
        await asyncio.gather(self._replying, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        while request := await reader.read(260):
            self.requests.append(request)
            delay, reply = self.answer(request, len(self.requests))
            self._replies.put_nowait((asyncio.get_running_loop().time() + delay, reply))
        self._writers.discard(writer)
        writer.close()

    async def _reply(self) -> None:
        while True:
            due, reply = await self._replies.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            for writer in self._writers:  # a transparent server passes the line on to whoever is connected
                writer.write(reply)


class RtuOnTty:
    """The same on a serial port."""

    def __init__(self, path: str, answer: Answer) -> None:
        self._path = path
        self.answer = answer
        self.requests: list[bytes] = []

    async def __aenter__(self) -> Self:
        self._port = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._port, self._serve)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._port)
        os.close(self._port)

    def _serve(self) -> None:
        request = os.read(self._port, 260)
        self.requests.append(request)
        delay, reply = self.answer(request, len(self.requests))
        asyncio.get_running_loop().call_later(delay, os.write, self._port, reply)
