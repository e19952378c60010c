"""What lies between an agent and its hub, or between an agent and its controller, on a bad day.

``BadNetwork`` passes HTTP requests on, or loses them, their answers or half of them; sends them twice, late, and again
long after; changes a bit of them or of their answers. ``is_dead`` makes the way half-open: connections stay, nothing
comes through. ``BadWire`` does the last two to any protocol.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter, deque
from collections.abc import Callable
from random import Random

HOST = "127.0.0.1"
_HEAD_END = b"\r\n\r\n"
_REMEMBERED = 60
_RESET = struct.pack("ii", 1, 0)
_LOST = (OSError, EOFError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)
_TROUBLE = {
    "request lost": 2, "half a request": 2, "answer lost": 3, "sent twice": 4, "sent late": 5, "an old one again": 4,
    "bit of the request": 2, "bit of the answer": 2, "busy": 2,
}  # fmt: skip

_UNANSWERED = ("request lost", "half a request", "answer lost")
_TIMES = {"request lost": 0, "half a request": 0, "sent twice": 2}


class BadWire:
    """Listens on a port of its own; connections are cut by ``cut`` and fall silent while ``is_dead``."""

    def __init__(self, inner: Callable[[], int]) -> None:
        self.is_dead = False
        self.seen: Counter[str] = Counter()
        self._inner = inner
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._guarded, HOST, 0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Reset every connection there is."""
        for writer in self._open.values():
            reset(writer)
        self.seen["connections reset"] += len(self._open)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _guarded(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            await self._serve(reader, writer)
        except (*_LOST, asyncio.CancelledError):
            pass  # one side hung up
        finally:
            del self._open[task]
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(HOST, self._inner())
        try:
            ways = [asyncio.create_task(self._pass(reader, inner_writer))]
            ways.append(asyncio.create_task(self._pass(inner_reader, writer)))
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            inner_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(65536):
            await self._revived()
            writer.write(part)
            await writer.drain()

    async def _revived(self) -> None:
        if self.is_dead:
            self.seen["fell silent"] += 1
        while self.is_dead:  # noqa: ASYNC110 - the test turns it
            await asyncio.sleep(0.02)


class BadNetwork(BadWire):
    """The same for HTTP/1.1, request by request; ``trouble`` is the chance that something happens to one."""

    def __init__(self, inner: Callable[[], int], dice: Random, trouble: float = 0.35) -> None:
        super().__init__(inner)
        self.trouble = trouble
        self._dice = dice
        self._old: deque[bytes] = deque(maxlen=_REMEMBERED)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await _message(reader)
            await self._revived()
            answer = await self._carried(request, writer)
            await self._revived()
            writer.write(answer)
            await writer.drain()

    async def _carried(self, request: bytes, writer: asyncio.StreamWriter) -> bytes:
        post, dice = request.startswith(b"POST"), self._dice
        if post:
            self._old.append(request)
        if dice.random() >= self.trouble:
            return await self._ask(request)
        what = dice.choices(list(_TROUBLE), list(_TROUBLE.values()))[0]
        self.seen[what] += 1
        return await self._troubled(what, request, writer)

    async def _troubled(self, what: str, request: bytes, writer: asyncio.StreamWriter) -> bytes:
        ask, dice = self._ask, self._dice
        if what == "busy":
            return b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
        if what == "half a request":
            await ask(request[: len(request) // 2], whole=False)
        if what == "sent late":
            await asyncio.sleep(dice.random() * 0.4)
        if what == "an old one again":
            await self._again(request)
        if what == "bit of the request":
            request = _flipped(request, dice)
        both = await asyncio.gather(*(ask(request) for _ in range(_TIMES.get(what, 1))))
        if what in _UNANSWERED:
            reset(writer)
            raise EOFError
        answer = dice.choice(both)
        return _flipped(answer, dice) if what == "bit of the answer" else answer

    async def _again(self, request: bytes) -> None:
        """Send old requests once more, in any order, some of them side by side with this one."""
        old = self._dice.sample(list(self._old), min(3, len(self._old)))
        await asyncio.gather(*(self._ask(each) for each in [*old, request]), return_exceptions=True)

    async def _ask(self, request: bytes, *, whole: bool = True) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self._inner())
        try:
            writer.write(request)
            await writer.drain()
            return await _message(reader) if whole else b""
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection the rude way: the other side gets a reset."""
    handle = writer.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One request or answer with its body; only such as say their length."""
    head = await reader.readuntil(_HEAD_END)
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


def _flipped(message: bytes, dice: Random) -> bytes:
    """One bit of the body is another."""
    start = message.index(_HEAD_END) + len(_HEAD_END)
    if start == len(message):
        return message
    changed = bytearray(message)
    changed[dice.randrange(start, len(message))] ^= 1 << dice.randrange(8)
    return bytes(changed)
