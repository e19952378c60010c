"""The hub's own round: note what agents reported, stop where one refused, release the stage that is due.

A stage is done when each of its agents reported the message as applied and the files' hashes as wanted, is heard of,
has its devices connected, and has run so for as long as was ordered. One that refuses stops the roll-out for a person
to look; agents that were left out by somebody who looked are waited for no more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from hub.entry.seal import Stamps, enter
from hub.parts import Hub
from hub.rollout.act import Maker, release
from hub.rollout.content import brought
from hub.rollout.health import Verdict, judged
from hub.rollout.order import Whole, whole
from hub.rollout.progress import AgentProgress, AgentState, RolloutState
from hub.store.core.database import Reading
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.fleet.rollouts import under_way
from traceability.record.base import Record
from traceability.record.rollout import RolloutStep

HUB = "hub"
"""Who made a step that no person made."""
_MOVING = (RolloutState.RUNNING, RolloutState.STOPPED)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A step to note; RELEASED stands for the next stage or the end."""

    step: RolloutStep
    agent: str | None = None
    reason: str = ""


def advance(hub: Hub) -> int:
    """One round; how many roll-outs moved."""
    with hub.store.reading() as connection:
        moving = [one for one in under_way(connection) if steps_due(connection, whole(connection, one), hub.clock())]
    for identity in moving:
        _move(hub, identity)
    return len(moving)


def steps_due(connection: Reading, one: Whole, now: datetime) -> list[Due]:
    """What there is to note and to do now."""
    if one.progress.state in _MOVING:
        return _forward(one, verdicts(all_contacts(connection), one, now), now)
    if one.progress.state is RolloutState.GOING_BACK:
        return _back(one, all_contacts(connection), now)
    return []


def verdicts(contacts: Mapping[str, Contact], one: Whole, now: datetime) -> dict[str, Verdict]:
    """Of every agent of a released stage: how it does by what was sent to it."""
    return {
        agent.agent: _verdict(one, agent.agent, contacts.get(agent.agent), now) for agent in one.progress.released()
    }


def _move(hub: Hub, identity: str) -> None:
    def records(connection: Reading, stamp: Stamps) -> list[Record]:
        one = whole(connection, identity)
        make = Maker(connection, one, HUB, stamp)
        made: list[Record] = []
        for due in steps_due(connection, one, hub.clock()):
            if due.step is RolloutStep.RELEASED:
                made += release(one, one.progress.stage + 1, make)
            else:
                made.append(make.step(due.step, agent=due.agent, reason=due.reason))
        return made

    enter(hub, records)


def _verdict(one: Whole, agent: str, contact: Contact | None, now: datetime) -> Verdict:
    signed = one.signed[agent]
    beat = None if contact is None else contact.heartbeat
    return judged(contact, signed.number, brought(one.version, agent, beat), now)


def _forward(one: Whole, found: dict[str, Verdict], now: datetime) -> list[Due]:
    sent = [agent for agent in one.progress.released() if agent.state is AgentState.SENT]
    due = [Due(step=RolloutStep.TAKEN, agent=agent.agent) for agent in sent if found[agent.agent].taken]
    refused = [(agent.agent, found[agent.agent].detail) for agent in sent if found[agent.agent].refused]
    due += [Due(step=RolloutStep.REFUSED, agent=agent, reason=why) for agent, why in refused]
    if one.progress.state is RolloutState.STOPPED:
        return due
    if refused:
        agent, why = refused[0]
        return [*due, Due(step=RolloutStep.STOPPED, reason=f"{agent}: {why}")]
    waited = [agent for agent in one.progress.released() if not agent.left_out]
    done = all(_is_done(one, agent, found[agent.agent], now) for agent in waited)
    return due if due or one.ordered.by_hand or not done else [Due(step=RolloutStep.RELEASED)]


def _is_done(one: Whole, agent: AgentProgress, verdict: Verdict, now: datetime) -> bool:
    if agent.state is not AgentState.TAKEN or verdict.trouble is not None or agent.at is None:
        return False
    return now - agent.at >= timedelta(seconds=one.ordered.soak_s)


def _back(one: Whole, contacts: dict[str, Contact], now: datetime) -> list[Due]:
    due: list[Due] = []
    waiting = [agent.agent for agent in one.progress.agents if agent.state is AgentState.GOING_BACK]
    for agent in waiting:
        number = one.signed[agent].back_number
        assert number is not None
        verdict = judged(contacts.get(agent), number, (), now)
        if verdict.taken:
            due.append(Due(step=RolloutStep.BACK_TAKEN, agent=agent))
        elif verdict.refused:
            due.append(Due(step=RolloutStep.BACK_REFUSED, agent=agent, reason=verdict.detail))
    return [*due, Due(step=RolloutStep.ROLLED_BACK)] if len(due) == len(waiting) else due
