"""Modbus TCP against servers of other authors, and many devices at once: one that is dead or slow delays no other."""

import asyncio
import random
import socket
import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from modbus_peers import (
    HOST,
    LibmodbusServer,
    ModbusSerialServer,
    PyModbusTcpServer,
    build_libmodbus,
    why_no_libmodbus,
)

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.tcp import ModbusTcpDriver
from edge_agent.drivers.registry import ModbusTcpSettings
from edge_agent.errors import DeviceRefused, DeviceUnreachable
from edge_agent.pace import Pace
from edge_agent.station.link import DeviceLink
from firmware_profiles.decode import decode
from firmware_profiles.format import DataType, Layout, Order, Point, Table

INPUTS = [Point(name=f"i{n}", table=Table.INPUT, address=n, type=DataType.UINT16) for n in range(100)]
HELD = [
    Point(name="word", table=Table.HOLDING, address=5, type=DataType.UINT16, writable=True),
    Point(name="pair", table=Table.HOLDING, address=6, type=DataType.UINT32, order=Order.CDAB, writable=True),
    Point(name="number", table=Table.HOLDING, address=10, type=DataType.FLOAT64, writable=True),
    Point(name="text", table=Table.HOLDING, address=20, type=DataType.STRING, length=6, writable=True),
    Point(name="coil", table=Table.COIL, address=7, type=DataType.BOOL, writable=True),
]  # fmt: skip
WRITTEN = {"word": 513, "pair": 70_000, "number": Decimal("-12.1"), "text": "H0001", "coil": True}
NEEDS_LIBMODBUS = pytest.mark.skipif(why_no_libmodbus() is not None, reason=f"left out: {why_no_libmodbus()}")


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def libmodbus(tmp_path_factory):
    return build_libmodbus(tmp_path_factory.mktemp("libmodbus"))


@pytest.fixture(params=[pytest.param("libmodbus", marks=NEEDS_LIBMODBUS), "modbus-serial", "pyModbusTCP"])
async def server(request):
    port = free_port()
    server = {
        "libmodbus": lambda: LibmodbusServer(request.getfixturevalue("libmodbus"), port),
        "modbus-serial": lambda: ModbusSerialServer(port),
        "pyModbusTCP": lambda: PyModbusTcpServer(port),
    }[request.param]()
    await server.start()
    server.port = port
    yield server
    await server.stop()


def driver_of(port, timeout=0.5):
    context = DriverContext(
        device=f"press {port}", data=Path(), clock=lambda: datetime.now(UTC), layout=Layout(max_gap=20)
    )
    return ModbusTcpDriver(ModbusTcpSettings(host=HOST, port=port, timeout=timeout), context)


async def test_what_is_written_is_read_back_in_every_type(server):
    driver = driver_of(server.port)
    await driver.connect()
    for point in HELD:
        await driver.write(point, WRITTEN[point.name])
    samples = await driver.read([*HELD, *INPUTS])
    assert {point.name: decode(point, samples[point.name].raw) for point in HELD} == WRITTEN
    assert [samples[point.name].raw for point in INPUTS] == [(1000 + n,) for n in range(100)]
    await driver.close()


async def test_an_address_it_does_not_have(server):
    if isinstance(server, PyModbusTcpServer):
        pytest.skip("left out: it has every address")
    driver = driver_of(server.port)
    await driver.connect()
    with pytest.raises(DeviceRefused, match="no such address"):
        await driver.read([Point(name="far", table=Table.INPUT, address=9000, type=DataType.UINT16)])
    assert await driver.read(INPUTS)
    await driver.close()


async def test_the_longest_read_there_is(server):
    driver = driver_of(server.port)
    await driver.connect()
    whole = [Point(name=f"i{n}", table=Table.INPUT, address=n, type=DataType.UINT16) for n in range(125)]
    samples = await driver.read(whole)
    assert [samples[point.name].raw for point in whole[:100]] == [(1000 + n,) for n in range(100)]
    await driver.close()


async def say_nothing(reader, writer):
    while await reader.read(1000):
        continue
    writer.close()


async def poll(link, stop, times):
    """What a station does, without its handshake."""
    while not stop.is_set() and await link.ready(stop):
        try:
            await link.driver.read(INPUTS[:10])
        except DeviceUnreachable as error:
            await link.lost(error)
            continue
        link.answered()
        times.append(time.monotonic())
        await asyncio.sleep(0.02)


def links_to(ports, pace, seed=3):
    rng = random.Random(seed)
    return [DeviceLink(str(port), driver_of(port, 0.2), rng.random, pace) for port in ports]


@NEEDS_LIBMODBUS
async def test_a_restart_of_the_server_makes_at_most_one_session_per_client(libmodbus):
    port, clients = free_port(), 20
    server = LibmodbusServer(libmodbus, port)
    await server.start()
    links, stop = links_to([port] * clients, Pace(first=0.05, longest=0.5)), asyncio.Event()
    times = [[] for _ in links]
    polls = [asyncio.create_task(poll(link, stop, own)) for link, own in zip(links, times, strict=True)]
    await asyncio.sleep(0.5)
    assert server.sessions == clients
    await server.stop()
    await asyncio.sleep(1.0)
    server = LibmodbusServer(libmodbus, port)
    await server.start()
    back = time.monotonic()
    await asyncio.sleep(1.5)
    stop.set()
    await asyncio.gather(*polls)
    assert server.sessions == clients
    assert all(own[-1] > back for own in times)
    for link in links:
        await link.close()
    await server.stop()


@NEEDS_LIBMODBUS
async def test_dead_and_slow_devices_delay_no_other(libmodbus):
    good, slow, dead = free_port(), free_port(), free_port()
    servers = [LibmodbusServer(libmodbus, good), LibmodbusServer(libmodbus, slow, pause_ms=400)]
    for server in servers:
        await server.start()
    mute = await asyncio.start_server(say_nothing, HOST, dead)
    ports = [good, slow, dead, free_port()]
    links, stop = links_to(ports, Pace(first=0.05, longest=0.3)), asyncio.Event()
    times = [[] for _ in links]
    polls = [asyncio.create_task(poll(link, stop, own)) for link, own in zip(links, times, strict=True)]
    await asyncio.sleep(2.0)
    stop.set()
    await asyncio.gather(*polls)
    for link in links:
        await link.close()
    for server in servers:
        await server.stop()
    mute.close()
    await asyncio.sleep(0.05)
    assert times[1:] == [[], [], []]
    assert len(times[0]) > 40
    assert max(b - a for a, b in pairwise(times[0])) < 0.2
