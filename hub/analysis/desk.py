"""Comparisons in the background: a question has an id and an address, its answer is worked out when somebody looks.

The same question has the same id for all who see the same: of an organisation, or of some of its plants. What is kept
is the question alone; an answer is held in memory for a while, for readers who see the same. It is worked out anew when
there is more in the log and the one that is there is older than ``STANDS``: where batches come every second, there
would otherwise never be one to show.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.analysis.likeness import STEPS, in_common
from hub.analysis.question import CommonQuestion
from hub.analysis.source import Source
from hub.analysis.views import CommonView
from hub.errors import NotFound, TooBusy
from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.sharing.audit import Question as Asked
from hub.sharing.seen import ground_for, seen_by
from hub.store.core.eyes import Eyes
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.trace.asked_common import StoredQuestion, keep_question, read_question
from traceability.encoding import sha256
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)

WORKING, DONE, FAILED = "working", "done", "failed"
ID_LETTERS = 24
KEPT = 32
AT_ONCE = 2
MOST_WAITING = 16
COME_AGAIN_S = 10
STANDS = timedelta(minutes=1)
Key = tuple[str, tuple[str, ...], bytes]
"""Of a question what those see who see the same, and the policies by which they see it."""


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a comparison is; ``answer`` once ``state`` is ``done``, ``problem`` once it is ``failed``."""

    id: str
    url: str
    state: str
    step: int
    steps: int
    answer: CommonView | None
    problem: str


class _Work(msgspec.Struct):
    """What has become of one question for those who see the same, since the log had ``log_size``."""

    log_size: int
    state: str = WORKING
    ended: datetime | None = None
    step: int = 0
    answer: CommonView | None = None
    problem: str = ""


class CommonDesk:
    """``AT_ONCE`` comparisons are worked on at a time; the others wait."""

    def __init__(self, hub: Hub, audit: AuditDesk) -> None:
        self._hub = hub
        self._audit = audit
        self._free = threading.Semaphore(AT_ONCE)
        self._changed = threading.Condition()
        self._works: OrderedDict[Key, _Work] = OrderedDict()

    def ask(self, question: CommonQuestion, asker: Asker) -> str:
        """Keep the question; its id."""
        said = question.model_dump_json(exclude_defaults=True)
        whose = "\t".join((asker.organisation, *sorted(asker.plants)))
        identity = sha256(f"{whose}\n{said}".encode()).hex()[:ID_LETTERS]
        kept = StoredQuestion(
            id=identity,
            owner=asker.organisation,
            question=question.model_dump(mode="json", exclude_defaults=True),
            asked_at=to_micros(self._hub.clock()),
            plants=asker.plants,
        )
        with self._hub.store.writing() as connection:
            keep_question(connection, kept)
        return identity

    def question(self, identity: str, asker: Asker) -> CommonQuestion:
        """``NotFound`` when nobody asked it, another organisation than the asker's did, or somebody of other plants."""
        with self._hub.store.reading() as connection:
            kept = read_question(connection, identity)
        mine = Eyes(organisation=asker.organisation, plants=asker.plants)
        if kept is None or not mine.sees_what(Eyes(organisation=kept.owner, plants=kept.plants)):
            raise NotFound(f"there is no comparison {identity[:60]!r}", advice="/common asks one")
        return CommonQuestion.model_validate(kept.question)

    def look(self, identity: str, asker: Asker, wait_s: float = 0.0) -> ComparisonView:
        """How far it is, after at most ``wait_s``; begins it, where it is not worked on. As ``asker`` may see it."""
        question = self.question(identity, asker)
        key = (identity, asker.eyes, self._sight(asker))
        with self._hub.store.reading() as connection:
            size = log_size(connection)
        with self._changed:
            work = self._standing(key, size) or self._begin(key, question, asker, size)
            self._changed.wait_for(lambda: work.state != WORKING, wait_s)
            if work.state == FAILED:  # whoever looks again has it tried again
                self._works.pop(key, None)
            return ComparisonView(
                id=identity,
                url=f"/api/v1/analysis/common/{identity}",
                state=work.state,
                step=work.step,
                steps=STEPS,
                answer=work.answer,
                problem=work.problem,
            )

    def _standing(self, key: Key, size: int) -> _Work | None:
        """What is being worked out or good enough to be shown while the log has ``size``."""
        work = self._works.get(key)
        if work is None or work.ended is None or work.log_size == size:
            return work
        return work if timedelta(0) <= self._hub.clock() - work.ended < STANDS else None

    def _sight(self, asker: Asker) -> bytes:
        """What the policies of this moment show ``asker``, in short; another one where they changed."""
        if asker.is_operator:
            return b""
        with self._hub.store.reading() as connection:
            ground, _ = ground_for(connection, asker.organisation, self._hub.clock(), asker.plants)
        return sha256(msgspec.json.encode(ground, order="deterministic"))

    def _begin(self, key: Key, question: CommonQuestion, asker: Asker, size: int) -> _Work:
        if sum(work.state == WORKING for work in self._works.values()) >= MOST_WAITING:
            raise TooBusy("other comparisons are being worked out", own=False, after_s=COME_AGAIN_S, where="common")
        over = len(self._works) - KEPT + 1
        for old in [each for each, work in self._works.items() if work.state != WORKING][: max(0, over)]:
            del self._works[old]
        self._works.pop(key, None)
        work = self._works[key] = _Work(size)
        arguments = (key, work, question, asker)
        threading.Thread(target=self._work, args=arguments, name=f"common-{key[0]}", daemon=True).start()
        return work

    def _seen(self, identity: str, asker: Asker) -> Hub:
        """The hub as the asker sees it; a person's own plants count as on every page."""
        if asker.is_operator:
            return self._hub
        asked = Asked(asker=asker.organisation, token=asker.noted_as, asked=f"comparison {identity}")
        return seen_by(self._hub, asked, None if asker.preview else self._audit, asker.plants)

    def _work(self, key: Key, work: _Work, question: CommonQuestion, asker: Asker) -> None:
        answer, problem = None, ""
        seen = self._seen(key[0], asker)
        try:
            with self._free, seen.store.reading() as connection:
                answer = in_common(Source(connection), question, self._telling(work))
        except ZhuoyueError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: the comparison itself says it failed
            _say(key[0], error)
            problem = "the hub made a mistake; its log says more"
        stands = self._sight(asker) == key[2]
        with self._changed:
            work.answer, work.problem, work.ended = answer, problem, self._hub.clock()
            work.state = FAILED if answer is None else DONE
            if not stands and self._works.get(key) is work:  # it may have been read under the new policies
                del self._works[key]
            self._changed.notify_all()

    def _telling(self, work: _Work) -> Callable[[int], None]:
        def told(step: int) -> None:
            with self._changed:
                work.step = step

        return told


def _say(identity: str, error: Exception) -> None:
    log.error("comparison %s failed", identity, exc_info=error)
