"""Where the tests keep their files, and what their processes find around them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a place that is only there for this run, in a folder of its own
ROOM = 6 << 30
"""Bytes that must be free in memory: a run keeps some hundred MB there at a time."""


@contextmanager
def workplace() -> Iterator[dict[str, str]]:
    """The environment of a test run; its temporary files are gone when it ends.

    They are kept in memory where there is room: hub and outbox wait for the disk at every commit, which in a test shows
    nothing. Modules are compiled once and not in each of the hundreds of processes that tests start.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory(
        prefix="zy-tests-", dir=MEMORY if _room() else None, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o711)  # servers of tests run as somebody else and have files of their own in it
        yield environment | {"TMPDIR": folder}


def _room() -> bool:
    """Whether files fit into memory beside the tests themselves."""
    if not os.access(MEMORY, os.W_OK):
        return False
    return min(shutil.disk_usage(MEMORY).free, _available()) >= ROOM


def _available() -> int:
    """Bytes of memory that processes may still have; none where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    told = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines)}
    return int(told.get("MemAvailable", "0")) << 10
