"""The demo's processes: start, notice when one dies, start it again, stop all of them.

Each runs on a leash (``demo.leash``) in a process group of its own, so that nothing outlives the demo and Ctrl-C
reaches only the demo itself. Output goes to ``logs/NAME.log`` in the data folder; ``processes.json`` there tells
which process id belongs to which name.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

STOP_S = 10.0
RESTARTS = 20  # of one process; more than that is no accident


class Process(msgspec.Struct, kw_only=True):
    """One child: the module it runs, and what it is now."""

    name: str
    command: tuple[str, ...]
    child: subprocess.Popen[bytes]
    restarts: int = 0


class DemoFailed(Exception):
    """The demo cannot go on; says why, and where to look."""


class Processes:
    """All children of one demo."""

    def __init__(self, data: Path, say: Callable[[str], None]) -> None:
        self._data = data
        self._logs = data / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._say = say
        self._running: dict[str, Process] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self, name: str, module: str, *arguments: str) -> None:
        """Start ``python -m module arguments`` under a name."""
        command = (sys.executable, "-m", "demo.leash", module, *arguments)
        self._running[name] = Process(name=name, command=command, child=self._spawn(name, command))
        self._publish()

    def supervise(self) -> None:
        """Say which processes died, and start them again; DemoFailed when one will not live."""
        for process in self._running.values():
            status = process.child.poll()
            if status is None:
                continue
            if process.restarts == RESTARTS:
                raise DemoFailed(f"{process.name} died {RESTARTS + 1} times; look at {self.log(process.name)}")
            self._say(f"{process.name} died ({_how(status)}), starting it again; log: {self.log(process.name)}")
            _let_go(process.child)
            process.child = self._spawn(process.name, process.command)
            process.restarts += 1
            self._publish()

    def alive(self, name: str) -> bool:
        """Whether the process runs at this moment."""
        return self._running[name].child.poll() is None

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self._logs / f"{name}.log"

    def restarts(self) -> int:
        """How often processes were started again."""
        return sum(process.restarts for process in self._running.values())

    def stop(self) -> None:
        """End all, the last one started first, so that agents can still send; those that do not listen are killed."""
        for process in reversed(self._running.values()):
            process.child.terminate()
            try:
                process.child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._say(f"{process.name} does not end by itself and is killed")
                process.child.kill()
                process.child.wait()
            _let_go(process.child)
        self._running.clear()
        self._publish()

    def _spawn(self, name: str, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own modules
                command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, **_own_group()
            )

    def _publish(self) -> None:
        ids = {name: process.child.pid for name, process in self._running.items()}
        part = self._data / "processes.json.part"
        part.write_bytes(msgspec.json.encode(ids))
        part.replace(self._data / "processes.json")


def _own_group() -> Mapping[str, Any]:
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
    return {"start_new_session": True}


def _let_go(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
