"""Devices for the benchmarks: Modbus memories on loopback in a process of their own, as cheap as such a thing can be.

What is measured shares the machine with them, so they do nothing but answer.
"""

import asyncio
import multiprocessing
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

HOST = "127.0.0.1"
SPAWN = multiprocessing.get_context("spawn")
_SIZE = 200


@contextmanager
def devices(count: int, word: int = 0) -> Iterator[list[int]]:
    """The ports of so many devices, each with its own registers, all of them ``word`` at first."""
    mine, its = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_run, args=(its, count, word), daemon=True)
    process.start()
    its.close()
    try:
        yield mine.recv()
    finally:
        process.terminate()
        process.join()


def _run(ports: Connection, count: int, word: int) -> None:
    asyncio.run(_serve(ports, count, word))


async def _serve(ports: Connection, count: int, word: int) -> None:
    servers = [await asyncio.start_server(_device(word), HOST, 0) for _ in range(count)]
    ports.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.Event().wait()


def _device(word: int):  # noqa: ANN202 - what asyncio calls a client callback
    memory = [word] * _SIZE

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(7):
            transaction, _, length, unit = struct.unpack(">HHHB", head)
            answer = _answer(memory, await reader.readexactly(length - 1))
            writer.write(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)

    return serve


def _answer(memory: list[int], request: bytes) -> bytes:
    function, first, second = struct.unpack(">BHH", request[:5])
    if function == 3:
        return struct.pack(">BB", 3, 2 * second) + struct.pack(f">{second}H", *memory[first : first + second])
    if function == 6:
        memory[first] = second
        return request
    memory[first : first + second] = struct.unpack(f">{second}H", request[6:])
    return request[:5]
