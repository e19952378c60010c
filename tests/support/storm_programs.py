"""The agent and the hub as their own processes, put together so that a test bends their clocks and ends them anywhere.

Everything is the product's own; only the clock is moved (seconds in a file, read each time), patience is shorter, and
the process ends itself by SIGKILL before its n-th statement to the store when it is told an ``n``. That is the moment
between any two writes, BEGIN and COMMIT among them.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import event

import hub.cli
import hub.composition
from edge_agent import composition
from edge_agent.cli import main as agent_main
from edge_agent.config.settings import AgentConfig
from edge_agent.outbox.writer import Writer
from edge_agent.pace import Pace
from edge_agent.uplink.client import Patience
from edge_agent.uplink.sender import Paces, Sender
from hub.parts import Hub

PACES = Paces(down=Pace(first=0.05, longest=0.4), refused=Pace(first=0.05, longest=0.4), ask_every=1.0)
PATIENCE = Patience(connect=1.0, silence=1.5, whole=6.0)


@dataclass(frozen=True)
class Process:
    """``words`` of its command line; ``clock`` is a file with the seconds by which its clock is wrong."""

    words: tuple[str, ...]
    log: Path
    clock: Path
    dies_at: int | None = None


class WrongClock:
    """This machine's clock, moved by what a file says at this moment."""

    def __init__(self, file: Path) -> None:
        self._handle = os.open(file, os.O_RDONLY)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(os.pread(self._handle, 32, 0)))


def move_clock(file: Path, seconds: int) -> None:
    """In one write of always the same length, so that a reader sees the old or the new."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    os.pwrite(handle, f"{seconds:+032d}".encode(), 0)
    os.close(handle)


class Fuse:
    """Ends the process at the n-th call."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def run_agent(process: Process) -> None:
    """What ``zhuoyue-agent`` does."""
    _into(process.log)
    clock = WrongClock(process.clock)

    class Workshop(composition.Workshop):
        def now(self) -> datetime:
            return clock()

        def sender(self, config: AgentConfig) -> Sender:
            found = super().sender(config)
            found._paces, found._patience = PACES, PATIENCE
            return found

    composition.wall_clock = clock
    composition.Workshop = Workshop
    if process.dies_at is not None:
        _die_between_statements(Fuse(process.dies_at))
    raise SystemExit(agent_main([*process.words]))


def run_hub(process: Process) -> None:
    """What ``zhuoyue-hub`` does."""
    _into(process.log)
    clock = WrongClock(process.clock)
    fuse = None if process.dies_at is None else Fuse(process.dies_at)

    def opened(data: Path) -> Hub:
        found = msgspec.structs.replace(hub.composition.open_hub(data), clock=clock)
        if fuse is not None:
            for name in ("before_cursor_execute", "commit"):
                event.listen(found.store._writer, name, fuse)
        return found

    hub.cli.open_hub = opened
    raise SystemExit(hub.cli.main([*process.words]))


def _into(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


def _die_between_statements(fuse: Callable[..., None]) -> None:
    made = Writer.__init__

    def begin(writer: Writer, connection: Any, *rest: Any) -> None:
        connection.set_trace_callback(fuse)
        made(writer, connection, *rest)

    Writer.__init__ = begin  # type: ignore[method-assign]
