"""A storm: lines, agents, a hub, and everything that goes wrong between them; who is killed when, and what is counted.

The dice decide everything that the test decides; when a process is scheduled they do not, so the same seed gives the
same kinds of trouble in the same order, not the same run.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from storm_line import CONFIG, PLAN, Line
from storm_programs import Process, move_clock, run_agent, run_hub
from storm_proxy import BadNetwork, BadWire

from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from traceability.encoding import to_base64
from traceability.keyfile import create_key_file
from traceability.unit import Environment

YEAR_S = 365 * 86400
CLOCKS = (0, 0, 0, 30, -30, 86400, YEAR_S, -YEAR_S, 12 * YEAR_S, -12 * YEAR_S)
PATIENCE_S = 90.0
DISK = "96m"
_LOOK_S = 0.02
_LIVES_S = (0.5, 6.0)
_FUSED = 0.6
_MADE = 4
"""Results for each kill, at the least."""
_START_S = 1.5
"""Of a hub, on a quiet machine."""
_SPAWN = multiprocessing.get_context("forkserver")
_SPAWN.set_forkserver_preload(
    ["hub.cli", "edge_agent.cli", "edge_agent.composition", "edge_agent.drivers.modbus.tcp", "uvicorn.main", "sqlite3"]
)


@dataclass
class Member:
    """A process that is killed, at ``due`` at the latest, and started again; ``full``: its disk is, or just was."""

    name: str
    target: Callable[[Process], None]
    words: tuple[str, ...]
    folder: Path
    deaths: int = 0
    between_statements: int = 0
    gave_up: list[int] = field(default_factory=list)
    full: bool = False
    due: float = 0.0
    process: "multiprocessing.process.BaseProcess | None" = None
    _fused: bool = False

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def start(self, dies_at: int | None = None) -> None:
        order = Process(words=self.words, log=self.folder / "log", clock=self.clock, dies_at=dies_at)
        self._fused = dies_at is not None
        self.process = _SPAWN.Process(target=self.target, args=(order,), name=self.name)
        self.process.start()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def bury(self) -> bool:
        """Note how it ended; False while it lives."""
        if self.process is None or self.process.is_alive():
            return self.process is None
        code = self.process.exitcode
        if code == -signal.SIGKILL:
            self.deaths += 1
            self.between_statements += self._fused
        else:
            assert self.full, f"{self.name} ended with {code}:\n{self.said()}"
            self.gave_up.append(code or 0)
        self.process.close()
        self.process = None
        return True

    def end(self) -> int:
        """In good order; its exit status."""
        if self.process is None:
            return 0
        self.process.terminate()
        self.process.join(30)
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.process.close()
        self.process = None
        return -signal.SIGALRM if code is None else code

    def said(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]


@dataclass
class Storm:
    """Built by ``built``; ``rage`` kills until ``kills`` are reached, ``calm`` lets everything arrive."""

    folder: Path
    dice: Random
    lines: list[Line]
    hub: Member
    agents: list[Member]
    networks: list[BadNetwork]
    wires: list[BadWire]
    disks: dict[str, Path]
    slowness: float = 1.0
    """By how much a start takes longer than on a quiet machine; lives are as much longer, or nothing would be made."""
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def made(self) -> int:
        return sum(len(line.made) for line in self.lines)

    @property
    def members(self) -> list[Member]:
        return [self.hub, *self.agents]

    @property
    def kills(self) -> int:
        return sum(member.deaths for member in self.members)

    async def rage(self, kills: int) -> None:
        """Kill that often, with everything else going wrong meanwhile, and until a little was made all the same."""
        troubles = [self._clocks, self._silence, self._resets, self._full_disks]
        weather = [asyncio.create_task(self._often(trouble)) for trouble in troubles]
        last = time.monotonic() + PATIENCE_S + 5 * kills
        try:
            while self.kills < kills or self.made < _MADE * kills:
                assert time.monotonic() < last, f"only {self.kills} kills, {self.made} made"
                self._raise_the_dead()
                await asyncio.sleep(_LOOK_S)
                for member in self.members:
                    if time.monotonic() > member.due and member.process is not None:
                        member.kill()
        finally:
            for task in weather:
                task.cancel()
            await asyncio.gather(*weather, return_exceptions=True)

    async def calm(self, arrived: Awaitable[object]) -> None:
        """No more trouble; returns when everything has arrived."""
        for way in [*self.networks, *self.wires]:
            way.is_dead = False
        for network in self.networks:
            network.trouble = 0.0
        for member in self.members:
            move_clock(member.clock, 0)
            self._give_room(member)
        for line in self.lines:
            line.ending = True
        keeping = asyncio.create_task(self._keep_alive())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await arrived
        finally:
            keeping.cancel()

    async def _keep_alive(self) -> None:
        """Fuses of the last processes may still burn down."""
        while True:
            self._raise_the_dead(fused=False)
            await asyncio.sleep(_LOOK_S)

    def stop(self) -> None:
        for member in self.members:
            if member.process is not None:
                member.kill()
                member.process.join()

    def _raise_the_dead(self, *, fused: bool = True) -> None:
        for member in self.members:
            if member.bury():
                chance = fused and self.dice.random() < _FUSED
                member.due = time.monotonic() + self.slowness * self.dice.uniform(*_LIVES_S)
                member.start(int(10 ** self.dice.uniform(0.5, 3.4)) if chance else None)

    async def _often(self, trouble: Callable[[], Iterator[float]]) -> None:
        """Run one kind of trouble again and again; it yields how long it lasts and then puts an end to it."""
        while True:
            await asyncio.sleep(self.dice.uniform(0.3, 1.5))
            with contextlib.closing(trouble()) as lasting:
                for seconds in lasting:
                    await asyncio.sleep(seconds)

    def _clocks(self) -> Iterator[float]:
        move_clock(self.dice.choice(self.members).clock, self.dice.choice(CLOCKS))
        self.seen["clock jumps"] += 1
        yield 0

    def _silence(self) -> Iterator[float]:
        way = self.dice.choice([*self.networks, *self.wires])
        way.is_dead = True
        yield self.dice.uniform(0.2, 2.5)
        way.is_dead = False

    def _resets(self) -> Iterator[float]:
        self.dice.choice([*self.networks, *self.wires]).cut()
        yield 0

    def _full_disks(self) -> Iterator[float]:
        if not self.disks:
            return
        member = self.dice.choice([member for member in self.members if member.name in self.disks])
        member.full = True
        self.seen["full disks"] += 1
        with contextlib.suppress(OSError), (self.disks[member.name] / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(bytes(65536)):
                pass
        yield self.dice.uniform(0.2, 1.0)
        self._give_room(member)
        yield 0.5
        member.full = False

    def _give_room(self, member: Member) -> None:
        if member.name in self.disks:
            (self.disks[member.name] / "ballast").unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A small file system of its own at ``folder``; None where that is not allowed."""
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.asynccontextmanager
async def built(folder: Path, seed: int, agents: int = 2):
    """A storm that is ready to begin: the hub serves, the lines run."""
    dice = Random(seed)
    async with contextlib.AsyncExitStack() as stack:
        disks = {name: stack.enter_context(small_disk(folder / name / "data")) for name in ("hub", "agent-0")}
        hub, key = _hub(folder / "hub", [f"agent-{n}" for n in range(agents)])
        await asyncio.to_thread(_warm)
        hub.start()
        storm = Storm(
            folder, dice, [], hub, [], [], [], {name: disk for name, disk in disks.items() if disk is not None}
        )
        stack.callback(storm.stop)
        began = time.monotonic()
        port = await _port(hub)
        storm.slowness = min(6.0, max(1.0, (time.monotonic() - began) / _START_S))
        hub.words = (*hub.words[:-1], str(port))
        for number in range(agents):
            await _add_line(storm, folder / f"agent-{number}", port, key, stack)
        yield storm


async def _add_line(storm: Storm, folder: Path, hub: int, key: str, stack: contextlib.AsyncExitStack) -> None:
    line = Line(folder.name, storm.dice)
    await line.start()
    stack.push_async_callback(line.stop)
    wire, network = BadWire(lambda: line.port), BadNetwork(lambda: hub, storm.dice)
    for way in (wire, network):
        await way.start()
        stack.push_async_callback(way.stop)
    config = CONFIG.format(author=line.author, hub=network.port, key=key, port=wire.port)
    (folder / "agent.toml").write_text(config, encoding="utf-8")
    (folder / "control-plan.toml").write_text(PLAN, encoding="utf-8")
    move_clock(folder / "clock", 0)
    agent = Member(folder.name, run_agent, ("run", str(folder / "agent.toml")), folder)
    agent.start()
    storm.lines.append(line)
    storm.wires.append(wire)
    storm.networks.append(network)
    storm.agents.append(agent)


def _hub(folder: Path, authors: list[str]) -> tuple[Member, str]:
    """A hub that knows the authors, whose keys are made where the agents look for them; its public key."""
    hub = create_hub(folder / "data", origin="storm/log", environment=Environment.TEST)
    add_organisation(hub, "o", "O")
    add_plant(hub, "p", organisation="o", name="P")
    for author in authors:
        (folder.parent / author).mkdir(exist_ok=True)
        public = create_key_file(folder.parent / author / "agent.key").public_key
        add_agent(hub, author, plant="p", public_key=to_base64(public))
    hub.store.close()
    move_clock(folder / "clock", 0)
    words = ("serve", "--data", str(folder / "data"), "--ready-file", str(folder / "ready.json"), "--port", "0")
    return Member("hub", run_hub, words, folder), to_base64(hub.signer.public_key)


def _warm() -> None:
    """The first process of all brings everything into memory; the others are forked from what it left."""
    first = _SPAWN.Process(target=len, args=((),))
    first.start()
    first.join()
    first.close()


async def _port(hub: Member) -> int:
    ready = hub.folder / "ready.json"
    async with asyncio.timeout(PATIENCE_S):
        while not ready.exists():
            assert hub.process is not None
            assert hub.process.is_alive(), hub.said()
            await asyncio.sleep(0.02)
    return int(json.loads(ready.read_text(encoding="utf-8"))["url"].rpartition(":")[2])
