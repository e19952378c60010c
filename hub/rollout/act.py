"""What a person does with a roll-out. A stage is released by carrying what the plant signed to its agents.

While a roll-out is stopped nothing of it goes down; the way back is what the plant signed for that, with a number that
lets no agent take the forward message any more.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.rollout.order import Whole, every_whole, whole
from hub.rollout.progress import ACTIVE, AgentState, RolloutState
from hub.store.core.database import Reading
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.fleet.rollouts import envelopes
from traceability.record.base import Record
from traceability.record.downlink import PlantMessageRecord, plant_message_id
from traceability.record.rollout import RolloutStep, RolloutStepRecord


class Act(StrEnum):
    """What a person does with a roll-out."""

    START = "start"
    NEXT = "next"
    STOP = "stop"
    RESUME = "resume"
    BACK = "back"
    WITHDRAW = "withdraw"


ALLOWED: dict[Act, frozenset[RolloutState]] = {
    Act.START: frozenset({RolloutState.READY}),
    Act.NEXT: frozenset({RolloutState.RUNNING}),
    Act.STOP: frozenset({RolloutState.RUNNING}),
    Act.RESUME: frozenset({RolloutState.STOPPED}),
    Act.BACK: frozenset({RolloutState.RUNNING, RolloutState.STOPPED, RolloutState.FINISHED}),
    Act.WITHDRAW: frozenset({RolloutState.TO_SIGN, RolloutState.READY, RolloutState.STOPPED}),
}


def act(hub: Hub, identity: str, what: Act, *, by: str, reason: str = "") -> None:
    """Do it; ``EntryRefused`` where it does not go with the state of the roll-out."""
    if len(reason) > 2000:
        raise EntryRefused("the reason is too long", where="reason", advice="at most 2000 characters")

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        one = whole(connection, identity)
        if one.progress.state not in ALLOWED[what]:
            raise EntryRefused(
                f"a roll-out that is {one.progress.state} does not go with {str(what)!r}",
                where=identity,
                advice="look at its page again",
            )
        return _ACTS[what](connection, one, Maker(connection, one, by, stamp), reason.strip())

    enter(hub, records)


class Maker:
    """Makes the records of one act."""

    def __init__(self, connection: Reading, one: Whole, by: str, stamp: Stamps) -> None:
        self._connection, self._one, self._by, self._stamp = connection, one, by, stamp

    def step(
        self, kind: RolloutStep, *, stage: int | None = None, agent: str | None = None, reason: str = ""
    ) -> Record:
        """One step."""
        ordered = self._one.ordered
        return RolloutStepRecord(
            id=ordered.id,
            plant=ordered.plant,
            step=kind,
            by=self._by,
            stage=stage,
            agent=agent,
            reason=reason[:2000],
            **self._stamp(),
        )

    def message(self, agent: str, *, back: bool = False) -> Record:
        """What the plant signed for an agent, on its way down."""
        signed = self._one.signed[agent]
        number = signed.back_number if back else signed.number
        assert number is not None
        envelope = envelopes(self._connection, self._one.ordered.id, agent)[int(back)]
        name = plant_message_id(agent, number)
        return PlantMessageRecord(id=name, recipient=agent, envelope=envelope, **self._stamp())


def release(one: Whole, stage: int, make: Maker, why: str = "") -> list[Record]:
    """The next stage, or the end when there is none."""
    if stage >= len(one.ordered.stages):
        return [make.step(RolloutStep.FINISHED, reason=why)]
    return [
        make.step(RolloutStep.RELEASED, stage=stage, reason=why),
        *(make.message(agent) for agent in one.ordered.stages[stage]),
    ]


def _start(connection: Reading, one: Whole, make: Maker, why: str) -> list[Record]:
    contacts = all_contacts(connection)
    busy = {
        agent
        for other in every_whole(connection, one.ordered.plant)
        if other.ordered.id != one.ordered.id and other.progress.state in ACTIVE
        for agent in other.ordered.agents
    }
    for agent in one.ordered.agents:
        if agent in busy:
            raise EntryRefused(
                f"another roll-out is under way with {agent!r}", where=one.ordered.id, advice="end that one first"
            )
        if heeded(contacts.get(agent)) >= one.signed[agent].number:
            raise EntryRefused(
                f"{agent!r} has heeded a newer message since this was signed",
                where=one.ordered.id,
                advice="sign the request anew",
            )
    return release(one, 0, make, why)


def _next(_connection: Reading, one: Whole, make: Maker, why: str) -> list[Record]:
    return release(one, one.progress.stage + 1, make, why)


def _stop(_connection: Reading, _one: Whole, make: Maker, why: str) -> list[Record]:
    return [make.step(RolloutStep.STOPPED, reason=why)]


def _resume(_connection: Reading, one: Whole, make: Maker, why: str) -> list[Record]:
    """What was withheld meanwhile goes down now; who refused is left out."""
    late = [agent.agent for agent in one.progress.released() if agent.state is AgentState.SENT]
    return [make.step(RolloutStep.RESUMED, reason=why), *(make.message(agent) for agent in late)]


def _back(connection: Reading, one: Whole, make: Maker, why: str) -> list[Record]:
    contacts = all_contacts(connection)
    sent = [agent.agent for agent in one.progress.released()]
    able = [agent for agent in sent if one.signed[agent].back_number is not None]
    if not able:
        raise EntryRefused(
            "no way back was signed: the hub does not know what was in force before",
            where=one.ordered.id,
            advice="enter the earlier text as a version and roll that out",
        )
    for agent in able:
        if heeded(contacts.get(agent)) > one.signed[agent].number:
            raise EntryRefused(
                f"{agent!r} has heeded a newer message since",
                where=one.ordered.id,
                advice="roll out the earlier version",
            )
    return [make.step(RolloutStep.BACK, reason=why), *(make.message(agent, back=True) for agent in able)]


def _withdraw(_connection: Reading, _one: Whole, make: Maker, why: str) -> list[Record]:
    return [make.step(RolloutStep.WITHDRAWN, reason=why)]


_ACTS: dict[Act, Callable[[Reading, Whole, Maker, str], list[Record]]] = {
    Act.START: _start,
    Act.NEXT: _next,
    Act.STOP: _stop,
    Act.RESUME: _resume,
    Act.BACK: _back,
    Act.WITHDRAW: _withdraw,
}


def heeded(contact: Contact | None) -> int:
    """The number of the last message of the plant that an agent dealt with."""
    staged = None if contact is None else contact.heartbeat.staged
    return 0 if staged is None else staged.number
