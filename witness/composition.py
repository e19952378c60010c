"""The witness's one composition root: the only place that reads the clock."""

import time
from pathlib import Path

from witness.memory import Witness


def system_clock() -> int:
    """POSIX seconds of this machine."""
    return int(time.time())


def open_witness(folder: Path) -> Witness:
    """The witness that lives in ``folder``."""
    return Witness(folder, system_clock)
