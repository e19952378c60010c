"""Processes of ``zhuoyue-hub serve`` that start fast: forked from one that has the program loaded already.

One may be of the next version of the program: it calls itself so, knows one more table, and one more migration that an
older program can live with.
"""

import json
import multiprocessing
import os
import signal
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Column, Integer, Table

import hub.cli
import hub.composition
from hub.operations import state
from hub.store.backend.schema import bring_up
from hub.store.tables.every import metadata

WAIT_S = 120.0
NEXT_VERSION, NEXT_TABLE = "1000.0", "witnessed_next"
_FORKED = multiprocessing.get_context("forkserver")
# one server of forks serves all tests of a process: what others ask of it (``storm``) is among this, too
_FORKED.set_forkserver_preload(
    [
        *("hub.cli", "hub.pages.site", "hub.store.backend.schema", "hub.store.backend.sqlite_file"),
        *("uvicorn.main", "sqlite3"),
        *("edge_agent.cli", "edge_agent.composition", "edge_agent.drivers.modbus.tcp"),
    ]
)


class HubProcess:
    """Serves the hub in ``data``; with ``scripts``, a folder of migrations, it is of the next version."""

    def __init__(self, data: Path, name: str, *, scripts: Path | None = None, port: int = 0) -> None:
        self._ready = data.parent / f"{name}.ready"
        self._log = data.parent / f"{name}.log"
        self._ready.unlink(missing_ok=True)
        words = ["serve", "--data", str(data), "--port", str(port), "--ready-file", str(self._ready)]
        self._process = _FORKED.Process(target=run_hub, args=(words, self._log, scripts), name=name)
        self._process.start()

    @property
    def url(self) -> str:
        """Its address, once it is up."""
        until = time.monotonic() + WAIT_S
        while not self._ready.exists():
            assert self._process.is_alive(), f"the hub ended at once:\n{self.said()}"
            assert time.monotonic() < until, "the hub does not come up"
            time.sleep(0.02)
        return str(json.loads(self._ready.read_text())["url"])

    def said(self) -> str:
        """The end of what it printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def ended(self) -> int | None:
        """Its exit status, once it ends by itself."""
        self._process.join(WAIT_S)
        return self._process.exitcode

    def end(self, how: signal.Signals = signal.SIGTERM) -> int | None:
        """By a signal; its exit status."""
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, how)
            self._process.join(WAIT_S)
        return self._process.exitcode


def run_hub(words: list[str], log: Path, scripts: Path | None) -> None:
    """What ``zhuoyue-hub`` does."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    if scripts is not None:
        _become_next(scripts)
    raise SystemExit(hub.cli.main(words))


def _become_next(scripts: Path) -> None:
    state.__version__ = NEXT_VERSION
    Table(NEXT_TABLE, metadata, Column("id", Integer, primary_key=True))
    hub.composition.bring_up = partial(bring_up, scripts=scripts)
