"""Who was heard of when, and how much came from whom."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Column, func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.rollup.arrived import arrivals, is_kept, sent_by, told_by_rows
from hub.store.tables.every import data_loss, fork, quarantine, unit_result


class AuthorActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What one author sent, over all its chains."""

    author: str
    batches: int = 0
    records: int = 0
    last_contact: datetime | None = None
    last_event: datetime | None = None
    quarantined: int = 0
    data_losses: int = 0
    forks: int = 0


class PlantActivity(msgspec.Struct, frozen=True):
    """Distinct serialised units with a result at a plant, and the results."""

    units: int = 0
    results: int = 0


def author_activity(connection: Reading, events: Mapping[str, datetime] | None = None) -> dict[str, AuthorActivity]:
    """Every author that ever sent a batch or had one refused as a fork; five statements, one less with ``events``."""
    sent = sent_by(connection)
    events = last_events(connection) if events is None else events
    quarantined = _counts(connection, quarantine.c.author)
    losses = _counts(connection, data_loss.c.author)
    forks = _counts(connection, fork.c.author)
    return {
        author: AuthorActivity(
            author=author,
            batches=sent[author].batches if author in sent else 0,
            records=sent[author].records if author in sent else 0,
            last_contact=from_micros(sent[author].last_contact) if author in sent else None,
            last_event=events.get(author),
            quarantined=quarantined.get(author, 0),
            data_losses=losses.get(author, 0),
            forks=forks.get(author, 0),
        )
        for author in sorted({*sent, *forks})
    }


def plant_activity(connection: Reading) -> dict[str, PlantActivity]:
    """Units and results of each plant; one statement."""
    rows = connection.execute(
        select(
            unit_result.c.plant,
            func.count(unit_result.c.unit.distinct()).label("units"),
            func.count().label("results"),
        ).group_by(unit_result.c.plant)
    )
    return {row.plant: PlantActivity(row.units, row.results) for row in rows if row.plant is not None}


def count_units(connection: Reading) -> int:
    """Distinct serialised units with a result anywhere."""
    return int(connection.execute(select(func.count(unit_result.c.unit.distinct()))).scalar_one())


def count_results(connection: Reading) -> int:
    """Results of every kind, over the whole hub."""
    return int(connection.execute(select(func.count()).select_from(unit_result)).scalar_one())


def last_events(connection: Reading) -> dict[str, datetime]:
    """The latest time of any result of each author."""
    if not is_kept(connection):
        return last_events_by_rows(connection)
    found = arrivals(connection)
    last: dict[str, int] = {}
    for key, told in (found.told | told_by_rows(connection, found.partly)).items():
        last[key.author] = max(told.last_event, last.get(key.author, told.last_event))
    return {author: from_micros(at) for author, at in sorted(last.items())}


def last_events_by_rows(connection: Reading) -> dict[str, datetime]:
    """The same; one statement that reads every result."""
    statement = select(unit_result.c.author, func.max(unit_result.c.event_time).label("last")).group_by(
        unit_result.c.author
    )
    return {row.author: from_micros(row.last) for row in connection.execute(statement)}


def _counts(connection: Reading, author: Column[str]) -> dict[str, int]:
    statement = select(author.label("author"), func.count().label("entries")).group_by(author)
    return {row.author: row.entries for row in connection.execute(statement)}
