"""Versions of what agents run by, roll-outs with their signatures and steps, in the order of the log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.rollout import configuration_version, rollout, rollout_signed, rollout_step
from traceability.record.downlink import plant_message_id
from traceability.record.rollout import RolloutStep


class Series(msgspec.Struct, frozen=True, order=True):
    """Which file of which plant: versions are counted within it."""

    plant: str
    role: str
    name: str


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version; ``fillings`` and ``plan`` are '' where it has none."""

    id: str
    plant: str
    role: str
    name: str
    number: int
    text: str
    hash: str
    fillings: str
    plan: str
    by: str
    note: str
    restores: str | None
    at: datetime
    batch: int
    line: int

    @property
    def series(self) -> Series:
        """What it is a version of."""
        return Series(self.plant, self.role, self.name)


class StoredRollout(msgspec.Struct, frozen=True, kw_only=True):
    """A roll-out as it was ordered."""

    id: str
    plant: str
    version: str
    stages: tuple[tuple[str, ...], ...]
    soak_s: int
    by_hand: bool
    by: str
    note: str
    at: datetime

    @property
    def agents(self) -> tuple[str, ...]:
        """Of all stages."""
        return tuple(agent for stage in self.stages for agent in stage)


class StoredSignature(msgspec.Struct, frozen=True, kw_only=True):
    """That the plant signed for one agent; ``back_number`` is None where no way back was signed."""

    rollout: str
    agent: str
    key: str
    number: int
    back_number: int | None
    at: datetime


class StoredStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a roll-out."""

    rollout: str
    step: str
    by: str
    stage: int | None
    agent: str | None
    reason: str
    at: datetime
    batch: int


def versions(
    connection: Reading, series: Series | None = None, *, plant: str | None = None, texts: bool = True
) -> list[StoredVersion]:
    """Every version (of a series, of a plant), the latest first; without ``texts`` these are ''."""
    table = configuration_version
    query = select(table) if texts else select(*(column for column in table.columns if column.name not in _TEXTS))
    if plant is not None:
        query = query.where(table.c.plant == plant)
    if series is not None:
        query = query.where(table.c.plant == series.plant, table.c.role == series.role, table.c.name == series.name)
    return [_version(row) for row in connection.execute(query.order_by(table.c.batch_id.desc(), table.c.line.desc()))]


def version_by_id(connection: Reading, identity: str) -> StoredVersion | None:
    """The version of that id."""
    table = configuration_version
    row = connection.execute(select(table).where(table.c.id == identity).order_by(*_order(table)).limit(1)).first()
    return None if row is None else _version(row)


def versions_by_id(connection: Reading, identities: Iterable[str]) -> dict[str, StoredVersion]:
    """Those of these ids."""
    table = configuration_version
    query = select(table).where(table.c.id.in_(sorted(set(identities)))).order_by(*_order(table))
    return {row.id: _version(row) for row in connection.execute(query)}


def last_number(connection: Reading, series: Series) -> int:
    """The number of the latest version; 0 without one."""
    table = configuration_version
    query = select(func.max(table.c.number)).where(
        table.c.plant == series.plant, table.c.role == series.role, table.c.name == series.name
    )
    return int(connection.execute(query).scalar_one() or 0)


def rollouts(connection: Reading, plant: str | None = None) -> list[StoredRollout]:
    """Every roll-out (of a plant), the latest first."""
    query = select(rollout)
    if plant is not None:
        query = query.where(rollout.c.plant == plant)
    ordered = query.order_by(rollout.c.batch_id.desc(), rollout.c.line.desc())
    return [_rollout(row) for row in connection.execute(ordered)]


def rollout_by_id(connection: Reading, identity: str) -> StoredRollout | None:
    """The roll-out of that id."""
    row = connection.execute(
        select(rollout).where(rollout.c.id == identity).order_by(*_order(rollout)).limit(1)
    ).first()
    return None if row is None else _rollout(row)


def signatures(connection: Reading, identities: Iterable[str]) -> dict[str, dict[str, StoredSignature]]:
    """By roll-out and agent; the last one counts."""
    table = rollout_signed
    columns = (table.c.id, table.c.agent, table.c.key, table.c.number, table.c.back_number, table.c.event_time)
    query = select(*columns).where(table.c.id.in_(sorted(set(identities)))).order_by(*_order(table))
    found: dict[str, dict[str, StoredSignature]] = {}
    for row in connection.execute(query):
        found.setdefault(row.id, {})[row.agent] = StoredSignature(
            rollout=row.id,
            agent=row.agent,
            key=row.key,
            number=row.number,
            back_number=row.back_number,
            at=from_micros(row.event_time),
        )
    return found


def envelopes(connection: Reading, identity: str, agent: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was signed for an agent, in pieces: what comes, and the way back."""
    table = rollout_signed
    query = select(table.c.envelope, table.c.back).where(table.c.id == identity, table.c.agent == agent)
    row = connection.execute(query.order_by(table.c.batch_id.desc(), table.c.line.desc()).limit(1)).one()
    return tuple(row.envelope), tuple(row.back)


def under_way(connection: Reading) -> list[str]:
    """Ids of roll-outs that were begun and have not ended."""
    table = rollout_step
    last: dict[str, str] = {}
    for row in connection.execute(select(table.c.id, table.c.step).order_by(*_order(table))):
        if row.step in _ORDERS or row.step == RolloutStep.FINISHED:
            last[row.id] = row.step
    return sorted(name for name, step in last.items() if step in _UNDER_WAY)


def steps(connection: Reading, identities: Iterable[str]) -> dict[str, list[StoredStep]]:
    """By roll-out, in their order."""
    table = rollout_step
    query = select(table).where(table.c.id.in_(sorted(set(identities)))).order_by(*_order(table))
    found: dict[str, list[StoredStep]] = {}
    for row in connection.execute(query):
        found.setdefault(row.id, []).append(
            StoredStep(
                rollout=row.id,
                step=row.step,
                by=row.by,
                stage=row.stage,
                agent=row.agent,
                reason=row.reason,
                at=from_micros(row.event_time),
                batch=row.batch_id,
            )
        )
    return found


def withheld(connection: Reading, agent: str) -> frozenset[str]:
    """Ids of messages to an agent that are not to go down now: those of roll-outs that were stopped or taken back."""
    signed = select(rollout_signed.c.id, rollout_signed.c.number).where(rollout_signed.c.agent == agent)
    rows = connection.execute(signed).all()
    states = steps(connection, {row.id for row in rows}) if rows else {}
    return frozenset(
        plant_message_id(agent, row.number)
        for row in rows
        if (last := _last_order(states.get(row.id, ()))) is not None and last in _HALTED
    )


_HALTED = (RolloutStep.STOPPED, RolloutStep.BACK, RolloutStep.ROLLED_BACK, RolloutStep.WITHDRAWN)
_ORDERS = (*_HALTED, RolloutStep.RELEASED, RolloutStep.RESUMED)
_UNDER_WAY = (RolloutStep.RELEASED, RolloutStep.RESUMED, RolloutStep.STOPPED, RolloutStep.BACK)


def _last_order(made: Iterable[StoredStep]) -> str | None:
    return next((one.step for one in reversed(list(made)) if one.step in _ORDERS), None)


def _order(table: Table) -> tuple[Any, ...]:
    return table.c.batch_id, table.c.line


def _version(row: Row[tuple[Any, ...]]) -> StoredVersion:
    fields: dict[str, Any] = {name: getattr(row, name, "") for name in _SAME}
    return StoredVersion(**fields, at=from_micros(row.event_time), batch=row.batch_id, line=row.line)


_TEXTS = ("text", "fillings", "plan")
_SAME = (
    "id", "plant", "role", "name", "number", "text", "hash", "fillings", "plan", "by", "note", "restores",
)  # fmt: skip


def _rollout(row: Row[tuple[Any, ...]]) -> StoredRollout:
    return StoredRollout(
        id=row.id,
        plant=row.plant,
        version=row.version,
        stages=tuple(tuple(stage) for stage in row.stages),
        soak_s=row.soak_s,
        by_hand=bool(row.by_hand),
        by=row.by,
        note=row.note,
        at=from_micros(row.event_time),
    )
