"""The verb ``simulate``: its arguments, and the time between its first line and Ctrl-C."""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from edge_agent.errors import AgentError
from edge_agent.simulate.faults import Fault, FaultPlan
from edge_agent.simulate.simulator import Simulation, Simulator, simulate, snippet
from edge_agent.simulate.station import Clocks
from firmware_profiles.catalog import Catalog
from firmware_profiles.check import problems
from firmware_profiles.format import Profile
from firmware_profiles.parse import parse_profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``simulate`` understands."""
    parser.add_argument("profile", metavar="PROFILE", help="VENDOR/MODEL, or a profile file (.toml)")
    parser.add_argument("--folder", type=Path, help="a folder of your own profiles, <vendor>/<model>.toml")
    parser.add_argument("--firmware", help="the version the device runs")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument(
        "--port", type=int, help="TCP port (default: 5020 for Modbus, 4840 for OPC UA; 0: any free one)"
    )
    parser.add_argument("--base", default="", help="base of the station (default: 0, or Cell1 for OPC UA)")
    parser.add_argument("--unit", type=int, default=1, help="Modbus unit id")
    parser.add_argument("--security", choices=["None", "Basic256Sha256"], default="None", help="of OPC UA")
    parser.add_argument("--data", type=Path, default=Path("simulated"), help="where its OPC UA certificate is kept")
    parser.add_argument("--cycle", type=float, default=2.0, metavar="SECONDS", help="time of one cycle")
    parser.add_argument("--seed", type=int, help="the same seed gives the same values")
    parser.add_argument("--faults", default="", metavar="NAME,…", help=f"go wrong in turn: {', '.join(Fault)}")
    parser.add_argument("--fault-every", type=float, default=10.0, metavar="SECONDS", help="one fault in such a time")
    parser.add_argument("--fault-for", type=float, default=3.0, metavar="SECONDS", help="and how long it lasts")
    parser.add_argument("--late", type=float, default=5.0, metavar="SECONDS", help="how late a late reply comes")


def read_simulation(options: argparse.Namespace) -> Simulation:
    """The arguments as what to simulate; AgentError or ProfileError when they make no sense."""
    return Simulation(
        profile=_profile(options.profile, options.folder, options.firmware),
        base=options.base,
        host=options.host,
        port=options.port,
        unit=options.unit,
        security=options.security,
        data=options.data.absolute(),
        period=options.cycle,
        late=options.late,
        plan=FaultPlan(faults=_faults(options.faults), every=options.fault_every, lasts=options.fault_for),
    )


async def run_simulation(
    simulation: Simulation, clocks: Clocks, uniform: Callable[[], float], stop: asyncio.Event
) -> None:
    """Serve until ``stop``; the first lines say where and how the agent connects."""
    simulator = Simulator(simulation, clocks, uniform)
    await simulator.start()
    profile = simulation.profile
    print(f"{profile.vendor}/{profile.model} is served on {simulation.host}:{simulator.port}; Ctrl-C ends it")
    print(snippet(simulation, simulator.port), flush=True)
    await simulate(simulator, stop)


def _profile(name: str, folder: Path | None, firmware: str | None) -> Profile:
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as unread:
            raise AgentError(f"cannot be read ({unread})", where=name) from unread
        profile = parse_profile(text, name)
        wrong = problems(profile)
        if wrong:
            raise AgentError(f"does not prove itself: {wrong[0]}", where=name, advice="run zhuoyue-profiles check")
        return profile
    vendor, _, model = name.partition("/")
    return Catalog(folder).find(vendor, model, firmware)


def _faults(text: str) -> tuple[Fault, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in list(Fault):
            raise AgentError(f"there is no fault {name!r}", where="--faults", advice=f"use {', '.join(Fault)}")
    return tuple(Fault(name) for name in names)
