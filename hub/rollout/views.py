"""What pages and API show of versions and roll-outs."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from hub.rollout.act import ALLOWED, Act
from hub.rollout.advance import verdicts
from hub.rollout.check import Draft
from hub.rollout.difference import Difference, difference
from hub.rollout.draft import found_version
from hub.rollout.health import Trouble, Verdict
from hub.rollout.order import Whole, every_whole, whole
from hub.rollout.progress import AgentProgress, AgentState, RolloutState
from hub.rollout.remark import Remark
from hub.rollout.wanted import VersionName, named
from hub.store.core.database import Reading
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.fleet.rollouts import StoredSignature, StoredVersion, versions
from traceability.downlink import FileRole


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version in a list; ``latest``: no later one of the same file."""

    id: str
    plant: str
    role: FileRole
    name: str
    number: int
    hash: str
    by: str
    note: str
    restores: str | None
    at: datetime
    latest: bool
    url: str


class VersionList(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, the latest first."""

    versions: tuple[VersionView, ...]


class VersionText(msgspec.Struct, frozen=True, kw_only=True):
    """A version in full, and what it changed against the one before."""

    version: VersionView
    text: str
    fillings: str
    plan: str
    before: VersionName | None
    changed: Difference


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub finds in a text; none: it may be kept. ``changed`` is against the latest version."""

    remarks: tuple[Remark, ...]
    before: VersionName | None
    changed: Difference


class AgentInRollout(msgspec.Struct, frozen=True, kw_only=True):
    """An agent of a roll-out; ``trouble`` says why it is not well yet, None where it is or where nothing was sent."""

    agent: str
    stage: int
    state: AgentState
    at: datetime | None
    reason: str
    trouble: Trouble | None
    detail: str
    left_out: bool
    way_back: bool


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to it."""

    at: datetime
    step: str
    by: str
    stage: int | None
    agent: str | None
    reason: str
    batch: int


class RolloutView(msgspec.Struct, frozen=True, kw_only=True):
    """A roll-out; ``acts`` is what a person may do with it now."""

    id: str
    plant: str
    version: VersionName
    state: RolloutState
    reason: str
    stage: int
    stages: tuple[tuple[str, ...], ...]
    soak_s: int
    by_hand: bool
    by: str
    note: str
    at: datetime
    signed_by: str
    agents: tuple[AgentInRollout, ...]
    steps: tuple[StepView, ...]
    acts: tuple[Act, ...]
    url: str

    @property
    def taken(self) -> int:
        """Agents that run by it."""
        return sum(one.state is AgentState.TAKEN for one in self.agents)


class RolloutList(msgspec.Struct, frozen=True, kw_only=True):
    """Roll-outs, the latest first."""

    rollouts: tuple[RolloutView, ...]


def version_list(connection: Reading, plant: str | None = None) -> VersionList:
    """Every version (of a plant)."""
    every = versions(connection, plant=plant, texts=False)
    latest = {one.series: one.id for one in reversed(every)}
    return VersionList(versions=tuple(_version(one, latest=latest[one.series] == one.id) for one in every))


def version_text(connection: Reading, identity: str, against: str | None = None) -> VersionText:
    """A version, against the one before or another."""
    version = found_version(connection, identity)
    every = versions(connection, version.series, texts=False)
    earlier = next((one.id for one in every if one.number < version.number), None)
    compared = against or earlier
    before = None if compared is None else found_version(connection, compared)
    return VersionText(
        version=_version(version, latest=every[0].id == version.id),
        text=version.text,
        fillings=version.fillings,
        plan=version.plan,
        before=None if before is None else named(before),
        changed=difference("" if before is None else joined(before), joined(version)),
    )


def joined(version: StoredVersion | Draft) -> str:
    """All texts of a version, one behind the other, as differences are shown."""
    parts = [version.text]
    if version.fillings:
        parts.append(f"# --- values\n{version.fillings}")
    if version.plan:
        parts.append(f"# --- control plan\n{version.plan}")
    return "\n".join(parts)


def rollout_list(connection: Reading, now: datetime, plant: str | None = None) -> RolloutList:
    """Every roll-out (of a plant)."""
    contacts = all_contacts(connection)
    return RolloutList(rollouts=tuple(_rollout(contacts, one, now) for one in every_whole(connection, plant)))


def rollout_view(connection: Reading, identity: str, now: datetime) -> RolloutView:
    """One roll-out; ``NotFound`` when it is not there, or not to be seen."""
    return _rollout(all_contacts(connection), whole(connection, identity), now)


def _version(version: StoredVersion, *, latest: bool) -> VersionView:
    return VersionView(
        id=version.id,
        plant=version.plant,
        role=FileRole(version.role),
        name=version.name,
        number=version.number,
        hash=version.hash,
        by=version.by,
        note=version.note,
        restores=version.restores,
        at=version.at,
        latest=latest,
        url=f"/configurations/{version.id}",
    )


def _agent(agent: AgentProgress, verdict: Verdict | None, signed: StoredSignature | None) -> AgentInRollout:
    return AgentInRollout(
        agent=agent.agent,
        stage=agent.stage,
        state=agent.state,
        at=agent.at,
        reason=agent.reason,
        trouble=None if verdict is None else verdict.trouble,
        detail="" if verdict is None else verdict.detail,
        left_out=agent.left_out,
        way_back=signed is not None and signed.back_number is not None,
    )


def _rollout(contacts: Mapping[str, Contact], one: Whole, now: datetime) -> RolloutView:
    ordered, progress = one.ordered, one.progress
    told = verdicts(contacts, one, now) if progress.state in (RolloutState.RUNNING, RolloutState.STOPPED) else {}
    agents = tuple(_agent(agent, told.get(agent.agent), one.signed.get(agent.agent)) for agent in progress.agents)
    return RolloutView(
        id=ordered.id,
        plant=ordered.plant,
        version=named(one.version),
        state=progress.state,
        reason=progress.reason,
        stage=progress.stage,
        stages=ordered.stages,
        soak_s=ordered.soak_s,
        by_hand=ordered.by_hand,
        by=ordered.by,
        note=ordered.note,
        at=ordered.at,
        signed_by=next((signed.key for signed in one.signed.values()), ""),
        agents=agents,
        steps=tuple(
            StepView(
                at=step.at, step=step.step, by=step.by, stage=step.stage, agent=step.agent, reason=step.reason,
                batch=step.batch,
            )
            for step in one.steps
        ),
        acts=tuple(what for what in Act if progress.state in ALLOWED[what]),
        url=f"/rollouts/{ordered.id}",
    )  # fmt: skip
