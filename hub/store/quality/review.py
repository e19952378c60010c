"""What a yearly review asks beside the scorecard, each as known when the log held ``before`` batches (None: now)."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Table, exists, func, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.ledger.horizon import earlier
from hub.store.mail.alarms import AnsweredAlarm
from hub.store.quality.improvements import StoredImprovement
from hub.store.tables.alarm import alarm, alarm_acknowledgement
from hub.store.tables.every import batch, chain_start, data_loss, quarantine
from hub.store.tables.history import history_result, history_undone
from hub.store.tables.improvement import improvement, improvement_change
from traceability.record.improvement import ImprovementChangeRecord, ImprovementContent


class Span(msgspec.Struct, frozen=True):
    """From ``begin`` to before ``end``, known when the log held ``before`` batches."""

    begin: datetime
    end: datetime
    before: int | None = None

    def of(self, table: Table, at: ColumnElement[int] | None = None) -> list[ColumnElement[bool]]:
        """Rows of the span, by event time or another column."""
        when = table.c.event_time if at is None else at
        return [when >= to_micros(self.begin), when < to_micros(self.end), *earlier(table, self.before)]


class LossOfAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """Loss entries of one author and stream that give one reason."""

    author: str
    stream: str
    reason: str
    entries: int
    count: int


def alarms_raised(connection: Reading, plant: str, span: Span) -> list[AnsweredAlarm]:
    """The alarms of a plant with their first answers, in order of time."""
    answers = alarm_acknowledgement
    first = (
        select(func.min(answers.c.event_time))
        .where(answers.c.id == alarm.c.id, answers.c.agent == alarm.c.author, *earlier(answers, span.before))
        .scalar_subquery()
    )
    query = select(alarm.c.warns_of, alarm.c.event_time, first.label("answered"))
    rows = connection.execute(query.where(alarm.c.plant == plant, *span.of(alarm)).order_by(alarm.c.event_time))
    return [AnsweredAlarm(warns_of=row.warns_of, at=row.event_time, answered=row.answered) for row in rows]


def losses_of_authors(connection: Reading, authors: Collection[str], span: Span) -> list[LossOfAuthor]:
    """What agents said they could not keep, most entries first."""
    lost, table = func.sum(data_loss.c["count"]), data_loss.c
    key = (table.author, table.stream, table.reason)
    found = [
        LossOfAuthor(author=row.author, stream=row.stream, reason=row.reason, entries=row.entries, count=int(row.lost))
        for chunk in in_chunks(authors)
        for row in connection.execute(
            select(*key, func.count().label("entries"), lost.label("lost"))
            .where(table.author.in_(chunk), *span.of(data_loss))
            .group_by(*key)
        )
    ]
    return sorted(found, key=lambda one: (-one.count, one.author, one.stream, one.reason))


def chains_begun(connection: Reading, authors: Collection[str], span: Span) -> int:
    """How many chains these authors began."""
    table = chain_start
    return sum(
        int(connection.execute(select(func.count()).where(table.c.author.in_(chunk), *span.of(table))).scalar_one())
        for chunk in in_chunks(authors)
    )


def quarantined_of(connection: Reading, authors: Collection[str], span: Span) -> int:
    """Records of these authors that arrived in the span and stand in quarantine."""
    within = (batch.c.record_time >= to_micros(span.begin), batch.c.record_time < to_micros(span.end))
    arrived = exists().where(batch.c.id == quarantine.c.batch_id, *within)  # few are there, and batches are many
    counted = select(func.count()).select_from(quarantine).where(arrived, *earlier(quarantine, span.before))
    return sum(
        int(connection.execute(counted.where(quarantine.c.author.in_(chunk))).scalar_one())
        for chunk in in_chunks(authors)
    )


def imported_at(connection: Reading, plant: str, span: Span) -> list[datetime]:
    """When the results were made that files brought and that count, in order."""
    table, undone = history_result, history_undone
    gone = select(undone.c.load).where(undone.c.plant == plant, *earlier(undone, span.before))
    query = select(table.c.at).where(table.c.plant == plant, table.c.load.not_in(gone), *span.of(table, table.c.at))
    return [from_micros(row.at) for row in connection.execute(query.order_by(table.c.at))]


def improvements_known(
    connection: Reading, plant: str, before: int | None
) -> list[tuple[StoredImprovement, list[ImprovementChangeRecord]]]:
    """The improvements of a plant with their changes, in order of beginning."""
    begun = select(improvement).where(improvement.c.plant == plant, *earlier(improvement, before))
    found = {
        row.id: StoredImprovement(
            id=row.id, content=msgspec.convert(row.content, ImprovementContent), by=row.by, event_time=row.event_time
        )
        for row in connection.execute(begun.order_by(improvement.c.event_time.desc(), improvement.c.batch_id.desc()))
    }
    changes: dict[str, list[ImprovementChangeRecord]] = {identity: [] for identity in found}
    for chunk in in_chunks(found):
        query = select(improvement_change.c.id, improvement_change.c.record)
        wanted = (improvement_change.c.id.in_(chunk), *earlier(improvement_change, before))
        for row in connection.execute(query.where(*wanted)):
            changes[row.id].append(msgspec.convert(row.record, ImprovementChangeRecord))
    return [(one, changes[one.id]) for one in reversed(found.values())]
