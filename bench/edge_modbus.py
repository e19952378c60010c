"""Reading Modbus: the block planner and decoder against a plain loop of the library they stand on, and many devices.

    .venv/bin/python bench/edge_modbus.py [--seconds 15] [--devices 100] [--json]

Both parts talk to real servers on loopback. The servers run in a process of their own, so that what is measured is the
client alone. The first part reads 100 contiguous registers both ways in turn and prints ratios; the second polls many
devices once a second, each with 125 registers, decodes all of them, and prints the share of one core, resident memory
and the latest cycle: the time from when it was due to its last decoded value. Beside it another process does nothing
but wake up a hundred times a second; how late that one was is what the machine itself is to blame for.
"""

import argparse
import asyncio
import json
import resource
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from modbus_memory import HOST, SPAWN, devices
from pymodbus.client import AsyncModbusTcpClient

from edge_agent.drivers.interface import Driver, DriverContext
from edge_agent.drivers.modbus.plan import plan_reads
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from firmware_profiles.decode import decode
from firmware_profiles.format import DataType, Layout, Point, Table

CONTIGUOUS = 100
PER_DEVICE = 125
ROUNDS = 30
WORD = 0x4366
"""In every register: as a float 230.26328, which needs eight digits, the slowest kind to decode."""

Read = Callable[[], Awaitable[int]]


def points_of(count: int) -> list[Point]:
    """Floats over register pairs, and a number where one register is left."""
    pairs = [
        Point(name=f"v{at}", table=Table.HOLDING, address=at, type=DataType.FLOAT32) for at in range(0, count - 1, 2)
    ]
    rest = [Point(name="last", table=Table.HOLDING, address=count - 1, type=DataType.UINT16)] if count % 2 else []
    return pairs + rest


def words_of(count: int) -> list[Point]:
    return [Point(name=f"w{at}", table=Table.HOLDING, address=at, type=DataType.UINT16) for at in range(count)]


def wait_beside(told: Connection, seconds: float) -> None:
    """A process that only wakes up a hundred times a second: how late this machine itself is, at worst."""
    told.send(0.0)
    began, worst = time.monotonic(), 0.0
    for number in range(1, int(seconds * 100)):
        due = began + number / 100
        time.sleep(max(0.0, due - time.monotonic()))
        worst = max(worst, time.monotonic() - due)
    told.send(worst)


def driver_for(port: int) -> Driver:
    context = DriverContext(device="bench", data=Path(), clock=lambda: datetime.now(UTC), layout=Layout())
    return create_driver("modbus-tcp", ModbusTcpSettings(host=HOST, port=port), context)


async def planned(driver: Driver, points: list[Point]) -> int:
    samples = await driver.read(points)
    return len([decode(point, samples[point.name].raw) for point in points])


async def tag_by_tag(client: AsyncModbusTcpClient, points: list[Point]) -> int:
    values = []
    for point in points:
        reply = await client.read_holding_registers(point.address, count=1, device_id=1)
        values.append(client.convert_from_registers(reply.registers, client.DATATYPE.UINT16))
    return len(values)


async def timed(read: Read) -> list[tuple[float, float]]:
    """(wall, CPU) seconds of each round."""
    times = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        await read()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return times


async def peak_of(read: Read) -> int:
    tracemalloc.start()
    await read()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


async def compare(port: int) -> dict[str, float]:
    """100 contiguous registers as 100 points, both ways."""
    points = words_of(CONTIGUOUS)
    driver, client = driver_for(port), AsyncModbusTcpClient(HOST, port=port)
    await driver.connect()
    await client.connect()
    ways = {"planned": lambda: planned(driver, points), "tag_by_tag": lambda: tag_by_tag(client, points)}
    for read in ways.values():
        await read()
    times = {name: await timed(read) for name, read in ways.items()}
    peaks = {name: await peak_of(read) for name, read in ways.items()}
    await driver.close()
    client.close()
    wall = {name: statistics.median(pair[0] for pair in found) for name, found in times.items()}
    cpu = {name: statistics.median(pair[1] for pair in found) for name, found in times.items()}
    requests = len(plan_reads(points, Layout()))
    return {
        "registers": CONTIGUOUS,
        "requests_planned": requests,
        "requests_tag_by_tag": CONTIGUOUS,
        "requests_ratio": CONTIGUOUS / requests,
        "wall_ms_planned": wall["planned"] * 1000,
        "wall_ms_tag_by_tag": wall["tag_by_tag"] * 1000,
        "wall_ratio": wall["tag_by_tag"] / wall["planned"],
        "cpu_ms_planned": cpu["planned"] * 1000,
        "cpu_ms_tag_by_tag": cpu["tag_by_tag"] * 1000,
        "cpu_ratio": cpu["tag_by_tag"] / cpu["planned"],
        "peak_kb_planned": peaks["planned"] / 1024,
        "peak_kb_tag_by_tag": peaks["tag_by_tag"] / 1024,
    }


async def poll(ports: list[int], seconds: float) -> dict[str, float]:
    """Every device once a second, evenly spread over the second, as its own task."""
    points = points_of(PER_DEVICE)
    late: list[float] = []
    cycles = max(1, int(seconds))

    async def device(number: int, driver: Driver) -> None:
        for cycle in range(cycles):
            due = began + number / len(ports) + cycle
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await planned(driver, points)
            late.append(time.monotonic() - due)

    drivers = [driver_for(port) for port in ports]
    for driver in drivers:
        await driver.connect()
    mine, its = SPAWN.Pipe(duplex=False)
    beside = SPAWN.Process(target=wait_beside, args=(its, seconds), daemon=True)
    beside.start()
    mine.recv()
    began = time.monotonic() + 0.5
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.gather(*(device(number, driver) for number, driver in enumerate(drivers)))
    used, passed = time.process_time() - cpu, time.monotonic() - wall
    for driver in drivers:
        await driver.close()
    machine = await asyncio.to_thread(mine.recv)
    beside.join()
    return {
        "devices": len(ports),
        "registers_each": PER_DEVICE,
        "points_each": len(points),
        "requests_each": len(plan_reads(points, Layout())),
        "cycles": len(late),
        "core_share": used / passed,
        "rss_mb": resident_mb(),
        "latest_cycle_ms": max(late) * 1000,
        "p99_cycle_ms": sorted(late)[int(len(late) * 0.99)] * 1000,
        "latest_idle_wake_ms": machine * 1000,
    }


def resident_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with devices(options.devices, WORD) as ports:
        found = {
            "planner": asyncio.run(compare(ports[0])),
            "many_devices": asyncio.run(poll(ports, options.seconds)),
        }
    if options.json:
        print(json.dumps(found))
        return
    for part, figures in found.items():
        print(part)
        for name, figure in figures.items():
            print(f"  {name:<22} {figure:.3f}" if isinstance(figure, float) else f"  {name:<22} {figure}")


if __name__ == "__main__":
    main()
