"""Recalls of one hub: asked, worked on in the background, read while they grow, and taken up again after a stop.

A recall is pinned to the state of the log at which it was asked, so its answer is the same whenever and by whichever
implementation it is worked out. Reaching the items comes first and takes seconds even for millions; naming their
customers and counting them goes on behind it, from where it stopped.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from hub.accounts.asker import OPERATOR, Asker
from hub.adjacency.desk import AdjacencyDesk
from hub.errors import NotFound, ScopeMissing
from hub.parts import Hub
from hub.recall.affected import affected
from hub.recall.lease import Lease, LeaseLost
from hub.recall.question import Question
from hub.recall.reach import Cut, Reached, ReachLimits, reach_plainly, reach_quickly
from hub.recall.seeds import check_names, seeds_of
from hub.recall.stored import found_from, keep, pieces
from hub.recall.tally import Tally
from hub.sharing.audit import AuditDesk
from hub.sharing.audit import Question as Asked
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading, Writing
from hub.store.core.eyes import Eyes
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.trace.aliases import log_size_at
from hub.store.trace.recall_acts import (
    GIVEN_UP,
    REMOVED,
    asker_of_recall,
    latest_recalls,
    put_act,
    put_asker,
)
from hub.store.trace.recalls import RecallRow, change_recall, clear_parts, put_recall, read_recall
from hub.trace.known import Known, Moment
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)

REACHING, DETAILING, DONE, FAILED = "reaching", "detailing", "done", "failed"
UNDER_WAY = (REACHING, DETAILING)
ID_BYTES = 12
DETAIL_AT_ONCE = 2_000
MOST_LISTED = 50
ELSEWHERE_S = 0.2
"""How long a recall that another process works on is left alone before it is looked at again."""


class RecallDesk:
    """``at_once`` recalls are worked on at a time; the others wait."""

    def __init__(self, hub: Hub, adjacency: AdjacencyDesk, audit: AuditDesk, at_once: int = 2) -> None:
        self._hub = hub
        self._audit = audit
        self._adjacency = adjacency
        self._free = threading.Semaphore(at_once)
        self._changed = threading.Condition()
        self._working: set[str] = set()
        self._holder = hub.random_bytes(ID_BYTES).hex()

    def ask(self, question: Question, wait_s: float = 0.0, *, asker: Asker = OPERATOR) -> RecallRow:
        """Keep the question and begin; gives what is there after at most ``wait_s``, or earlier when it is done.

        It is answered from what ``asker`` may see now: an organisation, of whose plants a person may see some only.
        """
        question.check()
        check_names(question)
        with self._hub.store.writing() as connection:
            size = log_size(connection) if question.known_at is None else log_size_at(connection, question.known_at)
            row = RecallRow(
                id=self._hub.random_bytes(ID_BYTES).hex(),
                question=question.model_dump(mode="json"),
                asked_at=to_micros(self._hub.clock()),
                log_size=size,
                state=REACHING,
                summary=msgspec.to_builtins(Tally()),
            )
            put_recall(connection, row)
            put_asker(connection, row.id, eyes_of(asker), row.asked_at)
        self._begin(row.id)
        self.wait(row.id, wait_s)
        return self.read(row.id, asker=asker)

    def read(self, identity: str, *, asker: Asker = OPERATOR) -> RecallRow:
        """How far a recall is; one that a stop interrupted goes on.

        ``NotFound`` when nobody asked it, when it was removed, or when it was answered from what ``asker`` may not see:
        for another organisation, or from plants of its own that are not this person's.
        """
        with self._hub.store.reading() as connection:
            row = self._shown(connection, identity, asker)
        if row.state in UNDER_WAY:
            self._begin(identity)
        return row

    def latest(self, seen: Hub, asker: Asker) -> list[tuple[RecallRow, bool]]:
        """The latest recalls that ``asker``, who sees ``seen``, may read, each with whether it is the asker's own."""
        with seen.store.reading() as connection:
            return [(row, _is_own(by, asker)) for row, by in latest_recalls(connection, MOST_LISTED)]

    def is_own(self, identity: str, asker: Asker) -> bool:
        """Whether ``asker`` asked it, or is who manages the hub: who may give it up and remove it."""
        with self._hub.store.reading() as connection:
            return _is_own(asker_of_recall(connection, identity).by, asker)

    def give_up(self, identity: str, asker: Asker) -> RecallRow:
        """Work on it no further; what was reached stays to be read. Nothing happens to one that has ended."""
        with self._hub.store.writing() as connection:
            row = self._own(connection, identity, asker)
            if row.state in UNDER_WAY:
                change_recall(connection, identity, state=GIVEN_UP)
                put_act(connection, identity, GIVEN_UP, asker.signature, to_micros(self._hub.clock()))
        return self.read(identity, asker=asker)

    def remove(self, identity: str, asker: Asker) -> None:
        """Nobody reads it any more; what was asked, when and by whom, stays, and so does what was noted of it."""
        with self._hub.store.writing() as connection:
            self._own(connection, identity, asker)
            change_recall(connection, identity, state=REMOVED, summary=msgspec.to_builtins(Tally()))
            clear_parts(connection, identity)
            put_act(connection, identity, REMOVED, asker.signature, to_micros(self._hub.clock()))

    def _shown(self, connection: Reading, identity: str, asker: Asker) -> RecallRow:
        row = read_recall(connection, identity)
        if row is None or row.state == REMOVED or not eyes_of(asker).sees_what(asker_of_recall(connection, identity)):
            raise NotFound(f"there is no recall {identity[:60]!r}", advice="POST /api/v1/recall asks one")
        return row

    def _own(self, connection: Reading, identity: str, asker: Asker) -> RecallRow:
        row = self._shown(connection, identity, asker)
        if not _is_own(asker_of_recall(connection, identity).by, asker):
            raise ScopeMissing("somebody else asked this recall", advice="who asked it can give it up or remove it")
        return row

    def wait(self, identity: str, seconds: float) -> None:
        """Until the recall has gone on or ended, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: identity not in self._working, seconds)

    def _begin(self, identity: str) -> None:
        with self._changed:
            if identity in self._working:
                return
            self._working.add(identity)
        threading.Thread(target=self._work, args=(identity,), name=f"recall-{identity}", daemon=True).start()

    def _work(self, identity: str) -> None:
        lease = Lease(self._hub, identity, self._holder)
        try:
            with self._free, lease.held() as mine:
                if mine:
                    self._carry_on_or_fail(identity, lease)
            if not mine:
                threading.Event().wait(ELSEWHERE_S)
        except LeaseLost:
            log.warning("recall %s was taken over by another process of this hub", identity)
        except _Ended:
            log.info("recall %s was given up", identity)
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: read again, the recall is tried again
            _say(identity, "was interrupted", error)
        finally:
            with self._changed:
                self._working.discard(identity)
                self._changed.notify_all()

    def _carry_on_or_fail(self, identity: str, lease: Lease) -> None:
        try:
            self._carry_on(identity, lease)
            return
        except (LeaseLost, _Ended):
            raise
        except ZhuoyueError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the work's outermost edge: the recall itself says that it failed
            _say(identity, "failed", error)
            problem = "the hub made a mistake; its log says more"
        with _writing(lease, identity) as connection:
            change_recall(connection, identity, state=FAILED, problem=problem)

    def _carry_on(self, identity: str, lease: Lease) -> None:
        with self._hub.store.reading() as connection:
            row = read_recall(connection, identity)
        assert row is not None  # it was asked
        question = Question.model_validate(row.question)
        if row.state == REACHING:
            self._reach(row, question, lease)
        if row.state in UNDER_WAY:  # another process may have finished it
            self._detail(identity, question, row.log_size, lease)

    def _as_asked(self, identity: str) -> Hub:
        """The hub as whoever asked the recall sees it."""
        with self._hub.store.reading() as connection:
            asker = asker_of_recall(connection, identity)
        if not asker.organisation:
            return self._hub
        asked = Asked(asker=asker.organisation, token="", asked=f"recall {identity}")
        return seen_by(self._hub, asked, self._audit, asker.plants)

    def _reach(self, row: RecallRow, question: Question, lease: Lease) -> None:
        with _writing(lease, row.id) as connection:
            clear_parts(connection, row.id)
            change_recall(connection, row.id, reached=0, detailed=0, summary=msgspec.to_builtins(Tally()))
        seen = self._as_asked(row.id)
        current = self._adjacency.current(row.log_size) if seen is self._hub else None  # arrays know no policy
        limits = ReachLimits(question.limit, question.depth)
        with seen.store.reading() as connection:
            known = Known(connection, Moment(as_of=question.as_of, log_size=row.log_size))
            seeds, truncated = seeds_of(connection, question, known, row.log_size)
            levels: Iterator[Reached] = (
                reach_plainly(seeds, known, question.as_of, limits)
                if current is None
                else reach_quickly(connection, seeds, known, current, limits)
            )
            try:
                for piece in pieces(levels):
                    with _writing(lease, row.id) as writing:
                        change_recall(writing, row.id, reached=keep(writing, row.id, piece))
            except Cut:
                truncated = True
        with _writing(lease, row.id) as writing:
            change_recall(writing, row.id, state=DETAILING, truncated=truncated)

    def _detail(self, identity: str, question: Question, size: int, lease: Lease) -> None:
        seen = self._as_asked(identity)
        while True:
            with seen.store.reading() as connection:
                row = read_recall(connection, identity)
                assert row is not None  # it was asked
                tally = msgspec.convert(row.summary, Tally)
                known = Known(connection, Moment(as_of=question.as_of, log_size=size))
                count = _count(connection, known, tally, identity, row.detailed)
            state = DETAILING if row.detailed + count < row.reached else DONE
            with _writing(lease, identity) as writing:
                change_recall(
                    writing,
                    identity,
                    detailed=row.detailed + count,
                    summary=msgspec.to_builtins(tally),
                    state=state,
                )
            if state == DONE:
                return


class _Ended(Exception):
    """Somebody gave the recall up, or removed it, while it was worked on."""


def eyes_of(asker: Asker) -> Eyes:
    """With whose eyes ``asker`` looks, as recalls keep it."""
    return Eyes(organisation=asker.organisation, plants=asker.plants, by=asker.signature)


def _is_own(by: str, asker: Asker) -> bool:
    return asker.admin or (asker.may_act and by == asker.signature)


@contextmanager
def _writing(lease: Lease, identity: str) -> Iterator[Writing]:
    """A writing transaction of who works on it; ``_Ended`` when it is not to be worked on any more."""
    with lease.writing() as connection:
        row = read_recall(connection, identity)
        if row is None or row.state not in UNDER_WAY:
            raise _Ended
        yield connection


def _say(identity: str, what: str, error: Exception) -> None:
    log.error("recall %s %s", identity, what, exc_info=error)


def _count(connection: Reading, known: Known, tally: Tally, identity: str, position: int) -> int:
    found = found_from(connection, identity, position, DETAIL_AT_ONCE)
    tally.add(affected(connection, known, found))
    return len(found)
