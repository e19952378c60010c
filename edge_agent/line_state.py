"""How the line stands now, beyond what the outbox knows: written by the running agent, read by ``status``.

The file is replaced whole every few seconds and holds nothing that is not lost without harm.
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.complaint import Trouble
from edge_agent.station.health import Health
from edge_agent.station.recent import RecentUnit
from edge_agent.uplink.hub_clock import HubClock
from edge_agent.uplink.picture_lane import LaneNote


class StationState(msgspec.Struct, frozen=True, kw_only=True):
    """One running station; ``trouble`` is None while it is served."""

    station: str
    operation: str
    device: str
    trouble: Trouble | None = None


class Reloads(msgspec.Struct, frozen=True, kw_only=True):
    """Configurations taken over and refused since the start; ``refusal`` is why the last one was, if it was."""

    taken: int = 0
    refused: int = 0
    refusal: str | None = None


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """The line ``at`` one moment; ``page`` is the address of the local page, where there is one.

    ``notice`` is what the hub last told this agent about itself since the start, with what to do; ``pictures`` is what
    the lane for files of pictures does.
    """

    at: datetime
    started: datetime
    version: str
    config: str
    page: str | None
    devices: tuple[Health, ...]
    stations: tuple[StationState, ...]
    recent: tuple[RecentUnit, ...]
    hub_clock: HubClock | None = None
    reloads: Reloads = Reloads()
    notice: str | None = None
    pictures: LaneNote | None = None


def write_line_state(file: Path, state: LineState) -> None:
    """Replace the file; OSError when the disk refuses."""
    half = file.with_suffix(f".{os.getpid()}.half")
    half.write_bytes(msgspec.json.encode(state))
    half.replace(file)


def read_line_state(file: Path) -> LineState | None:
    """What was last written; None when there is nothing, or nothing this version understands."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=LineState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
