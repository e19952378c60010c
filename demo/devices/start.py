"""What every simulated device takes from its command line."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from demo.devices.cell import CellSettings
from demo.story.decide import jobs_of
from demo.story.lines import LINES


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The cell's settings, and the TCP port its protocol is served on."""

    cell: CellSettings
    port: int


def read_start(description: str, arguments: list[str] | None = None) -> Start:
    """Parse the command line and decide the line's story."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--line", choices=sorted(LINES), required=True)
    parser.add_argument("--units", type=int, required=True, help="good units to ship")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="folder of counts, stock and pictures")
    chosen = parser.parse_args(arguments)
    line = LINES[chosen.line]
    cell = CellSettings(
        line=line, jobs=jobs_of(line, chosen.seed, chosen.units), data=chosen.data, clock=lambda: datetime.now(UTC)
    )
    return Start(cell=cell, port=chosen.port)
