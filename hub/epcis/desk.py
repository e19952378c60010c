"""The capture jobs of one hub: taken in, worked on one after the other in the background, waited for."""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from hub.epcis.job import Spool, run_job
from hub.epcis.limits import LIMITS, EpcisLimits
from hub.epcis.problems import EpcisProblem, Kind, as_json
from hub.errors import StoreBusy, StoreFull, TooBusy
from hub.parts import Hub
from hub.store.core.instant import to_micros
from hub.store.epcis.captures import (
    DONE,
    FAILED,
    WAITING,
    Job,
    add_job,
    next_job,
    put_job,
    unfinished,
)

_LOG = logging.getLogger(__name__)
ID_BYTES = 16


class CaptureDesk:
    """One for each application; of all that serve one data folder, one at a time works."""

    def __init__(self, hub: Hub, limits: EpcisLimits = LIMITS) -> None:
        self._hub = hub
        self.limits = limits
        self._changed = threading.Condition()
        self._working = False
        self._asked = False

    def new_id(self) -> str:
        """A name for a job, which nobody guesses."""
        return self._hub.random_bytes(ID_BYTES).hex()

    def spool(self, job_id: str) -> Spool:
        """Where the document of a job waits."""
        return Spool(self._hub.settings.data, job_id)

    def check_room(self, size: int = 0) -> None:
        """``TooBusy`` when too many documents wait."""
        with self._hub.store.reading() as connection:
            count, total = unfinished(connection)
        if count >= self.limits.waiting or total + size > self.limits.spool:
            raise TooBusy(f"{count} documents with {total} bytes wait to be captured", own=False, after_s=30)

    def accept(self, job_id: str, *, size: int, behaviour: str, organisation: str, begin: bool = True) -> Job:
        """A document that lies in its file becomes a job, and work begins unless it is to wait."""
        job = Job(
            id=job_id,
            number=0,
            state=WAITING,
            behaviour=behaviour,
            organisation=organisation,
            size=size,
            created_at=to_micros(self._hub.clock()),
        )
        with self._hub.store.writing() as connection:
            job = add_job(connection, job)
        if begin:
            self.begin()
        return job

    def take_up(self, job: Job) -> None:
        """Go on with a job that a stop interrupted."""
        if job.state not in (DONE, FAILED):
            self.begin()

    def wait(self, seconds: float) -> None:
        """Until nothing is worked on, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: not self._working, seconds)

    def begin(self) -> None:
        """Work on what waits, in a thread of its own, unless that is done already."""
        with self._changed:
            self._asked = True
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="epcis-capture", daemon=True).start()

    def _work(self) -> None:
        while self._wanted():
            try:
                work_off(self._hub, self.limits)
            except Exception:  # noqa: BLE001 - the outermost edge of this thread: the jobs wait for the next begin
                _LOG.exception("capture jobs could not be worked on; they wait")
        with self._changed:
            self._changed.notify_all()

    def _wanted(self) -> bool:
        with self._changed:
            wanted, self._asked = self._asked, False
            self._working = wanted
            return wanted


def work_off(hub: Hub, limits: EpcisLimits = LIMITS) -> int:
    """Do every job that waits, unless another process does; how many were finished."""
    finished = 0
    with _alone(hub) as mine:
        while mine:
            with hub.store.reading() as connection:
                job = next_job(connection)
            if job is None or not _done(hub, job, limits):
                break
            finished += 1
    return finished


def _done(hub: Hub, job: Job, limits: EpcisLimits) -> bool:
    """False when the store has no room or time now: then the job waits."""
    try:
        run_job(hub, job, limits)
    except (StoreBusy, StoreFull) as error:
        _LOG.warning("capture job %s waits: %s", job.id, error)
        return False
    except Exception:  # noqa: BLE001 - a job that breaks the program must not hold up the others; it says so
        _LOG.exception("capture job %s failed", job.id)
        broken = EpcisProblem(
            type=Kind.IMPLEMENTATION,
            title="The hub made a mistake",
            status=500,
            detail="the job was not finished; the hub's own log says more",
            advice="report it; what was captured stays, and sending the document again changes nothing about it",
        )
        with hub.store.writing() as connection:
            failed = msgspec.structs.replace(
                job, state=FAILED, finished_at=to_micros(hub.clock()), errors=(as_json(broken),)
            )
            put_job(connection, failed)
        Spool(hub.settings.data, job.id).remove()
    return True


@contextmanager
def _alone(hub: Hub) -> Iterator[bool]:
    folder = hub.settings.data / "epcis"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "capture.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
