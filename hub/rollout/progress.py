"""How far a roll-out is, from its signatures and steps alone. Pure; the same whoever asks and whenever."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.store.fleet.rollouts import StoredRollout, StoredSignature, StoredStep
from traceability.record.rollout import RolloutStep


class RolloutState(StrEnum):
    """What a roll-out waits for, or how it ended."""

    TO_SIGN = "to-sign"
    READY = "ready"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    GOING_BACK = "going-back"
    ROLLED_BACK = "rolled-back"
    WITHDRAWN = "withdrawn"


ACTIVE = frozenset({RolloutState.RUNNING, RolloutState.STOPPED, RolloutState.GOING_BACK})
"""Its agents are busy with it; no other roll-out may begin with them."""


class AgentState(StrEnum):
    """Where an agent stands in a roll-out."""

    WAITING = "waiting"
    SENT = "sent"
    TAKEN = "taken"
    REFUSED = "refused"
    GOING_BACK = "going-back"
    BACK = "back"
    BACK_REFUSED = "back-refused"


class AgentProgress(msgspec.Struct, frozen=True, kw_only=True):
    """``at`` is since when; ``left_out``: it refused, and a person let the others go on."""

    agent: str
    stage: int
    state: AgentState = AgentState.WAITING
    at: datetime | None = None
    reason: str = ""
    left_out: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """``stage`` is the last one released, -1 before the first; ``reason`` says why it stands still or ended."""

    state: RolloutState
    stage: int
    agents: tuple[AgentProgress, ...]
    reason: str = ""

    def of(self, agent: str) -> AgentProgress:
        """The agent's own."""
        return next(one for one in self.agents if one.agent == agent)

    def released(self) -> tuple[AgentProgress, ...]:
        """Agents to which something was sent."""
        return tuple(one for one in self.agents if one.stage <= self.stage)


def progress(ordered: StoredRollout, signed: Mapping[str, StoredSignature], steps: Iterable[StoredStep]) -> Progress:
    """Fold the steps in the order of the log."""
    agents = {
        agent: AgentProgress(agent=agent, stage=number)
        for number, stage in enumerate(ordered.stages)
        for agent in stage
    }
    ready = RolloutState.READY if signed.keys() >= agents.keys() else RolloutState.TO_SIGN
    found = Progress(state=ready, stage=-1, agents=())
    for step in steps:
        found = _after(found, step)
        _move(agents, step, signed)
    return msgspec.structs.replace(found, agents=tuple(agents.values()))


_STATES = {
    RolloutStep.RELEASED: RolloutState.RUNNING,
    RolloutStep.STOPPED: RolloutState.STOPPED,
    RolloutStep.RESUMED: RolloutState.RUNNING,
    RolloutStep.FINISHED: RolloutState.FINISHED,
    RolloutStep.BACK: RolloutState.GOING_BACK,
    RolloutStep.ROLLED_BACK: RolloutState.ROLLED_BACK,
    RolloutStep.WITHDRAWN: RolloutState.WITHDRAWN,
}
_OF_AGENT = {
    RolloutStep.TAKEN: AgentState.TAKEN,
    RolloutStep.REFUSED: AgentState.REFUSED,
    RolloutStep.BACK_TAKEN: AgentState.BACK,
    RolloutStep.BACK_REFUSED: AgentState.BACK_REFUSED,
}


def _after(found: Progress, step: StoredStep) -> Progress:
    kind = RolloutStep(step.step)
    if kind not in _STATES:
        return found
    stage = step.stage if kind is RolloutStep.RELEASED and step.stage is not None else found.stage
    return msgspec.structs.replace(found, state=_STATES[kind], stage=max(stage, found.stage), reason=step.reason)


def _move(agents: dict[str, AgentProgress], step: StoredStep, signed: Mapping[str, StoredSignature]) -> None:
    kind = RolloutStep(step.step)
    if kind in _OF_AGENT:
        if step.agent in agents:
            agents[step.agent] = _at(agents[step.agent], _OF_AGENT[kind], step)
        return
    for name, one in agents.items():
        if kind is RolloutStep.RELEASED and one.stage == step.stage:
            agents[name] = _at(one, AgentState.SENT, step)
        elif kind is RolloutStep.RESUMED and one.state is AgentState.REFUSED:
            agents[name] = msgspec.structs.replace(one, left_out=True)
        elif kind is RolloutStep.BACK and one.state is not AgentState.WAITING:
            back = name in signed and signed[name].back_number is not None
            agents[name] = _at(one, AgentState.GOING_BACK, step) if back else one


def _at(one: AgentProgress, state: AgentState, step: StoredStep) -> AgentProgress:
    return msgspec.structs.replace(one, state=state, at=step.at, reason=step.reason if step.agent else "")
