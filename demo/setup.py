"""Everything that must be there before the first unit: a hub, its agents, their devices."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from demo.agent_files import Place, agent_toml, control_plan_toml, speaks_opcua
from demo.entries import enter_companies, enter_statements
from demo.hub_client import HubClient
from demo.processes import DemoFailed, Processes
from demo.story.lines import LINES
from demo.story.shape import Line

START_S = 60.0
COMMAND_S = 120.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be played; ``port`` is the hub's, 0 for a free one."""

    data: Path
    units: int
    seed: int
    port: int


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What was set up: where the hub is, its keys as it printed them, its admin token."""

    plan: Plan
    hub_url: str
    log_key: str
    token: str


def set_up(plan: Plan, processes: Processes, today: date) -> Stage:
    """Make and start everything; returns when all of it is running."""
    hub_port, *ports = free_ports(1 + 2 * len(LINES))
    hub_port = plan.port or hub_port
    hub = _run("hub", "init", "--data", str(plan.data / "hub"), "--environment", "demo", "--json")
    url = f"http://127.0.0.1:{hub_port}"
    token = (plan.data / "hub" / "admin.token").read_text(encoding="ascii").strip()
    processes.start("hub", "hub", "serve", "--data", str(plan.data / "hub"), "--port", str(hub_port))
    places = {
        name: Place(hub_url=url, hub_key=hub["hub_public_key"], device_port=device, page_port=page, data=plan.data)
        for name, device, page in zip(LINES, ports[::2], ports[1::2], strict=True)
    }
    for name, line in LINES.items():
        _start_device(plan, line, places[name].device_port, processes)
    with ThreadPoolExecutor(max_workers=len(LINES)) as several:
        keys = dict(zip(LINES, several.map(lambda name: _make_agent(LINES[name], places[name]), LINES), strict=True))
    _wait("hub", hub_port, processes)
    with HubClient(url, token) as client:
        enter_companies(client)
        for name, line in LINES.items():
            client.post("/api/v1/agents", {"author": line.author, "plant": line.plant, "public_key": keys[name]})
            _wait(device_name(name), places[name].device_port, processes)
            processes.start(agent_name(name), "edge_agent", "run", str(agent_folder(plan.data, name) / "agent.toml"))
        enter_statements(client, today)
    return Stage(plan=plan, hub_url=url, log_key=hub["log_verifier_key"], token=token)


def agent_folder(data: Path, line: str) -> Path:
    """The folder of a line's agent."""
    return data / f"agent-{line}"


def agent_name(line: str) -> str:
    """The name of a line's agent among the processes."""
    return f"agent-{line}"


def device_name(line: str) -> str:
    """The name of a line's simulated device among the processes."""
    return f"device-{line}"


def free_ports(count: int) -> list[int]:
    """So many different TCP ports on 127.0.0.1 that nobody uses at this moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def check_port(port: int) -> None:
    """DemoFailed when the hub can't have this port (0: any will do)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoFailed(f"port {port} on 127.0.0.1 can't be used: {error.strerror}; give another one") from None


def run_command(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the product's commands to its end."""
    return subprocess.run(  # noqa: S603 - our own modules
        (sys.executable, "-m", module, *arguments), capture_output=True, text=True, timeout=COMMAND_S, check=False
    )


def _run(module: str, *arguments: str) -> dict[str, Any]:
    done = run_command(module, *arguments)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise DemoFailed(f"{module} {' '.join(arguments[:2])}: {said[-1] if said else 'it failed without a word'}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _make_agent(line: Line, place: Place) -> str:
    """Key and configuration of one agent; its public key."""
    folder = agent_folder(place.data, line.name)
    names = ("--author", line.author, "--environment", "demo", "--hub-url", place.hub_url, "--hub-key", place.hub_key)
    made = _run("edge_agent", "init", str(folder), *names, "--json")
    (folder / "agent.toml").write_text(agent_toml(line, place), encoding="utf-8")
    (folder / "control-plan.toml").write_text(control_plan_toml(line), encoding="utf-8")
    key: str = made["public_key"]
    return key


def _start_device(plan: Plan, line: Line, port: int, processes: Processes) -> None:
    module = "demo.devices.opcua_cell" if speaks_opcua(line) else "demo.devices.modbus_cell"
    options = {"line": line.name, "units": plan.units, "seed": plan.seed, "port": port, "data": plan.data}
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    processes.start(device_name(line.name), module, *arguments)


def _wait(name: str, port: int, processes: Processes) -> None:
    """Until somebody listens there."""

    def listens() -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0

    if not wait_until(listens, START_S, lambda: processes.alive(name)):
        raise DemoFailed(f"{name} does not start on port {port}; look at {processes.log(name)}")


def wait_until(holds: Callable[[], bool], patience_s: float, worthwhile: Callable[[], bool] = lambda: True) -> bool:
    """Whether ``holds`` came true in time and before waiting stopped being worthwhile."""
    deadline = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > deadline or not worthwhile():
            return False
        time.sleep(0.05)
    return True
