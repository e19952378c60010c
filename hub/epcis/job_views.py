"""Capture jobs as they are answered (EPCIS 2.0, 12.6)."""

from datetime import datetime
from typing import Any

import msgspec

from hub.store.core.instant import from_micros
from hub.store.epcis.captures import DONE, FAILED, Job


class JobView(msgspec.Struct, frozen=True, kw_only=True, rename={"capture_id": "captureID"}):
    """The fields of the standard; beside them what became of the events, and how large the document was."""

    capture_id: str
    createdAt: datetime  # noqa: N815 - the standard's name
    finishedAt: datetime | None  # noqa: N815
    running: bool
    success: bool
    captureErrorBehaviour: str  # noqa: N815
    errors: tuple[dict[str, Any], ...]
    eventsRead: int  # noqa: N815
    eventsCaptured: int  # noqa: N815
    eventsKnown: int  # noqa: N815
    eventsRefused: int  # noqa: N815
    bytes: int


def job_view(job: Job) -> JobView:
    """A job as it is answered."""
    finished = job.state in (DONE, FAILED)
    return JobView(
        capture_id=job.id,
        createdAt=from_micros(job.created_at),
        finishedAt=None if job.finished_at is None else from_micros(job.finished_at),
        running=not finished,
        success=job.state == DONE and not job.errors,
        captureErrorBehaviour=job.behaviour,
        errors=job.errors,
        eventsRead=job.read,
        eventsCaptured=job.taken,
        eventsKnown=job.known,
        eventsRefused=job.refused,
        bytes=job.size,
    )
