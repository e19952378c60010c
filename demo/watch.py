"""How far the story is: what the lines have shipped, and what has reached the hub."""

from pathlib import Path

import msgspec

from demo.counts import read_counts
from demo.hub_client import HubAnswer, HubClient
from demo.story.lines import LINES


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """One line: units shipped, completed cycles by operation, whether its story is over."""

    line: str
    shipped: int = 0
    produced: dict[str, int] = {}
    finished: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All lines; ``on_hub`` counts results there, None while the hub does not answer."""

    lines: tuple[LineState, ...]
    on_hub: int | None

    @property
    def produced(self) -> int:
        """Completed cycles of all lines."""
        return sum(sum(line.produced.values()) for line in self.lines)

    @property
    def finished(self) -> bool:
        """Whether every line is done and the hub has as many results as were produced."""
        return all(line.finished for line in self.lines) and self.on_hub is not None and self.on_hub >= self.produced


def look(data: Path, hub: HubClient) -> State:
    """The state at this moment; a hub that is down is no error here."""
    try:
        on_hub: int | None = hub.get("/api/v1/summary")["unit_results"]
    except HubAnswer:
        on_hub = None
    return State(lines=tuple(line_state(data, line) for line in LINES), on_hub=on_hub)


def line_state(data: Path, line: str) -> LineState:
    """One line by its controller's own counts."""
    counts = read_counts(data, line)
    if counts is None:
        return LineState(line=line)
    produced = {operation: sum(station.verdicts.values()) for operation, station in counts.stations.items()}
    return LineState(line=line, shipped=counts.shipped, produced=produced, finished=counts.finished)
