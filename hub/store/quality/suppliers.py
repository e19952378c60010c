"""What lists and comparisons of plants need beside roll-ups: what hurts trust, what failed how."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal_column, select

from hub.store.core.database import Reading
from hub.store.production.corrections import any_correction, erroneous, place_of
from hub.store.rollup.tallied import defects_in
from hub.store.rollup.tallies import marked_plants
from hub.store.tables.alarm import alarm, alarm_acknowledgement
from hub.store.tables.every import correction, data_loss, fork, quarantine, unit_result

NO_FLAGS = "[]"
MICROS_AN_HOUR = 3_600_000_000


class AuthorTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with what an author sent."""

    quarantined: int = 0
    data_losses: int = 0
    forks: int = 0


class DefectCount(msgspec.Struct, frozen=True, kw_only=True):
    """Results that were not OK, by the defect that was named ("" for none)."""

    part: str
    operation: str
    defect: str
    results: int


def troubles(connection: Reading) -> dict[str, AuthorTrouble]:
    """Of every author of whom there is something to say; three statements."""
    counted: dict[str, dict[str, int]] = {}
    for name, author in (
        ("quarantined", quarantine.c.author),
        ("data_losses", data_loss.c.author),
        ("forks", fork.c.author),
    ):
        query = select(author.label("author"), func.count().label("entries")).group_by(author)
        for row in connection.execute(query):
            counted.setdefault(row.author, {})[name] = row.entries
    return {author: AuthorTrouble(**counts) for author, counts in counted.items()}


def open_alarms(connection: Reading) -> dict[str, int]:
    """How many alarms of each plant nobody answered yet."""
    answered = exists().where(
        and_(alarm_acknowledgement.c.id == alarm.c.id, alarm_acknowledgement.c.agent == alarm.c.author)
    )
    query = select(alarm.c.plant, func.count().label("alarms")).where(~answered).group_by(alarm.c.plant)
    return {row.plant: row.alarms for row in connection.execute(query) if row.plant is not None}


def defects_between(connection: Reading, plant: str, begin: int, end: int) -> list[DefectCount]:
    """Valid results of a plant that were not OK, by part, operation and defect, in ``[begin, end)`` microseconds.

    Those that were declared wrong are taken off again; they are few.
    """
    if marked_plants(connection, [plant]) and begin % MICROS_AN_HOUR == end % MICROS_AN_HOUR == 0:
        tallied = defects_in(connection, plant, (begin // MICROS_AN_HOUR, end // MICROS_AN_HOUR))
        return [
            DefectCount(part=part, operation=operation, defect=defect, results=results)
            for (part, operation, defect), results in sorted(tallied.items())
        ]
    named = (unit_result.c.part, unit_result.c.operation, func.coalesce(unit_result.c.defect, "").label("defect"))
    failed = failed_between(plant, begin, end)
    query = select(*named, func.count().label("results")).where(*failed).group_by(*named)
    counts = {(row.part, row.operation, row.defect): int(row.results) for row in connection.execute(query)}
    for row in _corrected(connection, failed):
        counts[row.part, row.operation, row.defect or ""] -= 1
    return [
        DefectCount(part=part, operation=operation, defect=defect, results=results)
        for (part, operation, defect), results in sorted(counts.items())
        if results > 0
    ]


def failed_between(plant: str, begin: int, end: int) -> Collection[ColumnElement[bool]]:
    """Conditions on ``unit_result``: valid results of a plant in ``[begin, end)`` that were not OK."""
    return (
        unit_result.c.plant == plant,
        unit_result.c.verdict == literal_column("'NOT_OK'"),  # as the index unit_result_failed says it
        unit_result.c.event_time >= begin,
        unit_result.c.event_time < end,
        cast(unit_result.c.flags, String) == NO_FLAGS,
    )


def _corrected(connection: Reading, failed: Collection[ColumnElement[bool]]) -> list[Any]:
    """Those of the failed results that were declared wrong."""
    if not any_correction(connection):
        return []
    by_seq = (correction.c.target_chain == unit_result.c.chain) & (correction.c.target_seq == unit_result.c.seq)
    by_name = correction.c.target_record == unit_result.c.result_id
    spoken_of = exists().where((correction.c.target_author == unit_result.c.author) & (by_seq | by_name))
    rows = connection.execute(select(unit_result).where(*failed, spoken_of)).all()
    wrong = erroneous(connection, map(place_of, rows))
    return [row for row in rows if place_of(row) in wrong]
