"""One capture job from its document to the ledger.

First the whole document is read and checked, and what is valid waits in a second file. Then it is sealed, a chunk in
one transaction. With *rollback*, the default, nothing is sealed unless everything is valid: only contents that rival
one that is here are kept, as disputed. With *proceed* the valid events are taken whatever the others are. A job that
a stop interrupted begins again, which changes nothing about what it sealed already.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.epcis.checked import Checked
from hub.epcis.keep import Fate, Origin, chunks, fates_of, keep_within
from hub.epcis.limits import LIMITS, EpcisLimits
from hub.epcis.problems import EpcisProblem, Kind, as_json
from hub.epcis.read_document import DocumentEvents
from hub.parts import Hub
from hub.store.core.instant import to_micros
from hub.store.epcis.captures import DONE, ROLLBACK, RUNNING, Job, put_job, taken_by

_TELL_EVERY = 20  # chunks

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Checked).decode


class Spool:
    """The files of one job."""

    def __init__(self, data: Path, job_id: str) -> None:
        folder = data / "epcis"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.document = folder / f"{job_id}.capture"
        self.checked = folder / f"{job_id}.checked"

    def remove(self) -> None:
        """Once the job is finished."""
        self.document.unlink(missing_ok=True)
        self.checked.unlink(missing_ok=True)


def run_job(hub: Hub, job: Job, limits: EpcisLimits = LIMITS) -> Job:
    """Do the job; what has become of it is in the store, and its files are gone."""
    spool = Spool(hub.settings.data, job.id)
    before = [msgspec.convert(error, EpcisProblem) for error in job.errors]
    rivals_told = [error for error in before if error.type == Kind.ALREADY_EXISTS]
    job = _tell(hub, msgspec.structs.replace(job, state=RUNNING))
    if not spool.document.exists():
        return _finish(hub, job, [_lost()], 1, spool)
    document, rivals = _check(hub, job, spool, limits)
    errors, refused = list(document.errors), document.refused
    job = msgspec.structs.replace(job, read=document.count)
    only = Fate.RIVAL if job.behaviour == ROLLBACK and (refused or rivals) else None
    if only is None or rivals:
        errors += _seal(hub, job, spool, only, limits)
    told = {error.instance for error in errors}
    errors += [error for error in rivals_told if error.instance not in told]
    return _finish(hub, job, errors, refused, spool)


def conflict(event: Checked) -> EpcisProblem:
    """A second content under the name of another event."""
    return EpcisProblem(
        type=Kind.ALREADY_EXISTS,
        title="Another event has this eventID",
        status=409,
        detail=f"{event.pointer or '/'}: something else is known under {event.event_id[:300]}; both stay, disputed",
        advice="name a new event by a new eventID, or declare the first one to be in error",
        instance=event.pointer,
    )


def _check(hub: Hub, job: Job, spool: Spool, limits: EpcisLimits) -> tuple[DocumentEvents, int]:
    """Read it all; the valid events wait in a file. How many of them rival others that are here."""
    rivals = 0
    with spool.document.open("rb") as file, spool.checked.open("wb") as waiting:
        document = DocumentEvents(file, job.size, limits)
        for number, chunk in enumerate(chunks(iter(document), limits), start=1):
            with hub.store.reading() as connection:
                rivals += fates_of(connection, chunk, job.organisation).count(Fate.RIVAL)
            waiting.writelines(_encode(event) + b"\n" for event in chunk)
            if number % _TELL_EVERY == 0:
                _tell(hub, msgspec.structs.replace(job, read=document.count, refused=document.refused))
    return document, rivals


def _seal(hub: Hub, job: Job, spool: Spool, only: Fate | None, limits: EpcisLimits) -> list[EpcisProblem]:
    origin = Origin(capture=job.id, organisation=job.organisation)
    errors: list[EpcisProblem] = []
    for chunk in chunks(_waiting(spool), limits):
        with hub.store.writing() as connection:
            fates = keep_within(connection, hub, chunk, origin, only=only)
            for event, fate in zip(chunk, fates, strict=True):
                if fate is Fate.RIVAL and len(errors) < limits.errors:
                    errors.append(conflict(event))
            new = fates.count(Fate.RIVAL) + (0 if only else fates.count(Fate.NEW))
            job = msgspec.structs.replace(job, taken=job.taken + new, errors=tuple(map(as_json, errors)))
            put_job(connection, job)
    return errors


def _waiting(spool: Spool) -> Iterator[Checked]:
    with spool.checked.open("rb") as file:
        for line in file:
            yield _decode(line)


def _finish(hub: Hub, job: Job, errors: list[EpcisProblem], refused: int, spool: Spool) -> Job:
    with hub.store.writing() as connection:
        taken = taken_by(connection, job.id)
        sealing = job.behaviour != ROLLBACK or not errors
        job = msgspec.structs.replace(
            job,
            state=DONE,
            finished_at=to_micros(hub.clock()),
            taken=taken,
            known=max(job.read - refused - taken, 0) if sealing else 0,
            refused=refused,
            errors=tuple(map(as_json, errors[: LIMITS.errors])),
        )
        put_job(connection, job)
    spool.remove()
    return job


def _tell(hub: Hub, job: Job) -> Job:
    with hub.store.writing() as connection:
        put_job(connection, job)
    return job


def _lost() -> EpcisProblem:
    return EpcisProblem(
        type=Kind.IMPLEMENTATION,
        title="The document is gone",
        status=500,
        detail="the file of the document is not in the hub's data folder any more; nothing of it was captured",
        advice="send the document again: what is known already is not captured twice",
    )
