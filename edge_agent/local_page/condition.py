"""What the status comes to in one word, and what a person should know about it; pure."""

from collections.abc import Iterator
from enum import IntEnum

import msgspec

from edge_agent.alarm.words import alarm_words
from edge_agent.line_state import LineState
from edge_agent.status import Status

_NEARLY_FULL = 0.9
_SHOWN = 5


class Level(IntEnum):
    """How soon somebody must look: not at all, some time today, now."""

    FINE = 0
    NOTICE = 1
    ACT = 2


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to know: ``key`` of its sentence with ``values``, and the agent's own words about it."""

    level: Level
    key: str
    values: dict[str, str]
    detail: str | None = None


def notes_of(status: Status) -> list[Note]:
    """Everything that is not as it should be, the most urgent first."""
    found = [*_alarm_notes(status), *_line_notes(status.line), *_uplink_notes(status), *_outbox_notes(status)]
    return sorted(found, key=lambda note: -note.level)


def level_of(notes: list[Note]) -> Level:
    """The most urgent level among them."""
    return max((note.level for note in notes), default=Level.FINE)


def _alarm_notes(status: Status) -> Iterator[Note]:
    for entry in status.alarms:
        name = entry.id.removeprefix("alarm:")
        detail = f"{name}: {alarm_words(entry.alarm)}"
        values = {"station": entry.station, "id": name}
        yield Note(level=Level.ACT, key=f"note_alarm_{entry.alarm.warns_of}", values=values, detail=detail)


def _line_notes(line: LineState | None) -> Iterator[Note]:
    if line is None:
        return
    for device in line.devices:
        if not device.connected:
            key = "note_device_waits" if device.since is None else "note_device_down"
            level = Level.NOTICE if device.since is None else Level.ACT
            yield Note(level=level, key=key, values={"device": device.device}, detail=device.last_error)
    down = {device.device for device in line.devices if not device.connected}
    for station in line.stations:
        if station.trouble is not None and station.device not in down:
            detail = ": ".join(filter(None, (station.trouble.what, station.trouble.detail)))
            yield Note(level=Level.ACT, key="note_station", values={"station": station.station}, detail=detail)
    if line.reloads.refusal is not None:
        yield Note(level=Level.NOTICE, key="note_reload", values={}, detail=line.reloads.refusal)


def _uplink_notes(status: Status) -> Iterator[Note]:
    uplink = status.uplink
    if uplink is not None and uplink.state == "refused":
        yield Note(level=Level.ACT, key="note_refused", values={}, detail=uplink.detail)
    if uplink is not None and uplink.state == "down":
        yield Note(level=Level.NOTICE, key="note_down", values={}, detail=uplink.detail)
    lane = status.line.pictures if status.line is not None else None
    if lane is not None and lane.trouble is not None and (uplink is None or uplink.state == "online"):
        yield Note(level=Level.NOTICE, key="note_pictures", values={}, detail=lane.trouble)


def _outbox_notes(status: Status) -> Iterator[Note]:
    space = status.space
    if space is not None and space.used >= _NEARLY_FULL * space.quota and space.unsent > space.quota // 2:
        full = f"{space.used // 1_048_576} / {space.quota // 1_048_576} MB"
        yield Note(level=Level.ACT, key="note_outbox_full", values={"full": full})
    if status.losses:
        records = sum(loss.records for loss in status.losses)
        what = "; ".join(f"{loss.stream} ({loss.kind}): {loss.records}" for loss in status.losses[:_SHOWN])
        yield Note(level=Level.NOTICE, key="note_dropped", values={"records": str(records)}, detail=what)
    for rescue in status.rescues[:1]:
        yield Note(level=Level.NOTICE, key="note_rescue", values={"file": rescue.aside}, detail=rescue.lost)
