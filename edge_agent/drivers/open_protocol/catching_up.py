"""Which old results to ask for, one after the other, and which of them are lost; no input or output."""

from collections import deque

from edge_agent.drivers.open_protocol.commands import LATEST, MID_UNKNOWN, NOT_FOUND, REVISION_UNKNOWN, Refusal
from edge_agent.drivers.open_protocol.numbering import Between, Mark, Step, newest
from edge_agent.drivers.open_protocol.told import Lost, Told

_TRIES = 3
_PAUSE = 1.0
_GIVES_NONE = "the controller gives out no old results"


class CatchingUp:
    """What is asked for with MID 0064. ``possible`` is False once the controller showed that it knows no such command.

    ``revision`` is the one to ask with, ``again_at`` when an answer that may be better later is asked for again.
    """

    def __init__(self, revision: int, limit: int) -> None:
        self.possible = True
        self.revision = revision
        self.again_at: float | None = None
        self._limit = limit
        self._ids: deque[int] = deque()
        self._tries = 0
        self._restarted_after: Mark | None = None
        self._held: list[Told] = []
        self._lost: list[Lost] = []

    @property
    def busy(self) -> bool:
        """Whether something is still to be asked for."""
        return bool(self._ids)

    @property
    def asks_latest(self) -> bool:
        """Whether the latest result is what is asked for."""
        return bool(self._ids) and self._ids[0] == LATEST

    def ask_latest(self) -> None:
        """Ask for the latest result, whatever its id."""
        self._start([LATEST], None)

    def begin(self, found: Between, before: Mark) -> bool:
        """Ask for what lies in between, as far as it can be had; whether there is anything to ask for."""
        if not self.possible:
            self._lose_ranges(found.ranges, _GIVES_NONE)
            return False
        ids, older = newest(found, self._limit)
        self._lose_ranges(older, f"more than {self._limit} results were missed at once")
        restarted = found.step is Step.RESTARTED
        self._start(ids[::-1] if restarted else ids, before if restarted else None)
        return bool(ids)

    def next_question(self, now: float) -> int | None:
        """The id to ask for now."""
        if not self._ids or (self.again_at is not None and now < self.again_at):
            return None
        self.again_at = None
        return self._ids[0]

    def answer(self, told: Told) -> list[Told]:
        """The results that can be handed out now, oldest first."""
        asked = self._done()
        if asked == LATEST:
            return [told]
        if told.mark is None:
            self._lose(asked, asked, f"the old result cannot be read: {told.fault}")
        elif told.mark.id != asked:
            self._lose(asked, asked, f"asked for it, the controller sent result {told.mark.id}")
        elif self._of_the_old_numbers(told.mark):
            self._ids.clear()
        else:
            self._held.insert(0, told)
        return self._ready()

    def refused(self, refusal: Refusal, now: float) -> list[Told]:
        """The same for a refusal."""
        if refusal.code == REVISION_UNKNOWN and self.revision > 1:
            self.revision -= 1
        elif refusal.code in (REVISION_UNKNOWN, MID_UNKNOWN):
            self._give_up()
        elif refusal.code != NOT_FOUND and self._tries < _TRIES - 1:
            self._tries += 1
            self.again_at = now + _PAUSE
        else:
            asked = self._done()
            if self._restarted_after is not None:
                self._lose(1, asked, f"the numbers were set back, and {refusal.text}")
                self._ids.clear()
            elif asked != LATEST:
                self._lose(asked, asked, refusal.text)
        return self._ready()

    def take_lost(self) -> tuple[Lost, ...]:
        """What is lost before the next result, ranges joined."""
        joined: list[Lost] = []
        for lost in self._lost:
            if joined and joined[-1].reason == lost.reason and joined[-1].last + 1 == lost.first:
                lost = Lost(first=joined.pop().first, last=lost.last, reason=lost.reason)  # noqa: PLW2901
            joined.append(lost)
        self._lost.clear()
        return tuple(joined)

    def _start(self, ids: list[int], restarted_after: Mark | None) -> None:
        self._ids = deque(ids)
        self._tries = 0
        self._restarted_after = restarted_after

    def _done(self) -> int:
        self._tries = 0
        return self._ids.popleft()

    def _give_up(self) -> None:
        self.possible = False
        ids = sorted(asked for asked in self._ids if asked != LATEST)
        for asked in ids if self._restarted_after is None else range(1, max(ids, default=0) + 1):
            self._lose(asked, asked, _GIVES_NONE)
        self._ids.clear()

    def _of_the_old_numbers(self, mark: Mark) -> bool:
        before = self._restarted_after
        return before is not None and None not in (mark.time, before.time) and not _later(mark, before)

    def _ready(self) -> list[Told]:
        if self._restarted_after is not None and self._ids:
            return []
        ready, self._held = self._held, []
        return ready

    def _lose_ranges(self, ranges: tuple[tuple[int, int], ...], reason: str) -> None:
        for first, last in ranges:
            self._lose(first, last, reason)

    def _lose(self, first: int, last: int, reason: str) -> None:
        self._lost.append(Lost(first=first, last=last, reason=reason))


def _later(mark: Mark, before: Mark) -> bool:
    assert mark.time is not None
    assert before.time is not None
    return mark.time > before.time
