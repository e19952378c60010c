"""A controller's retained memory, and in it the demo's independent counts of what was produced.

Written whole and atomically after every step, so a controller that is killed continues with the very cycle it was at:
same cycle number, same cycle time. Nothing in here comes from the agent but the answer to a finished cycle.
"""

from pathlib import Path

import msgspec

from traceability.unit import Verdict


class Station(msgspec.Struct, kw_only=True):
    """Where a station stands: ``job``, ``done`` passes of it, ``undecided`` cycles of the present pass.

    ``cycle`` is the cycle counter; ``offered_ms`` is the time of the cycle that waits for its acknowledgement (ms
    since 1970 UTC), None between cycles. ``verdicts`` counts completed cycles by the verdict that holds after the
    agent's answer.
    """

    job: int = 0
    done: int = 0
    undecided: int = 0
    cycle: int = 0
    offered_ms: int | None = None
    verdicts: dict[Verdict, int] = {}


class Counts(msgspec.Struct, kw_only=True):
    """The memory of one line, as it stands in ``counts-<line>.json``."""

    line: str
    jobs: int
    stations: dict[str, Station]
    shipped: int = 0
    finished: bool = False


class RetainedMemory:
    """Counts on disk. Steps of several stations come one after another: they share one event loop."""

    def __init__(self, folder: Path, line: str, operations: tuple[str, ...], jobs: int) -> None:
        self._path = counts_path(folder, line)
        fresh = Counts(line=line, jobs=jobs, stations={operation: Station() for operation in operations})
        self.counts = read_counts(folder, line) or fresh

    def begin(self, operation: str, now_ms: int) -> Station:
        """A cycle is on offer from now on; one that was on offer before a restart keeps its number and time."""
        station = self.counts.stations[operation]
        if station.offered_ms is None:
            station.cycle += 1
            station.offered_ms = now_ms
            self._write()
        return station

    def complete(self, operation: str, verdict: Verdict) -> None:
        """The cycle on offer was acknowledged as ``verdict``; a pass that could not be decided is to be repeated."""
        station = self.counts.stations[operation]
        station.verdicts[verdict] = station.verdicts.get(verdict, 0) + 1
        station.offered_ms = None
        if verdict is Verdict.NOT_DECIDABLE:
            station.undecided += 1
        else:
            station.done += 1
            station.undecided = 0
        self._write()

    def leave(self, operation: str, *, shipped: bool) -> None:
        """The unit leaves the operation; ``shipped`` when it also leaves the line as a good one."""
        station = self.counts.stations[operation]
        station.job += 1
        station.done = 0
        self.counts.shipped += shipped
        self.counts.finished = all(each.job == self.counts.jobs for each in self.counts.stations.values())
        self._write()

    def _write(self) -> None:
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self.counts))
        part.replace(self._path)


def counts_path(folder: Path, line: str) -> Path:
    """The file of a line's counts."""
    return folder / f"counts-{line}.json"


def read_counts(folder: Path, line: str) -> Counts | None:
    """A line's counts; None before its controller first ran."""
    try:
        content = counts_path(folder, line).read_bytes()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(content, type=Counts)
