"""The verbs about devices, without an agent running: ``simulate`` one, and ``probe`` what is at an address."""

import argparse
import asyncio
import logging
import time
from typing import TYPE_CHECKING

import msgspec

from edge_agent.composition import uniform_of, wall_clock
from edge_agent.log import open_log
from edge_agent.probe import command as probing
from edge_agent.signals import Signals
from edge_agent.simulate import command as simulating
from edge_agent.simulate.station import Clocks

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


def add_device_verbs(verbs: "Verbs") -> None:
    """``simulate`` and ``probe``."""
    summary = "serve a device over its real protocol from its profile, with faults on request"
    simulate = verbs.add_parser("simulate", help=summary, description=summary)
    simulating.add_arguments(simulate)
    simulate.set_defaults(call=_simulate)
    summary = "find devices, their identity and a profile at an address, or where a displayed value is kept; only reads"
    probe = verbs.add_parser("probe", help=summary, description=summary)
    probing.add_arguments(probe)
    probe.set_defaults(call=_probe)


def _simulate(options: argparse.Namespace) -> None:
    open_log(logging.WARNING)
    simulation = simulating.read_simulation(options)
    clocks = Clocks(wall=wall_clock, monotonic=time.monotonic)

    async def serve() -> None:
        stop = Signals().stop
        await simulating.run_simulation(simulation, clocks, uniform_of(options.seed), stop)

    asyncio.run(serve())


def _probe(options: argparse.Namespace) -> None:
    open_log(logging.ERROR)
    looked = asyncio.run(probing.probe(options, wall_clock, time.monotonic))
    print(msgspec.json.encode(looked.found).decode() if options.json else looked.text)
