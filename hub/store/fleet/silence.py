"""Agents that fell silent, after how long they count as that, and how they did every few minutes."""

from datetime import datetime

import msgspec
from sqlalchemy import delete, func, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.core.instant import from_micros, to_micros
from hub.store.tables.rollout import agent_sample, agent_silence, silence_rule
from traceability.record.rollout import SilenceState


class StoredSilence(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning or the end of a silence; ``at`` is when the hub noticed it."""

    id: str
    agent: str
    plant: str
    state: SilenceState
    since: datetime
    allowed_s: int
    at: datetime
    batch: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent did at a time (microseconds since 1970 UTC)."""

    author: str
    at: int
    unsealed: int
    unsent: int
    clock_ahead_ms: int | None
    devices: int
    devices_down: int


def silences(
    connection: Reading, agent: str | None = None, places: tuple[int, int] | None = None
) -> list[StoredSilence]:
    """Beginnings and ends in the order of the log; those at log positions ``places`` (the second one excluded)."""
    query = select(agent_silence).order_by(agent_silence.c.batch_id, agent_silence.c.line)
    if agent is not None:
        query = query.where(agent_silence.c.agent == agent)
    if places is not None:
        query = query.where(agent_silence.c.batch_id >= places[0], agent_silence.c.batch_id < places[1])
    return [
        StoredSilence(
            id=row.id,
            agent=row.agent,
            plant=row.plant,
            state=SilenceState(row.state),
            since=from_micros(row.since),
            allowed_s=row.allowed_s,
            at=from_micros(row.event_time),
            batch=row.batch_id,
        )
        for row in connection.execute(query)
    ]


def open_silences(connection: Reading) -> dict[str, StoredSilence]:
    """By agent, those that have not ended."""
    last = {one.agent: one for one in silences(connection)}
    return {agent: one for agent, one in last.items() if one.state is SilenceState.SILENT}


def silence_rules(connection: Reading) -> dict[str, int]:
    """Seconds by plant, where a plant has its own."""
    query = select(silence_rule).order_by(silence_rule.c.batch_id, silence_rule.c.line)
    return {row.plant: row.after_s for row in connection.execute(query)}


def last_sample_at(connection: Reading, author: str) -> int | None:
    """When the last sample of an agent was kept."""
    query = select(func.max(agent_sample.c.at)).where(agent_sample.c.author == author)
    found = connection.execute(query).scalar_one()
    return None if found is None else int(found)


def keep_sample(connection: Writing, sample: Sample, forget_before: int) -> None:
    """Keep one and forget old ones of the same agent."""
    table = agent_sample
    own = table.c.author == sample.author
    connection.execute(delete(table).where(own, (table.c.at < forget_before) | (table.c.at == sample.at)))
    connection.execute(insert(table), [msgspec.structs.asdict(sample)])


def samples(connection: Reading, author: str, since: datetime) -> list[Sample]:
    """Of an agent, in their order."""
    table = agent_sample
    query = select(table).where(table.c.author == author, table.c.at >= to_micros(since)).order_by(table.c.at)
    return [Sample(**row) for row in connection.execute(query).mappings()]
