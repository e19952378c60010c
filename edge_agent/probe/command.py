"""The verb ``probe``: its arguments, and which look follows from them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.errors import AgentError
from edge_agent.probe.look import Surroundings, look_for_units, modbus_driver
from edge_agent.probe.place import ModbusPlace, OpcUaPlace, read_place, read_range, read_units
from edge_agent.probe.report import nodes_text, server_text, sought_text, units_text
from edge_agent.probe.scan import Manners, Range
from edge_agent.probe.seek import Sought, seek, seek_again
from edge_agent.probe.server import Bounds, look_at_server, seek_nodes
from edge_agent.probe.shown import read_shown
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import Profile, Protocol

_RANGES = ("holding:0-499", "input:0-499")
_UNITS = "1-5,247,255,0"


class Looked(NamedTuple):
    """What a probe found: as data, and as text for people."""

    found: Any
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``probe`` understands."""
    parser.add_argument("address", metavar="ADDRESS", help="HOST[:PORT] of Modbus TCP, or an opc.tcp:// URL")
    parser.add_argument("--find", metavar="VALUE", help="where is what the display shows (a number or a text)?")
    parser.add_argument("--then", metavar="VALUE", help="what it shows next; waited for, and told apart by")
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for --then")
    parser.add_argument("--range", action="append", metavar="TABLE:A-B", help=f"registers ({', '.join(_RANGES)})")
    parser.add_argument("--unit", type=int, default=1, help="the unit id of --find")
    parser.add_argument("--units", default=_UNITS, help=f"unit ids to look for (default {_UNITS})")
    parser.add_argument("--pause", type=float, default=0.05, metavar="SECONDS", help="between two requests")
    parser.add_argument("--requests", type=int, default=400, help="the most requests of one look")
    parser.add_argument("--timeout", type=float, default=1.0, metavar="SECONDS", help="how long to wait for an answer")
    parser.add_argument(
        "--security", default="Basic256Sha256", choices=["Basic256Sha256", "Aes256Sha256RsaPss", "None"]
    )
    parser.add_argument("--trust", type=Path, help="certificate of the OPC UA server, or a folder of them")
    parser.add_argument("--depth", type=int, default=5, help="how deep to browse an OPC UA server")
    parser.add_argument("--most", type=int, default=500, help="the most nodes to browse")
    parser.add_argument("--data", type=Path, default=Path("data"), help="where the agent's OPC UA certificate is kept")
    parser.add_argument("--folder", type=Path, help="a folder of your own profiles, <vendor>/<model>.toml")
    parser.add_argument("--json", action="store_true", help="print JSON")


async def probe(options: argparse.Namespace, clock: Callable[[], Any], monotonic: Callable[[], float]) -> Looked:
    """Look; DeviceError when nothing answers there, AgentError for arguments that make no sense."""
    if options.then is not None and options.find is None:
        raise AgentError("--then needs --find", where="--then", advice="give first what the display shows now")
    around = Surroundings(clock=clock, data=options.data.absolute(), timeout=options.timeout)
    manners = Manners(pause=options.pause, requests=options.requests)
    place = read_place(options.address)
    if isinstance(place, OpcUaPlace):
        return await _server(place, options, around, manners)
    if options.find is None:
        profiles = _profiles(options, Protocol.MODBUS)
        found = await look_for_units(place, read_units(options.units), profiles, around, options.pause)
        return Looked(found, units_text(place, found))
    sought = await _sought(place, options, around, manners, monotonic)
    return Looked(sought, sought_text(sought, told_twice=options.then is not None))


async def _server(place: OpcUaPlace, options: argparse.Namespace, around: Surroundings, manners: Manners) -> Looked:
    settings = _settings(place, options)
    bounds = Bounds(depth=options.depth, most=options.most)
    if options.find is None:
        found = await look_at_server(settings, _profiles(options, Protocol.OPCUA), around, bounds)
        return Looked(found, server_text(place, options.security, found))
    nodes = await seek_nodes(settings, read_shown(options.find), around, bounds, manners)
    return Looked(nodes, nodes_text(nodes))


async def _sought(
    place: ModbusPlace,
    options: argparse.Namespace,
    around: Surroundings,
    manners: Manners,
    monotonic: Callable[[], float],
) -> Sought:
    ranges: list[Range] = [read_range(text) for text in options.range or _RANGES]
    shown, then = read_shown(options.find), read_shown(options.then) if options.then is not None else None
    driver = modbus_driver(place, options.unit, around)
    await driver.connect()
    try:
        sought = await seek(driver, ranges, shown, manners)
        if then is None:
            return sought
        return await seek_again(driver, sought, then, manners, wait=options.wait, monotonic=monotonic)
    finally:
        await driver.close()


def _settings(place: OpcUaPlace, options: argparse.Namespace) -> OpcUaSettings:
    given = {"url": place.url, "security": options.security, "timeout": max(options.timeout, 2.0)}
    if options.trust is not None:
        given["trust"] = str(options.trust)
    try:
        return msgspec.convert(given, OpcUaSettings, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as wrong:
        raise AgentError(str(wrong), where=place.url) from None


def _profiles(options: argparse.Namespace, protocol: Protocol) -> list[Profile]:
    entries = Catalog(options.folder).entries()
    return [entry.profile for entry in entries if entry.profile.protocol is protocol]
