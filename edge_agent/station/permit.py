"""The desk where a controller asks whether a unit may be processed at this station.

The rules, seen from both sides:

1. With permit_answer = 0 the controller writes permit_serial, and then permit_request: 1 for a first pass, 2 for a
   retest, 3 for rework. It changes neither until it has seen an answer.
2. The agent decides from local data and by the control plan that holds at this moment, writes permit_reason, and then
   permit_answer: 1 permitted, 2 refused, 3 unknown (only where the station's policy leaves that to the controller).
3. The controller sees the answer and writes permit_request = 0.
4. The agent writes permit_answer = 0 and permit_reason = 0; only then may the controller ask again.

What follows from them:

- An answer that still stands after the agent's restart may be another unit's: the request is decided again.
- A controller that asks about another unit while the answer stands is answered anew, after the old answer is taken
  back, so that one unit's permission can never serve another.
- Nothing here waits for the hub or for the outbox's disk; without data the answer is what the policy says. The answer
  is counted, and a refusal recorded, after the controller has it.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from edge_agent.acquisition.cycle import read_words
from edge_agent.acquisition.roles import RoleReader
from edge_agent.acquisition.snapshot import Watch, read_snapshot
from edge_agent.complaint import Complaint
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import CycleFault, StorageRefused, TornRead
from edge_agent.interlock.decision import Answer, Decision, Policy, Question, Reason, may_process, refused, undecided
from edge_agent.interlock.named import lot_of, named_unit
from edge_agent.log import say
from edge_agent.outbox.decisions import Lookup
from edge_agent.plans import Plans
from edge_agent.station.answer_book import AnswerBook
from edge_agent.station.gate import WriteGate
from edge_agent.station.link import DeviceLink
from firmware_profiles.handshakes import PERMIT
from traceability.errors import IdentifierRefused
from traceability.unit import Purpose

_LOG = logging.getLogger(__name__)
_PURPOSES = {1: Purpose.FIRST, 2: Purpose.RETEST, 3: Purpose.REWORK}
_WATCH = Watch(words=("permit_request", "permit_answer", "permit_reason"), steady=("permit_request", "permit_serial"))
_CLOSED = (("permit_answer", 0), ("permit_reason", 0))


class PermitDesk:
    """The desk of one station that has an interlock."""

    def __init__(
        self,
        station: Station,
        link: DeviceLink[Driver],
        *,
        plans: Plans,
        policy: Policy,
        lookup: Lookup,
        book: AnswerBook,
        clock: Callable[[], datetime],
    ) -> None:
        self._station = station
        self._link = link
        self._plans = plans
        self._clock = clock
        self._policy = policy
        self._lookup = lookup
        self._book = book
        self._gate = WriteGate(station.name, link, station.resolved, PERMIT.written)
        self._answered: tuple[int, str] | None = None
        roles = [role for role in _roles(station) if role in station.resolved.roles]
        self._points = [station.resolved.role(role) for role in roles]
        self._complaint = Complaint(_LOG, station=station.name, device=station.device)

    async def attend(self, samples: Mapping[str, Sample]) -> None:
        """Answer if somebody asks. ``samples`` are taken where they hold all that is needed, else it is read anew."""
        try:
            if any(point.name not in samples for point in self._points):
                samples = await read_snapshot(
                    self._link.driver, self._station.resolved, self._points, watch=_WATCH, due=_asked
                )
            await self._serve(samples)
        except (CycleFault, TornRead) as error:
            todo = "check the profile's permit roles"
            self._complaint.raised("the interlock cannot be served", error=error, next=todo)
        else:
            self._complaint.settled("the interlock is served again")
        finally:
            self._gate.say()

    async def close(self) -> None:
        """Keep what was answered."""
        await self._book.close()

    async def _serve(self, samples: Mapping[str, Sample]) -> None:
        resolved = self._station.resolved
        words = read_words(resolved, samples, _WATCH.words)
        if not _asked(words):
            self._answered = None
            await self._gate.write((role, 0) for role, _ in _CLOSED if words[role])
            return
        serial = self._serial(samples)
        asked = (words["permit_request"], serial)
        if words["permit_answer"] and asked == self._answered:
            return
        if words["permit_answer"]:
            await self._gate.write(_CLOSED)
        unit, decision = await self._decide(*asked, self._lot(samples))
        await self._gate.write((("permit_reason", int(decision.reason)), ("permit_answer", int(decision.told))))
        self._answered = asked
        self._book.note(unit, serial, decision)
        self._speak_of(serial, decision)

    async def _decide(self, request: int, serial: str, lot: str | None) -> tuple[str | None, Decision]:
        """The unit that the request names, if it names one, and the decision."""
        try:
            unit = named_unit(self._plans.part, serial, self._station.symbols)
        except IdentifierRefused as error:
            return None, refused(Reason.IDENTITY_REFUSED, error.what)
        purpose = _PURPOSES.get(request)
        if purpose is None:
            return unit, refused(Reason.BAD_REQUEST, f"permit_request is {request}")
        return unit, await self._decide_on(unit, purpose, lot)

    async def _decide_on(self, unit: str | None, purpose: Purpose, lot: str | None) -> Decision:
        station = self._station
        question = Question(station=station.name, operation=station.operation, unit=unit, purpose=purpose, lot=lot)
        try:
            facts, holds = await self._lookup.facts(unit, (station.name, *((lot,) if lot else ())))
        except StorageRefused as error:
            return undecided(Reason.NO_DATA, self._policy, error.what)
        return may_process(question, self._plans.at(self._clock()).plan, facts, holds, self._policy)

    def _serial(self, samples: Mapping[str, Sample]) -> str:
        """What the request names; a text that cannot be decoded becomes one that names no unit."""
        try:
            return RoleReader(self._station.resolved, samples).text("permit_serial")
        except CycleFault as fault:
            return fault.what

    def _lot(self, samples: Mapping[str, Sample]) -> str | None:
        if self._station.lot is None:
            return None
        try:
            return lot_of(self._station.lot.part, RoleReader(self._station.resolved, samples).text("lot", ""))
        except IdentifierRefused:
            return None  # no lot is named; that none was given is for the result to say

    def _speak_of(self, serial: str, decision: Decision) -> None:
        """Log the answer with what was written."""
        if decision.answer is not Answer.PERMIT:
            english, chinese = decision.words
            say(
                _LOG, logging.WARNING, "interlock: not cleared", station=self._station.name, serial=serial,
                answer=decision.answer.name.lower(), told=decision.told.name.lower(), reason=english, reason_zh=chinese,
                detail=decision.detail or None,
            )  # fmt: skip
        self._gate.say(serial=serial)


def _roles(station: Station) -> tuple[str, ...]:
    lot = ("lot",) if station.lot is not None else ()
    return tuple(dict.fromkeys((*PERMIT.needs, *PERMIT.written, *lot)))


def _asked(words: Mapping[str, int]) -> bool:
    return words["permit_request"] != 0
