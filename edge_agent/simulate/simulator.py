"""A simulated device put together: server, station, and what goes wrong."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec

from edge_agent.acquisition.resolve import resolve
from edge_agent.errors import AgentError, ExtraMissing
from edge_agent.simulate.faults import MODBUS_ONLY, ON_THE_WIRE, FaultPlan
from edge_agent.simulate.memory import Memory, Served
from edge_agent.simulate.proxy import FaultProxy
from edge_agent.simulate.station import Clocks, Station
from firmware_profiles.format import Profile, Protocol
from firmware_profiles.handshakes import HANDSHAKES

LOOPBACK = "127.0.0.1"
_USUAL_PORT = {Protocol.MODBUS: 5020, Protocol.OPCUA: 4840}


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What to simulate and where.

    ``port`` None is the protocol's usual one, 0 any free one. ``base`` is the station's, as in the agent's
    configuration. ``period`` is the time of one cycle, ``late`` how late a late reply comes, in seconds.
    """

    profile: Profile
    base: str = ""
    host: str = LOOPBACK
    port: int | None = None
    unit: int = 1
    security: Literal["None", "Basic256Sha256"] = "None"
    data: Path = Path()
    period: float = 2.0
    late: float = 5.0
    plan: FaultPlan = FaultPlan()


class Simulator:
    """The device on the network, and the station inside it."""

    def __init__(self, simulation: Simulation, clocks: Clocks, uniform: Callable[[], float]) -> None:
        problem = simulation_problem(simulation)
        if problem:
            raise AgentError(problem, where=f"{simulation.profile.vendor}/{simulation.profile.model}")
        self._simulation = simulation
        self._clocks = clocks
        self._uniform = uniform
        self._on_wire = any(fault in ON_THE_WIRE for fault in simulation.plan.faults)
        self._served = _served(simulation, behind_proxy=self._on_wire)
        self._proxy: FaultProxy | None = None
        self._station: Station | None = None

    async def start(self) -> None:
        """Serve; AgentError when the port is taken."""
        try:
            await self._served.start()
            if self._on_wire:
                self._proxy = self._made_proxy()
                await self._proxy.start()
        except OSError as taken:
            await self.stop()
            where = f"{self._simulation.host}:{_port(self._simulation)}"
            raise AgentError(f"cannot be served ({taken})", where=where, advice="choose another --port") from taken

    @property
    def port(self) -> int:
        """Where clients connect."""
        return self._served.port if self._proxy is None else self._proxy.port

    @property
    def memory(self) -> Memory:
        """The device's own memory."""
        return self._served.memory

    @property
    def cycles(self) -> int:
        """The number of the last cycle shown."""
        return 0 if self._station is None else self._station.cycle

    async def run(self) -> None:
        """Show cycles or values until cancelled."""
        simulation = self._simulation
        self._station = Station(
            simulation.profile,
            self._served.memory,
            plan=simulation.plan,
            period=simulation.period,
            clocks=self._clocks,
            uniform=self._uniform,
        )
        await self._station.run()

    async def stop(self) -> None:
        """Serve no more."""
        if self._proxy is not None:
            await self._proxy.stop()
        await self._served.stop()

    def _made_proxy(self) -> FaultProxy:
        simulation, began = self._simulation, self._clocks.monotonic()
        return FaultProxy(
            simulation.host,
            _port(simulation),
            self._served.port,
            lambda: simulation.plan.active(self._clocks.monotonic() - began),
            late=simulation.late,
            modbus=simulation.profile.protocol is Protocol.MODBUS,
        )


async def simulate(simulator: Simulator, stop: asyncio.Event) -> None:
    """Run a started simulator until ``stop``."""
    running = asyncio.ensure_future(simulator.run())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for task in (running, stopping):
            task.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        await simulator.stop()


def simulation_problem(simulation: Simulation) -> str | None:
    """Why this cannot be simulated, or None."""
    profile, plan = simulation.profile, simulation.plan
    if profile.protocol not in _USUAL_PORT:
        return f"a device that speaks {profile.protocol} is not simulated; modbus and opcua are"
    missing = [role for role in HANDSHAKES[profile.handshake].needs if role not in profile.roles]
    if profile.roles and missing:
        return f"the profile lacks the roles {', '.join(missing)} of its handshake"
    strange = [fault for fault in plan.faults if fault in MODBUS_ONLY and profile.protocol is not Protocol.MODBUS]
    if strange:
        return f"the fault {strange[0]} is one of Modbus devices"
    if plan.faults and not 0 < plan.lasts < plan.every:
        return "a fault must last less than its period"
    return None


def snippet(simulation: Simulation, port: int) -> str:
    """The device as the agent's configuration names it."""
    profile = simulation.profile
    lines = ["[[device]]", 'name = "simulated"']
    if profile.protocol is Protocol.MODBUS:
        place = [f'host = "{simulation.host}"', f"port = {port}", f"unit_id = {simulation.unit}"]
        driver = "modbus-tcp"
    else:
        place = [f'url = "opc.tcp://{simulation.host}:{port}"', f'security = "{simulation.security}"']
        if simulation.security != "None":
            place.append(f'trust = "{(simulation.data / "certificate.der").as_posix()}"')
        driver = "opcua"
    profile_line = f'profile = "{profile.vendor}/{profile.model}"'
    return "\n".join([*lines, f'driver = "{driver}"', profile_line, "[device.settings]", *place])


def _served(simulation: Simulation, *, behind_proxy: bool) -> Served:
    profile = simulation.profile
    resolved = resolve(profile, simulation.base or _usual_base(profile))
    where: dict[str, Any] = {"host": simulation.host, "port": _port(simulation)}
    if behind_proxy:
        where = {"host": LOOPBACK, "port": 0}
    try:
        if profile.protocol is Protocol.MODBUS:
            module = import_module("edge_agent.simulate.modbus_device")
            made: Served = module.ModbusDevice(profile, [resolved], **where, unit=simulation.unit)
        else:
            module = import_module("edge_agent.simulate.opcua_device")
            made = module.OpcUaDevice(profile, [resolved], **where, security=simulation.security, data=simulation.data)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("edge_agent"):
            raise
        message = f"simulating needs the package {missing.name!r}; run: pip install 'zhuoyue[agent]'"
        raise ExtraMissing(message) from missing
    return made


def _usual_base(profile: Profile) -> str | int:
    return 0 if profile.protocol is Protocol.MODBUS else "Cell1"


def _port(simulation: Simulation) -> int:
    return _USUAL_PORT[simulation.profile.protocol] if simulation.port is None else simulation.port
