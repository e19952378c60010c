"""One conversation with a controller, as rules; no input or output.

1. MID 0001 starts it; 0002 is the controller's yes. Then 0060 subscribes to results of the revision asked for; where
   the controller does not know it, of the next lower one. One command at a time waits for its answer.
2. Either side may be silent for 15 s at most. After 10 s without sending, 9999 is sent; the controller echoes it. A
   controller of which nothing was heard for longer, or that does not answer a command in time, is gone.
3. Every 0061 is acknowledged with one 0062, which names nothing, so the order counts: results are handed out in the
   order they came, and each is acknowledged only when it is settled, that is durable. Until then the controller keeps
   it, and waits.
4. Ids without a gap are the proof that nothing is missing. The ids between the last result told and the next one are
   fetched first, oldest first, with 0064, which 0065 answers; so results are told in order. After connecting, the
   latest result is fetched in the same way, so that what happened meanwhile is known at once, not at the next result.
5. What cannot be had any more (not found, unreadable, older than the limit, a controller that gives out no old
   results) is named as lost with the result that follows it. An answer that may be better later is asked for again.
6. When the numbers were set back (see ``numbering``), the ids of the new series are fetched downward until a result
   is as old as the last one told.
7. A 0061 that cannot be read is fetched again as the latest result. Where that fails too, it is acknowledged, so that
   the next can come; its id is then a gap like any other. Only if no result was ever told, it is handed out as a fault.
"""

from collections import deque

import msgspec

from edge_agent.drivers.open_protocol.catching_up import CatchingUp
from edge_agent.drivers.open_protocol.commands import (
    ACCEPTED,
    ACKNOWLEDGE,
    ALREADY_SUBSCRIBED,
    ASK_OLD,
    KEEP_ALIVE,
    REFUSED,
    REVISION_UNKNOWN,
    START,
    STARTED,
    SUBSCRIBE,
    Refusal,
    ask_old,
    parse_accepted,
    parse_refusal,
)
from edge_agent.drivers.open_protocol.fields import OLD_RESULT, RESULT
from edge_agent.drivers.open_protocol.framing import Framer, Message, encode_message
from edge_agent.drivers.open_protocol.numbering import Mark, Step, between
from edge_agent.drivers.open_protocol.told import Told, read_told


class Silent(Exception):
    """The controller does not answer; the conversation is over."""


class Refused(Exception):
    """The controller refuses the conversation."""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How to talk: the highest ``revision`` to ask for, the ``fill_limit`` in results, and times in seconds."""

    revision: int
    fill_limit: int
    keep_alive: float
    timeout: float


class Session:
    """One conversation; ``last`` is the last result that is durable, None when there never was one."""

    def __init__(self, manners: Manners, last: Mark | None) -> None:
        self.subscribed = False
        self._manners = manners
        self._told = last
        self._revision = manners.revision
        self._framer = Framer()
        self._outgoing = bytearray()
        self._waiting: int | None = None
        self._answer_due = 0.0
        self._sent = self._heard = 0.0
        self._live: deque[Told] = deque()
        self._out: deque[Told] = deque()
        self._reached: Told | None = None  # what lies before it was fetched
        self._unreadable = False  # the first of the live ones cannot be fetched either
        self._old = CatchingUp(manners.revision, manners.fill_limit)

    def begin(self, now: float) -> None:
        """Say hello."""
        self._heard = now
        self._command(Message(mid=START), now)

    def receive(self, content: bytes, now: float) -> None:
        """Take in what the controller sent; Malformed when it is no Open Protocol, Refused when it wants no client."""
        self._heard = now
        for message, frame in self._framer.feed(content):
            self._take_in(message, frame, now)
        self._advance(now)

    def tick(self, now: float) -> None:
        """Do what is due; Silent when the controller is gone."""
        if self._waiting is not None and now >= self._answer_due:
            raise Silent(f"no answer to MID {self._waiting:04d} within {self._manners.timeout:g} s")
        if now >= self._gone_at():
            raise Silent(f"nothing heard for {now - self._heard:.0f} s")
        if now >= self._sent + self._manners.keep_alive:
            self._send(Message(mid=KEEP_ALIVE), now)
        self._advance(now)

    def due(self) -> float:
        """When ``tick`` has something to do."""
        times = [self._gone_at(), self._sent + self._manners.keep_alive]
        if self._waiting is not None:
            times.append(self._answer_due)
        elif self._old.again_at is not None:
            times.append(self._old.again_at)
        return min(times)

    def outgoing(self) -> bytes:
        """The bytes to send now."""
        content = bytes(self._outgoing)
        self._outgoing.clear()
        return content

    @property
    def ready(self) -> bool:
        """Whether ``take`` has a result."""
        return bool(self._out)

    def take(self) -> Told | None:
        """The next result to make durable."""
        return self._out.popleft() if self._out else None

    def settle(self, told: Told, now: float) -> None:
        """That result is durable, or refused for good."""
        if told.acknowledge:
            self._send(Message(mid=ACKNOWLEDGE), now)

    def _take_in(self, message: Message, frame: bytes, now: float) -> None:
        if message.mid == RESULT:
            self._live.append(read_told(message, frame, acknowledge=True))
        elif message.mid == STARTED and self._waiting == START:
            self._command(Message(mid=SUBSCRIBE, revision=self._revision), now)
        elif message.mid == ACCEPTED and self._waiting == SUBSCRIBE == parse_accepted(message):
            self._catch_up()
        elif message.mid == OLD_RESULT and self._waiting == ASK_OLD:
            self._waiting = None
            latest = self._old.asks_latest
            for told in self._old.answer(read_told(message, frame, acknowledge=False)):
                (self._latest if latest else self._hand)(told)
        elif message.mid == REFUSED:
            refusal = parse_refusal(message)
            if refusal.mid == self._waiting:
                self._refused(refusal, now)

    def _refused(self, refusal: Refusal, now: float) -> None:
        self._waiting = None
        if refusal.mid == ASK_OLD:
            latest = self._old.asks_latest
            for told in self._old.refused(refusal, now):
                self._hand(told)
            if latest and not self._old.busy:
                self._latest(None)
        elif refusal.mid == SUBSCRIBE and refusal.code == REVISION_UNKNOWN and self._revision > 1:
            self._revision -= 1
            self._command(Message(mid=SUBSCRIBE, revision=self._revision), now)
        elif refusal.mid == SUBSCRIBE and refusal.code == ALREADY_SUBSCRIBED:
            self._catch_up()
        else:
            raise Refused(refusal.text)

    def _catch_up(self) -> None:
        self._waiting = None
        self.subscribed = True
        if self._told is not None:
            self._old.ask_latest()

    def _advance(self, now: float) -> None:
        while self._waiting is None and self.subscribed:
            asked = self._old.next_question(now)
            if asked is not None:
                self._command(ask_old(asked, self._old.revision), now)
            elif self._old.busy or not self._live:
                return
            else:
                self._follow(self._live.popleft(), now)

    def _latest(self, latest: Told | None) -> None:
        """The latest result: told already, new, or the one that could not be read."""
        new = latest is not None and latest.mark is not None and self._is_new(latest.mark)
        unreadable = bool(self._live) and self._live[0].mark is None
        if unreadable and new:
            self._live.popleft()
        if new:
            assert latest is not None
            self._live.appendleft(msgspec.structs.replace(latest, acknowledge=unreadable))
        elif unreadable:
            self._unreadable = True

    def _is_new(self, mark: Mark) -> bool:
        return self._told is None or between(self._told, mark).step not in (Step.SAME, Step.LATE)

    def _follow(self, told: Told, now: float) -> None:
        if told.mark is None:
            self._follow_unreadable(told, now)
            return
        found = None if self._told is None or told is self._reached else between(self._told, told.mark)
        if found is not None and self._told is not None and found.ranges and self._old.begin(found, self._told):
            self._reached = told
            self._live.appendleft(told)
        elif found is not None and found.step is Step.LATE:
            self._out.append(msgspec.structs.replace(told, late=True))
        else:
            self._hand(told)

    def _follow_unreadable(self, told: Told, now: float) -> None:
        if self._told is None:
            self._out.append(told)
        elif self._unreadable or not self._old.possible:
            self._unreadable = False
            self._send(Message(mid=ACKNOWLEDGE), now)
        else:
            self._live.appendleft(told)
            self._old.ask_latest()

    def _hand(self, told: Told) -> None:
        self._told = told.mark
        self._out.append(msgspec.structs.replace(told, lost=self._old.take_lost()))

    def _command(self, message: Message, now: float) -> None:
        self._waiting = message.mid
        self._answer_due = now + self._manners.timeout
        self._send(message, now)

    def _send(self, message: Message, now: float) -> None:
        self._outgoing += encode_message(message)
        self._sent = now

    def _gone_at(self) -> float:
        return self._heard + self._manners.keep_alive + self._manners.timeout
