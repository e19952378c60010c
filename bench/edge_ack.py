"""From the poll that saw the trigger to the acknowledgement written, against what nothing can be faster than.

    python bench/edge_ack.py [--cycles 500] [--runs 5] [--data FOLDER]

Cycle by cycle, a controller (its own process, Modbus TCP) offers a cycle, the agent's station stores it in the outbox
and acknowledges it. Beside each cycle the floor is measured on the same disk and the same wire: an fsync of as many
bytes appended to a file as the write-ahead log takes for most results (printed, counted in the log itself), and two
round trips, the read that sees the trigger and the write of one word, with nothing but a blocking socket; for
comparison also with pymodbus' plain client.
Percentiles are compared within a run; of several runs the median ratio counts, because a shared machine disturbs now
one side, now the other. The batches are sealed meanwhile, as they are on a line. The first cycles of a run are left
out: until its log has been brought home once, the outbox's file grows, as it does only after the agent's start.
"""

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import struct
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modbus_memory import HOST, SPAWN, devices
from pymodbus.client import ModbusTcpClient

from edge_agent.composition import Workshop, settle_memory, wall_clock
from edge_agent.config.load import load_config
from edge_agent.datafolder import OUTBOX
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.store import Outbox
from edge_agent.sealing import Sealer
from edge_agent.station.recent import Recent
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode_registers
from traceability.encoding import to_base64
from traceability.signing import Ed25519Signer
from traceability.unit import Environment

PROFILE = Catalog().find("zhuoyue", "four-phase-cell")
TRIGGER, ACKNOWLEDGE = (PROFILE.point(name).address for name in ("trigger", "acknowledge"))
Floors = list[tuple[float, float]]
FRAME = 4096 + 24
APPENDED = 7 * FRAME
PLACES = (50, 90, 99)
WARM_UP = 150
CONFIG = """\
[agent]
author = "bench"
environment = "test"
control_plan = "plan.toml"
[hub]
url = "http://127.0.0.1:9"
public_key = "{key}"
[page]
port = 0
[[device]]
name = "cell"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
poll_ms = 1
[device.settings]
host = "127.0.0.1"
port = {port}
[[station]]
name = "OP10"
work_cell = "w"
operation = "OP10"
device = "cell"
[station.measurements]
m1 = "bore"
"""
PLAN = """\
part = "09506000134352"
plant = "p"
revision = "A"
name = "x"
[[operation]]
id = "OP10"
name = "x"
[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
"""


class Wire:
    """One plain, blocking connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, first: int, count: int) -> tuple[int, ...]:
        answer = self._ask(struct.pack(">BHH", 3, first, count), 9 + 2 * count)
        return struct.unpack(f">{count}H", answer[9:])

    def write(self, first: int, *words: int) -> None:
        if len(words) == 1:
            self._ask(struct.pack(">BHH", 6, first, words[0]), 12)
        else:
            head = struct.pack(">BHHB", 16, first, len(words), 2 * len(words))
            self._ask(head + struct.pack(f">{len(words)}H", *words), 12)

    def _ask(self, request: bytes, length: int) -> bytes:
        self._socket.sendall(struct.pack(">HHHB", 1, 0, len(request) + 1, 1) + request)
        answer = b""
        while len(answer) < length:
            answer += self._socket.recv(length - len(answer))
        return answer


class Timed:
    """A driver that notes when the poll that saw the trigger began and when the acknowledgement was written."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._began = 0.0
        self.seconds: list[float] = []

    async def connect(self) -> None:
        await self._driver.connect()

    async def close(self) -> None:
        await self._driver.close()

    def one_read(self, points: Any) -> bool:
        return bool(self._driver.one_read(points))

    async def read(self, points: Any) -> Any:
        began = time.perf_counter()
        samples = await self._driver.read(points)
        if not self._began and samples["trigger"].raw == (1,) and samples["acknowledge"].raw == (0,):
            self._began = began  # with the acknowledgement still up it would be the cycle before
        return samples

    async def write(self, point: Any, value: Any) -> None:
        await self._driver.write(point, value)
        if point.name == "acknowledge" and value == 1:
            self.seconds.append(time.perf_counter() - self._began)
            self._began = 0.0


def play(told: Any, port: int, folder: Path, cycles: int) -> None:
    """The controller's program, in its own process; tells both floors beside each cycle, in seconds."""
    wire, client, floors, content = Wire(port), ModbusTcpClient(HOST, port=port), [], os.urandom(APPENDED)
    client.connect()
    with (folder / "floor").open("wb", buffering=0) as file:
        for cycle in range(1, cycles + 1):
            for name, value in {"cycle": cycle, "serial": f"H{cycle}", "verdict": "OK", "m1": 25}.items():
                point = PROFILE.point(name)
                wire.write(point.address or 0, *encode_registers(point, value))
            wire.write(TRIGGER, 1)
            while wire.read(ACKNOWLEDGE, 1) != (1,):
                time.sleep(0.001)
            wire.write(TRIGGER, 0)
            while wire.read(ACKNOWLEDGE, 1) != (0,):
                time.sleep(0.001)
            began = time.perf_counter()
            file.write(content)
            os.fsync(file.fileno())
            synced = time.perf_counter()
            wire.read(0, 62)
            wire.write(190, cycle % 2)
            bare = time.perf_counter()
            client.read_holding_registers(0, count=62)
            client.write_register(190, cycle % 2)
            floors.append((bare - began, synced - began + time.perf_counter() - bare))
    told.send(floors)


def played(port: int, folder: Path, cycles: int) -> Floors:
    """Waits for the controller's program to end."""
    mine, its = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=play, args=(its, port, folder, cycles), daemon=True)
    process.start()
    its.close()
    floors: Floors = mine.recv()
    process.join()
    return floors


async def measure(folder: Path, port: int, cycles: int) -> tuple[list[float], Floors]:
    """The agent's seconds and the floors', cycle by cycle."""
    signer = Ed25519Signer.from_seed(b"a" * 32)
    (folder / "agent.toml").write_text(CONFIG.format(key=to_base64(signer.public_key), port=port), encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    config = load_config(folder / "agent.toml")
    identity = Identity(author="bench", environment=Environment.TEST)
    outbox = Outbox(config.data / OUTBOX, identity, signer, wall_clock, secrets.token_bytes)
    await outbox.begin(config.hash, config.plans)
    sealing = asyncio.create_task(Sealer(outbox, config.sealing).run())
    workshop = Workshop(outbox, Recent(), 30, signer)
    link = workshop.link(config, config.devices[0])
    timed = link.driver = Timed(link.driver)
    stop = asyncio.Event()
    settle_memory()
    station = asyncio.create_task(workshop.runner(config, config.stations[0], link).run(stop))
    try:
        floors = await asyncio.to_thread(played, port, folder, WARM_UP + cycles)
        print(f"pages of the log that results took, most common first: {pages_taken(config.data / OUTBOX)[:3]}")
    finally:
        stop.set()
        sealing.cancel()
        await asyncio.gather(station, sealing, return_exceptions=True)
        await link.close()
        outbox.close()
    return timed.seconds[WARM_UP:], floors[WARM_UP:]


def pages_taken(outbox: Path) -> list[tuple[int, int]]:
    """(pages of a commit, such commits) in the write-ahead log as it stands (SQLite file format, 4.1 and 4.2)."""
    log = outbox.with_name(f"{outbox.name}-wal").read_bytes()
    commits, pages = Counter[int](), 0
    for start in range(32, len(log) - FRAME + 1, FRAME):
        size_after, salts = struct.unpack_from(">I8s", log, start + 4)
        if salts != log[16:24]:
            break  # left over from before the log began anew
        pages += 1
        if size_after:
            commits[pages] += 1
            pages = 0
    return commits.most_common()


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path, help="a folder on the disk to measure; a temporary one by default")
    options = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}: poll that saw the trigger to acknowledgement written, ms")
    print("              agent   floor (fsync as large + two round trips)   ratio    the same with pymodbus   ratio")
    ratios = [one_run(number, options.cycles, options.data) for number in range(1, options.runs + 1)]
    for place, *found in zip(PLACES, *ratios, strict=True):
        floor, client = (statistics.median(values) for values in zip(*found, strict=True))
        print(f"median of {len(ratios)} runs, p{place}: {floor:.2f} x the floor, {client:.2f} x with pymodbus")
    print(f"resident memory {resident_megabytes():.0f} MB, the decoder of pictures loaded with it")


def one_run(number: int, cycles: int, data: Path | None) -> list[tuple[float, float]]:
    """Prints the percentiles of one run; the ratios to both floors at each."""
    with devices(1) as (port,), tempfile.TemporaryDirectory(dir=data) as folder:
        ours, floors = asyncio.run(measure(Path(folder), port, cycles))
    sockets, clients = zip(*floors, strict=True)
    ratios = []
    for place in PLACES:
        ack, bare, client = (
            statistics.quantiles(values, n=100)[place - 1] * 1000 for values in (ours, sockets, clients)
        )
        ratios.append((ack / bare, ack / client))
        print(f"run {number} p{place}  {ack:8.2f} {bare:42.2f} {ack / bare:7.2f} {client:25.2f} {ack / client:7.2f}")
    return ratios


if __name__ == "__main__":
    main()
