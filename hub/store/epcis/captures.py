"""Capture jobs: documents on their way into the ledger."""

from typing import Any

import msgspec
from sqlalchemy import Row, func, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.epcis import epcis_capture, epcis_event

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
ROLLBACK, PROCEED = "rollback", "proceed"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A document; times in microseconds since 1970 UTC. ``number`` counts jobs; ``errors`` as they are answered."""

    id: str
    number: int
    state: str
    behaviour: str
    organisation: str
    size: int
    created_at: int
    finished_at: int | None = None
    read: int = 0
    taken: int = 0
    known: int = 0
    refused: int = 0
    errors: tuple[dict[str, Any], ...] = ()


def add_job(connection: Writing, job: Job) -> Job:
    """Note a new job; it gets the next number."""
    last = connection.execute(select(func.max(epcis_capture.c.number))).scalar_one_or_none()
    numbered = msgspec.structs.replace(job, number=(last or 0) + 1)
    connection.execute(insert(epcis_capture), [msgspec.structs.asdict(numbered)])
    return numbered


def put_job(connection: Writing, job: Job) -> None:
    """Write what has become of a job."""
    fields = msgspec.structs.asdict(job)
    connection.execute(update(epcis_capture).where(epcis_capture.c.id == fields.pop("id")).values(**fields))


def job_of(connection: Reading, job_id: str) -> Job | None:
    """A job by its id."""
    row = connection.execute(select(epcis_capture).where(epcis_capture.c.id == job_id)).one_or_none()
    return None if row is None else _job(row)


def jobs_before(connection: Reading, number: int | None, most: int) -> list[Job]:
    """Jobs, the latest first, that came before job ``number``."""
    query = select(epcis_capture).order_by(epcis_capture.c.number.desc()).limit(most)
    if number is not None:
        query = query.where(epcis_capture.c.number < number)
    return [_job(row) for row in connection.execute(query)]


def next_job(connection: Reading) -> Job | None:
    """The earliest job that is not finished; one that was under way when the hub ended is begun again."""
    query = (
        select(epcis_capture)
        .where(epcis_capture.c.state.in_((RUNNING, WAITING)))
        .order_by(epcis_capture.c.number)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _job(row)


def unfinished(connection: Reading) -> tuple[int, int]:
    """How many jobs are not finished, and the bytes of their documents."""
    size = func.coalesce(func.sum(epcis_capture.c.size), 0)
    query = select(func.count(), size).where(epcis_capture.c.state.in_((RUNNING, WAITING)))
    count, total = connection.execute(query).one()
    return int(count), int(total)


def taken_by(connection: Reading, job_id: str) -> int:
    """How many events a job brought."""
    query = select(func.count()).where(epcis_event.c.capture == job_id)
    return int(connection.execute(query).scalar_one())


def _job(row: Row[Any]) -> Job:
    fields = {name: getattr(row, name) for name in Job.__struct_fields__}
    return Job(**(fields | {"errors": tuple(fields["errors"])}))
