"""What is behind an OPC UA address: BuildInfo, nodes within bounds, and the nodes that show a value."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from edge_agent.drivers.interface import Driver, Raw
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.drivers.registry import create_driver
from edge_agent.probe.look import Surroundings, context, fitting
from edge_agent.probe.scan import Manners, Scan
from edge_agent.probe.shown import Shown
from firmware_profiles.format import DataType, Point, Profile
from firmware_profiles.identify import Claim
from traceability.measurement import Status


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How deep, and how many nodes in all."""

    depth: int
    most: int


class NodeFound(msgspec.Struct, frozen=True, kw_only=True):
    """A variable or object; ``path`` of browse names from the Objects folder."""

    node: str
    path: str
    kind: str


class ServerFound(msgspec.Struct, frozen=True, kw_only=True):
    """A server that answers; ``complete`` is False when a bound cut the browsing short."""

    said: Claim | None
    profiles: tuple[str, ...]
    nodes: tuple[NodeFound, ...]
    complete: bool


class NodeValue(msgspec.Struct, frozen=True, kw_only=True):
    """A node that shows what was sought."""

    node: str
    path: str
    value: str


async def look_at_server(
    settings: OpcUaSettings, profiles: Iterable[Profile], around: Surroundings, bounds: Bounds
) -> ServerFound:
    """Connect, ask who it is, and browse; DeviceError as the driver raises it."""
    driver: Any = create_driver("opcua", settings, context(around))
    await driver.connect()
    try:
        said = await driver.identity()
        found = await driver.browse(depth=bounds.depth, most=bounds.most)
    finally:
        await driver.close()
    nodes = tuple(NodeFound(node=node.node, path=node.path, kind=node.kind) for node in found.nodes)
    return ServerFound(said=said, profiles=fitting(profiles, said), nodes=nodes, complete=found.complete)


async def seek_nodes(
    settings: OpcUaSettings, shown: Shown, around: Surroundings, bounds: Bounds, manners: Manners
) -> list[NodeValue]:
    """The variables whose value could be what the display shows."""
    driver: Any = create_driver("opcua", settings, context(around))
    await driver.connect()
    try:
        found = await driver.browse(depth=bounds.depth, most=bounds.most)
        variables = {node.node: node.path for node in found.nodes if node.kind == "Variable"}
        return await _showing(driver, variables, shown, manners)
    finally:
        await driver.close()


async def _showing(driver: Driver, variables: dict[str, str], shown: Shown, manners: Manners) -> list[NodeValue]:
    points = [Point(name=node, node=node, type=DataType.STRING) for node in variables]
    samples = await Scan(driver, manners).read(points)
    return [
        NodeValue(node=node, path=variables[node], value=str(sample.raw))
        for node, sample in samples.items()
        if sample.status is not Status.BAD and _shows(sample.raw, shown)
    ]


def _shows(raw: Raw, shown: Shown) -> bool:
    if isinstance(raw, bool):
        return False
    if isinstance(raw, int | float | Decimal):
        return shown.holds(raw)
    return isinstance(raw, str) and shown.text in raw
