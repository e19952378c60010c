"""Reading Modbus: the block planner and decoder against a plain loop of the library they stand on, and many devices.

    .venv/bin/python bench/edge_modbus.py [--seconds 15] [--devices 100] [--json]

Both parts talk to real servers on loopback. The servers run in processes of their own, so that what is measured is the
client alone. The first part reads 100 contiguous registers both ways in turn and prints ratios; the second polls many
devices once a second, each with 125 registers, decodes all of them, and prints the share of one core, resident memory
and the latest cycle.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType as Cells
from pymodbus.simulator import SimData, SimDevice

from edge_agent.drivers.interface import Driver, DriverContext
from edge_agent.drivers.modbus.plan import plan_reads
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from firmware_profiles.decode import decode
from firmware_profiles.format import DataType, Layout, Point, Table

HOST = "127.0.0.1"
CONTIGUOUS = 100
PER_DEVICE = 125
ROUNDS = 30
PER_PROCESS = 25

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


def serve(devices: int, ports: "multiprocessing.Queue[list[int]]") -> None:
    """So many devices in this process, until it is killed."""

    async def run() -> None:
        servers = []
        for _ in range(devices):
            cells = SimData(0, count=PER_DEVICE + 3, values=0x4366, datatype=Cells.REGISTERS)
            server = ModbusTcpServer(SimDevice(1, [cells]), address=(HOST, 0))
            await server.serve_forever(background=True)
            servers.append(server)
        ports.put([server.transport.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(run())


def start_devices(count: int) -> tuple[list[multiprocessing.Process], list[int]]:
    queue: multiprocessing.Queue[list[int]] = multiprocessing.Queue()
    sizes = [min(PER_PROCESS, count - at) for at in range(0, count, PER_PROCESS)]
    processes = [multiprocessing.Process(target=serve, args=(size, queue), daemon=True) for size in sizes]
    for process in processes:
        process.start()
    return processes, [port for _ in processes for port in queue.get(timeout=60)]


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
    began = time.monotonic() + 0.5
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
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.gather(*(device(number, driver) for number, driver in enumerate(drivers)))
    used, passed = time.process_time() - cpu, time.monotonic() - wall
    for driver in drivers:
        await driver.close()
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
    multiprocessing.set_start_method("spawn")
    processes, ports = start_devices(options.devices)
    try:
        found = {
            "planner": asyncio.run(compare(ports[0])),
            "many_devices": asyncio.run(poll(ports, options.seconds)),
        }
    finally:
        for process in processes:
            process.kill()
    if options.json:
        print(json.dumps(found))
        return
    for part, figures in found.items():
        print(part)
        for name, figure in figures.items():
            print(f"  {name:<22} {figure:.3f}" if isinstance(figure, float) else f"  {name:<22} {figure}")


if __name__ == "__main__":
    main()
