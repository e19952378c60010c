"""Machines that tell their results: they write into folders, or read codes and connect, are dialled, or are wired."""

import asyncio
import json
import os
import socket
import termios
import tty
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.settings import Station
from edge_agent.drivers.told_settings import (
    AqdefFolderSettings,
    CodeReaderSerialSettings,
    CodeReaderTcpSettings,
    CsvFolderSettings,
    JsonFolderSettings,
)
from firmware_profiles.catalog import Catalog
from traceability.measurement import Characteristic

GTIN = "09506000134352"
HOST = "127.0.0.1"
BORE = Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3)
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
RESTS = {"settle_s": 0.05, "patience_s": 0.3, "look_every_s": 0.01}


def serial_of(number: int) -> str:
    return f"S{number:06d}"


def code_of(number: int) -> str:
    return f"01{GTIN}21{serial_of(number)}"


class _Folder:
    """A machine that writes one file for each result, in the ways that machines do."""

    suffix = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "results"
        self.folder.mkdir()
        self.again = 0

    async def start(self) -> None:
        """A folder is always there."""

    async def stop(self) -> None:
        """And stays there."""

    async def tell(self, number: int) -> None:
        """Written under its own name at once."""
        self.path(number).write_bytes(self.content([number]))

    async def tell_slowly(self, number: int, pause: float) -> None:
        content = self.content([number])
        with self.path(number).open("wb") as file:
            for half in (content[: len(content) // 2], content[len(content) // 2 :]):
                file.write(half)
                file.flush()
                await asyncio.sleep(pause)

    async def tell_garbage(self) -> None:
        (self.folder / f"garbage{self.suffix}").write_bytes(b"\xff\xfe\x00 no result {\n")

    def path(self, number: int) -> Path:
        return self.folder / f"{serial_of(number)}{self.suffix}"

    def content(self, numbers: list[int]) -> bytes:
        raise NotImplementedError


class CsvMachine(_Folder):
    name, suffix, profile = "csv-folder", ".csv", "csv-result"

    @property
    def settings(self) -> CsvFolderSettings:
        return CsvFolderSettings(folder=self.folder, **RESTS)

    def content(self, numbers: list[int]) -> bytes:
        lines = ["time,serial,verdict,lot,m1,m2,m3,m4,remark"]
        for number in numbers:
            time = (START + timedelta(seconds=number)).isoformat()
            lines.append(f'{time},{serial_of(number)},OK,,{25 + number / 1000:.3f},1,2,3,"fine, thanks"')
        return ("\r\n".join(lines) + "\r\n").encode()


class JsonMachine(_Folder):
    name, suffix, profile = "json-folder", ".json", "json-result"

    @property
    def settings(self) -> JsonFolderSettings:
        return JsonFolderSettings(folder=self.folder, results="results", **RESTS)

    def content(self, numbers: list[int]) -> bytes:
        results = [
            {
                "time": (START + timedelta(seconds=number)).isoformat(),
                "serial": serial_of(number),
                "verdict": "OK",
                "values": {"m1": 25 + number / 1000, "m2": 1},
            }
            for number in numbers
        ]
        return json.dumps({"machine": "press", "results": results}).encode()


class AqdefMachine(_Folder):
    name, suffix, profile = "aqdef-folder", ".dfq", "aqdef"

    @property
    def settings(self) -> AqdefFolderSettings:
        return AqdefFolderSettings(folder=self.folder, utc_offset="+00:00", **RESTS)

    def content(self, numbers: list[int]) -> bytes:
        lines = ["K0100 1", "K1001 P1", "K2001/1 1", "K2002/1 Bohrung Ø", "K2110/1 24,9", "K2111/1 30,0"]
        for number in numbers:
            time = START + timedelta(seconds=number)
            lines.append(f"{25 + number / 1000:.3f}\x140\x14{time:%d.%m.%Y/%H:%M:%S}".replace(".", ",", 1))
            lines.append(f"K0014/0 {serial_of(number)}")
        return ("\r\n".join(lines) + "\r\n").encode("latin-1")


class _Reader:
    """A code reader that counts its readings."""

    profile = "code-reader"
    speaks: ClassVar[dict[str, Any]] = {"fields": ("sequence", "code"), "aim_prefix": True, "no_read": "NOREAD"}

    def __init__(self, folder: Path) -> None:
        self.count = 0

    async def tell(self, number: int) -> None:
        await self.say(f"]d2{code_of(number)}")

    async def tell_no_read(self) -> None:
        await self.say("NOREAD")

    async def say(self, code: str) -> None:
        self.count += 1
        await self.send(f"{self.count},{code}\r".encode())

    async def tell_garbage(self) -> None:
        await self.send(b"\xff\xfe no reading\r")

    async def send(self, data: bytes) -> None:
        raise NotImplementedError


class DialledReader(_Reader):
    """The agent connects to it."""

    name = "code-reader-tcp"
    listen = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self._writer: asyncio.StreamWriter | None = None

    @property
    def settings(self) -> CodeReaderTcpSettings:
        return CodeReaderTcpSettings(host=HOST, port=self.port, listen=self.listen, timeout_s=0.5, **self.speaks)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        async with asyncio.timeout(30):
            while self._writer is None or self._writer.is_closing():  # noqa: ASYNC110 - the agent connects by itself
                await asyncio.sleep(0.005)
        self._writer.write(data)
        await self._writer.drain()

    async def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def stop(self) -> None:
        await self.hang_up()
        self._server.close()


class DiallingReader(DialledReader):
    """It connects to the agent."""

    listen = True

    async def start(self) -> None:
        """Connects when it has something to say."""

    async def send(self, data: bytes) -> None:
        async with asyncio.timeout(30):
            while self._writer is None:
                try:
                    _, self._writer = await asyncio.open_connection(HOST, self.port)
                except ConnectionError:
                    await asyncio.sleep(0.005)
        self._writer.write(data)
        await self._writer.drain()

    async def stop(self) -> None:
        await self.hang_up()


class WiredReader(_Reader):
    """On a serial line."""

    name = "code-reader-serial"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._own, self._other = os.openpty()
        tty.setraw(self._other)
        self._first = True

    @property
    def settings(self) -> CodeReaderSerialSettings:
        return CodeReaderSerialSettings(device=os.ttyname(self._other), baud=115200, **self.speaks)

    async def start(self) -> None:
        """A cable is always there."""

    async def send(self, data: bytes) -> None:
        async with asyncio.timeout(30):
            while termios.tcgetattr(self._other)[5] != termios.B115200:  # noqa: ASYNC110 - nobody has opened the port
                await asyncio.sleep(0.01)
        if self._first:
            self._first = False
            await asyncio.sleep(0.05)  # opening a port empties it
        await asyncio.to_thread(os.write, self._own, data)

    async def stop(self) -> None:
        for end in (self._own, self._other):
            try:
                os.close(end)
            except OSError:
                continue


FOLDERS = (CsvMachine, JsonMachine, AqdefMachine)
READERS = (DialledReader, DiallingReader, WiredReader)
MACHINES = {machine.__name__: machine for machine in (*FOLDERS, *READERS)}


def station_of(machine: Any) -> Station:
    resolved = resolve(Catalog().find("generic", machine.profile), "")
    return Station(
        name="OP10",
        work_cell="line/OP10",
        operation="OP10",
        device="machine",
        resolved=resolved,
        measurements={"m1": BORE} if "m1" in resolved.points else {},
        lot=None,
        camera=None,
    )
