"""``status`` for people: one fact a line, what it is about in front."""

from collections.abc import Iterator
from datetime import datetime

from edge_agent.alarm.words import alarm_words
from edge_agent.line_state import LineState, StationState
from edge_agent.plan_words import plan_words
from edge_agent.station.health import Health
from edge_agent.station.recent import RecentUnit
from edge_agent.status import OperationStatus, Status
from traceability.picture import SendPolicy

_UNITS = 5


def status_text(status: Status) -> str:
    """Who it is, how it runs, the line, its results, the way to the hub."""
    groups = [_agent(status), _alarms(status), _line(status), _yields(status), _interlocks(status), _uplink(status)]
    return "\n\n".join("\n".join(group) for group in map(list, groups) if group)


def _agent(status: Status) -> Iterator[str]:
    line = status.line
    yield _row("author", f"{status.author} ({status.environment})")
    yield _row("agent", _running(status))
    if line is not None and status.running:
        yield _row("page", line.page or "none")
    yield _row(
        "chain", f"{status.chain or 'not started'}, next batch {status.next_seq}, next record {status.next_record}"
    )
    for place, plan in enumerate(status.plans):
        yield _row("later" if place else "plan", plan_words(plan))
    if line is not None and line.reloads.refusal:
        yield _row("config", f"the last reload was refused: {line.reloads.refusal}")


def _alarms(status: Status) -> Iterator[str]:
    for entry in status.alarms:
        name = entry.id.removeprefix("alarm:")
        yield _row("ALARM", f"{name}  {entry.station}  {entry.alarm.warns_of}: {alarm_words(entry.alarm)}")


def _running(status: Status) -> str:
    line = status.line
    if not status.running:
        return "does not run" + (f"; what follows was so at {_clock(line.at)}" if line else "")
    return "runs" + (f" since {_clock(line.started)}, version {line.version}" if line else "")


def _line(status: Status) -> Iterator[str]:
    line = status.line
    if line is None:
        return
    yield from (_row("device", _device(device)) for device in line.devices)
    yield from (_row("station", _station(line, station)) for station in line.stations)
    yield from (_row("unit", _unit(unit)) for unit in line.recent[:_UNITS])


def _device(device: Health) -> str:
    if device.since is None:
        return f"{device.device}: not tried yet"
    state = f"{device.device}: {'connected' if device.connected else 'DOWN'} since {_clock(device.since)}"
    again = f", {device.reconnects} reconnects" if device.reconnects else ""
    error = f"; last error at {_clock(device.last_error_at)}: {device.last_error}" if device.last_error_at else ""
    return state + again + error


def _station(line: LineState, station: StationState) -> str:
    down = any(device.device == station.device and not device.connected for device in line.devices)
    if station.trouble is not None:
        said = ": ".join(filter(None, (station.trouble.what, station.trouble.detail)))
    else:
        said = f"waits for device {station.device}" if down else "served"
    return f"{station.station} (operation {station.operation}): {said}"


def _unit(unit: RecentUnit) -> str:
    name = unit.unit or "identity not known"
    flags = f" [{', '.join(unit.flags)}]" if unit.flags else ""
    defect = f"; {unit.defect}" if unit.defect else ""
    return f"{_clock(unit.at)}  {unit.operation}  {unit.verdict}{flags}  {name}{defect}"


def _yields(status: Status) -> Iterator[str]:
    for entry in status.operations:
        yield _row("FPY", _share(entry))


def _interlocks(status: Status) -> Iterator[str]:
    for entry in status.interlocks:
        told = f"{entry.permit} permitted, {entry.refuse} refused, {entry.unknown} unknown"
        yield _row("interlock", f"{entry.station}: {told}")


def _share(entry: OperationStatus) -> str:
    share = "no submission yet" if entry.fpy is None else f"{entry.fpy:.2%}"
    return (
        f"{entry.operation}: {share} ({entry.first_ok} of {entry.submitted} at first; "
        f"{entry.attempts} submissions, {entry.invalid} invalid, {entry.not_decidable} not decidable)"
    )


def _uplink(status: Status) -> Iterator[str]:
    uplink, receipt = status.uplink, status.last_receipt
    yield _row(
        "outbox",
        f"{status.unsealed_records} records to seal, {status.unsent_batches} batches to send, "
        f"{status.kept_batches} kept after their receipt",
    )
    yield from _space(status)
    yield _row("receipt", f"batch {receipt.seq} at {_clock(receipt.at)}" if receipt else "none yet")
    yield _row("uplink", f"{uplink.state} since {_clock(uplink.since)}: {uplink.detail}" if uplink else "never ran")
    clock = status.line.hub_clock if status.line else None
    if clock is not None:
        yield _row("clock", f"{clock.ahead_s:+.1f} s from the hub's, give or take {clock.within_s:.1f} s")
    yield from _pictures(status)
    yield _row("hub", status.hub)
    if status.line is not None and status.line.notice is not None:
        yield _row("NOTICE", status.line.notice)


def _pictures(status: Status) -> Iterator[str]:
    """Of files of pictures, where any are sent."""
    counts, lane = status.pictures, status.line.pictures if status.line else None
    if lane is None or not (counts.waiting or counts.ended or lane.policy is not SendPolicy.NONE):
        return
    ended = "".join(f", {end.pictures} {end.fate}" for end in counts.ended)
    waiting = f"{counts.waiting} files ({_mb(counts.waiting_bytes)} MB) to send{ended}"
    today = f"; {_mb(counts.day_bytes)} MB on {counts.day}" if counts.day else ""
    yield _row("pictures", f"policy {lane.policy}, {lane.state}: {waiting}{today}")
    if lane.trouble is not None:
        yield _row("pictures", lane.trouble)


def _space(status: Status) -> Iterator[str]:
    if status.space is not None:
        space = status.space
        yield _row("space", f"{_mb(space.used)} of {_mb(space.quota)} MB, {_mb(space.unsent)} MB not taken by the hub")
    for loss in status.losses:
        yield _row("loss", f"{loss.records} records of {loss.kind} of {loss.stream} were dropped for want of room")
    for rescue in status.rescues:
        yield _row("rescue", f"{_clock(rescue.at)}  {rescue.aside}: {rescue.reason}; lost: {rescue.lost}")


def _mb(size: int) -> str:
    return f"{size / 1_048_576:.1f}"


def _row(name: str, text: str) -> str:
    return f"{name:<9} {text}"


def _clock(time: datetime | None) -> str:
    return time.isoformat(timespec="seconds") if time else "?"
