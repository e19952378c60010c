"""Code readers on a serial line. The port blocks, so it has a thread of its own; each call on it is short."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import serial

from edge_agent.drivers.code_reader.source import CodeReader
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.told_settings import CodeReaderSerialSettings

T = TypeVar("T")
_LOOK = 0.1
"""Seconds that one reading of the port may block."""
_CHUNK = 4096
_PARITY = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class SerialLine:
    """One serial port, used by nobody else while it is open."""

    def __init__(self, settings: CodeReaderSerialSettings) -> None:
        self._settings = settings
        self._port: serial.Serial | None = None
        self._thread: ThreadPoolExecutor | None = None

    @property
    def address(self) -> str:
        """The port's name."""
        return self._settings.device

    @property
    def reopens(self) -> bool:
        """A port that failed must be opened again."""
        return False

    async def open(self) -> None:
        """Open the port; OSError when there is none, or when somebody else has it."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"serial {self._settings.device}")
        self._port = await self._in_thread(self._opened)

    async def read(self) -> bytes:
        """Some bytes."""
        while True:
            data = await self._in_thread(self._read_some)
            if data:
                return data

    async def write(self, data: bytes) -> None:
        """Send bytes; waits until the port took them."""
        await self._in_thread(lambda: self._open_port().write(data))

    async def close(self) -> None:
        """Close the port, after the read that may be under way."""
        thread, port = self._thread, self._port
        self._thread = self._port = None
        if thread is not None:
            if port is not None:
                await asyncio.get_running_loop().run_in_executor(thread, port.close)
            thread.shutdown(wait=False)

    def _opened(self) -> serial.Serial:
        settings = self._settings
        return serial.Serial(
            settings.device,
            baudrate=settings.baud,
            bytesize=settings.data_bits,
            parity=_PARITY[settings.parity],
            stopbits=settings.stop_bits,
            timeout=_LOOK,
            write_timeout=settings.timeout_s,
            exclusive=True,
        )

    def _read_some(self) -> bytes:
        port = self._open_port()
        first: bytes = port.read(1)
        return first + port.read(min(port.in_waiting, _CHUNK)) if first else first

    def _open_port(self) -> serial.Serial:
        if self._port is None:
            message = "the port is closed"
            raise OSError(message)
        return self._port

    async def _in_thread(self, call: Callable[[], T]) -> T:
        if self._thread is None:
            message = "the port is closed"
            raise OSError(message)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except (TypeError, ValueError) as broken:  # pyserial's way to fail when the port vanishes meanwhile
            message = f"the port failed: {broken}"
            raise OSError(message) from None


def code_reader_serial(settings: CodeReaderSerialSettings, context: DriverContext) -> CodeReader:
    """A reader on a serial line."""
    return CodeReader(settings, context, SerialLine(settings))
