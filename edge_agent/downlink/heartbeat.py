"""What an agent says of itself with each question; as much as fits into the header that carries it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from edge_agent.config.settings import AgentConfig
from edge_agent.outbox.report import OutboxReport
from edge_agent.station.health import Health
from traceability import __version__
from traceability.downlink import DeviceState, Heartbeat, Staged
from traceability.picture import PictureSending

MOST_BYTES = 3_600
"""Of a heartbeat as JSON: signed and twice in base64 a question stays under the 8000 characters that hubs take."""
_LONGEST_ERROR = 100
_LONGEST_DETAIL = 300


def heartbeat(
    config: AgentConfig,
    report: OutboxReport,
    *,
    devices: Iterable[Health],
    started: datetime,
    clock_ahead: float | None,
    staged: Staged | None,
) -> Heartbeat:
    """Devices that are not connected come first: they are the last to be left out."""
    states = sorted((_state(health) for health in devices), key=lambda state: state.connected)
    return fitted(
        Heartbeat(
            version=__version__,
            config=config.hash,
            unsealed=report.unsealed_records,
            unsent=report.unsent_batches,
            clock_ahead_ms=None if clock_ahead is None else round(clock_ahead * 1000),
            staged=staged,
            started=started,
            files=config.files,
            devices=tuple(states),
            pictures=PictureSending(policy=config.pictures.lane.policy, waiting=report.pictures.waiting),
        )
    )


def fitted(whole: Heartbeat) -> Heartbeat:
    """``whole``, without the last of its files and devices while it is too large; the detail of a refusal is cut."""
    found = whole
    while len(msgspec.json.encode(found)) > MOST_BYTES:
        if found.staged is not None and len(found.staged.detail) > _LONGEST_DETAIL:
            short = msgspec.structs.replace(found.staged, detail=found.staged.detail[:_LONGEST_DETAIL])
            found = msgspec.structs.replace(found, staged=short)
        elif len(found.files) > 2 or not found.devices:
            found = msgspec.structs.replace(found, files=found.files[:-1], whole=False)
        else:
            found = msgspec.structs.replace(found, devices=found.devices[:-1], whole=False)
    return found


def _state(health: Health) -> DeviceState:
    return DeviceState(
        name=health.device[:200],
        connected=health.connected,
        since=health.since,
        reconnects=health.reconnects,
        error=(health.last_error or "")[:_LONGEST_ERROR],
    )
