"""Sampled data over OPC UA: 1,000 nodes at 5 Hz, the agent's subscription against a bare asyncua one, in one run.

    python bench/edge_opcua.py [--seconds 3] [--nodes 1000] [--hertz 5]

The server runs in a process of its own and writes all nodes and a counter node at the given rate. First the bare
library subscribes, then the agent's driver, each for the same time and from this process; what is compared is the CPU
time of this process for one notification. The counter must show exactly the values that did not come: nothing is said
to be complete that is not. Absolute times say little on a shared machine; the ratio does.
"""

import argparse
import asyncio
import logging
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from asyncua import Client, Server, ua

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.driver import OpcUaDriver
from edge_agent.drivers.opcua.settings import OpcUaSettings
from firmware_profiles.format import DataType, Point

SPAWN = multiprocessing.get_context("spawn")
COUNTER = Point(name="count", type=DataType.UINT32, node="ns=2;s=Count")


class Rate:
    """What one way of listening cost: notifications, seconds and CPU seconds."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.notifications = 0
        self.counts: list[int] = []
        self.seconds = 0.0
        self.cpu = 0.0

    @property
    def each(self) -> float:
        """CPU µs of one notification."""
        return self.cpu / max(1, self.notifications) * 1e6

    def line(self) -> str:
        per_second, share = self.notifications / self.seconds, self.cpu / self.seconds * 100
        return f"{self.title:<24}{per_second:>9.0f} notifications/s {share:>6.1f} % of a core {self.each:>7.1f} µs each"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int, nodes: int, hertz: float, ready: Event, end: Event) -> None:
    """The device: a process of its own."""
    logging.disable(logging.WARNING)
    asyncio.run(_serve(port, nodes, hertz, ready, end))


async def _serve(port: int, nodes: int, hertz: float, ready: Event, end: Event) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:bench")
    objects = server.get_objects_node()
    count = await objects.add_variable(ua.NodeId("Count", 2), "Count", 0, ua.VariantType.UInt32)
    made = [
        await objects.add_variable(ua.NodeId(f"V{n}", 2), f"V{n}", 0.0, ua.VariantType.Double) for n in range(nodes)
    ]
    async with server:
        ready.set()
        number, due = 0, time.monotonic()
        while not end.is_set():
            number += 1
            await server.write_attribute_value(count.nodeid, ua.DataValue(ua.Variant(number, ua.VariantType.UInt32)))
            for node in made:
                await server.write_attribute_value(node.nodeid, ua.DataValue(ua.Variant(float(number))))
            due = max(due + 1 / hertz, time.monotonic())
            await asyncio.sleep(due - time.monotonic())


class Bare:
    """The least that a handler of the bare library can do."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:  # noqa: ARG002 - the library's names
        self.rate.notifications += 1
        if isinstance(value, int):
            self.rate.counts.append(value)


async def bare(url: str, nodes: int, measured: Callable[[Rate, Awaitable[None]], Awaitable[None]]) -> Rate:
    rate = Rate("bare asyncua")
    async with Client(url) as client:
        subscription = await client.create_subscription(200, Bare(rate))
        wanted = [client.get_node(f"ns=2;s=V{n}") for n in range(nodes)]
        await subscription.subscribe_data_change([client.get_node(COUNTER.node), *wanted], queuesize=20)
        await measured(rate, asyncio.sleep(0))
    return rate


async def ours(url: str, nodes: int, measured: Callable[[Rate, Awaitable[None]], Awaitable[None]]) -> tuple[Rate, int]:
    rate = Rate("the agent's driver")
    with tempfile.TemporaryDirectory() as folder:
        context = DriverContext(device="bench", data=Path(folder), clock=lambda: datetime.now(UTC))
        driver = OpcUaDriver(OpcUaSettings(url=url, security="None"), context)
        await driver.connect()
        points = [Point(name=f"v{n}", type=DataType.FLOAT64, node=f"ns=2;s=V{n}") for n in range(nodes)]
        subscription = driver.subscription(points, period=0.2, counter=COUNTER)
        await subscription.open()

        async def listen() -> None:
            while True:
                changes = await subscription.next()
                rate.notifications += len(changes.samples)
                rate.counts += [s.raw for s in changes.samples if s.point == "count" and isinstance(s.raw, int)]

        await measured(rate, listen())
        await driver.close()
    return rate, subscription.count.missing


def missing(counts: list[int]) -> int:
    """How many numbers between the first and the last did not come."""
    return counts[-1] - counts[0] + 1 - len(set(counts)) if counts else 0


async def compare(url: str, nodes: int, seconds: float) -> bool:
    async def measured(rate: Rate, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        await asyncio.sleep(1.0)  # the first values of all nodes
        rate.notifications = 0
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        rate.seconds, rate.cpu = time.perf_counter() - began, time.process_time() - cpu
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    floor = await bare(url, nodes, measured)
    agent, counted = await ours(url, nodes, measured)
    for rate in (floor, agent):
        print(rate.line())
    print(f"CPU for one notification: {agent.each / floor.each:.2f} × bare asyncua")
    print(f"values of the counter that did not come: {missing(agent.counts)}; gaps counted: {counted}")
    return missing(agent.counts) == counted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--hertz", type=float, default=5.0)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    port, ready, end = free_port(), SPAWN.Event(), SPAWN.Event()
    device = SPAWN.Process(target=serve, args=(port, given.nodes, given.hertz, ready, end), daemon=True)
    device.start()
    try:
        if not ready.wait(60):
            print("the server did not start")
            return 1
        return 0 if asyncio.run(compare(f"opc.tcp://127.0.0.1:{port}", given.nodes, given.seconds)) else 1
    finally:
        end.set()
        device.join(10)
        if device.is_alive():
            device.terminate()


if __name__ == "__main__":
    raise SystemExit(main())
