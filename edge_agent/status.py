"""``status``: what the outbox holds, how the uplink is and how the line stands, readable while the agent runs."""

from datetime import datetime

import msgspec

from edge_agent.alarm.facts import Alarm
from edge_agent.config.settings import AgentConfig
from edge_agent.datafolder import LINE_STATE, OUTBOX, is_held
from edge_agent.interlock.decision import Answer
from edge_agent.line_state import LineState, read_line_state
from edge_agent.outbox.decisions import DecisionCount
from edge_agent.outbox.picture_queue import PictureCounts
from edge_agent.outbox.ranks import Rank
from edge_agent.outbox.report import LastReceipt, OutboxReport, RescueNote, UplinkNote, read_report
from edge_agent.plan_words import PlanStatus, plan_status


class OperationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one operation, over the whole chain; ``fpy`` is None without a submission."""

    part: str
    operation: str
    submitted: int
    first_ok: int
    attempts: int
    invalid: int
    not_decidable: int
    fpy: float | None


class InterlockStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How often the controller of one station was told what, since the outbox began."""

    station: str
    permit: int = 0
    refuse: int = 0
    unknown: int = 0


class SpaceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the outbox holds and may hold, in bytes; ``waiting`` by class: what may be dropped while the hub is away."""

    used: int
    quota: int
    unsent: int
    waiting: dict[str, int]


class LossStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a stream and class were dropped for want of room, since the outbox began."""

    stream: str
    kind: str
    records: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where this agent stands; ``chain`` is None before the first start.

    ``line`` is what the agent last said of itself, None when it never did; it is the present only while ``running``.
    """

    author: str
    environment: str
    hub: str
    chain: str | None
    next_record: int
    next_seq: int
    plan: str | None
    """The control plan that the chain said last to hold."""
    unsealed_records: int
    unsent_batches: int
    kept_batches: int
    last_receipt: LastReceipt | None
    operations: list[OperationStatus]
    uplink: UplinkNote | None
    interlocks: list[InterlockStatus] = []
    space: SpaceStatus | None = None
    losses: list[LossStatus] = []
    rescues: list[RescueNote] = []
    alarms: list[Alarm] = []
    pictures: PictureCounts = PictureCounts()
    running: bool = False
    line: LineState | None = None
    plans: list[PlanStatus] = []
    """What holds now, and the versions that begin later, the next one first."""


def read_status(config: AgentConfig, now: datetime) -> Status:
    """The status from the outbox file; OutboxUnusable when there is none."""
    report = read_report(config.data / OUTBOX)
    line = read_line_state(config.data / LINE_STATE)
    return status_of(config, report, line, now, running=is_held(config.data))


def status_of(
    config: AgentConfig, report: OutboxReport, line: LineState | None, now: datetime, *, running: bool
) -> Status:
    """The status in a report and the line's own words."""
    chain = report.chain
    planned = config.plans.at(now), *config.plans.later(now)
    return Status(
        author=config.author,
        environment=config.environment,
        hub=config.hub.url,
        chain=chain.chain if chain else None,
        next_record=chain.next_record if chain else 1,
        next_seq=chain.next_batch if chain else 1,
        plan=chain.plan if chain else None,
        unsealed_records=report.unsealed_records,
        unsent_batches=report.unsent_batches,
        kept_batches=report.kept_batches,
        last_receipt=report.last_receipt,
        operations=_operations(report),
        uplink=report.uplink,
        interlocks=_interlocks(report.decisions),
        space=_space(config, report),
        losses=[
            LossStatus(stream=entry.stream, kind=Rank(entry.rank).name.lower(), records=entry.total)
            for entry in report.losses
        ],
        rescues=report.rescues,
        alarms=report.alarms,
        pictures=report.pictures,
        running=running,
        line=line,
        plans=[plan_status(version) for version in planned],
    )


def _operations(report: OutboxReport) -> list[OperationStatus]:
    return [
        OperationStatus(
            part=entry.part,
            operation=entry.operation,
            fpy=entry.counts.first_ok / entry.counts.submitted if entry.counts.submitted else None,
            **msgspec.structs.asdict(entry.counts),
        )
        for entry in report.operations
    ]


def _interlocks(decisions: list[DecisionCount]) -> list[InterlockStatus]:
    counts: dict[str, dict[str, int]] = {}
    for entry in decisions:
        told = counts.setdefault(entry.station, {})
        answer = Answer(entry.answer).name.lower()
        told[answer] = told.get(answer, 0) + entry.count
    return [InterlockStatus(station=station, **told) for station, told in counts.items()]


def _space(config: AgentConfig, report: OutboxReport) -> SpaceStatus | None:
    space = report.space
    if space is None:
        return None
    waiting = {Rank(entry.rank).name.lower(): entry.bytes for entry in space.waiting}
    named = {rank.name.lower(): waiting.get(rank.name.lower(), 0) for rank in Rank if rank is not Rank.RESULTS}
    return SpaceStatus(used=space.used, quota=config.quota.whole, unsent=space.unsent, waiting=named)
