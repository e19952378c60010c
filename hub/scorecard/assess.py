"""Periodic assessment: the Level as it is now, sealed as a record, so that there is a history nobody can rewrite."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.scorecard.plant import scored_plant
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.queries import statements
from traceability.encoding import tagged
from traceability.quality.grade_text import exact_words
from traceability.quality.level import Level
from traceability.record.base import Record
from traceability.record.quality import LevelRecord


class AssessedLevel(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment of the past; ``grade`` as it was computed then, exactly."""

    id: str
    assessed_on: datetime
    first: date
    last: date
    level: Level
    rated: bool
    provisional: bool
    binding: tuple[str, ...]
    through: int
    root: str
    assessed_by: str
    log_index: int
    grade: dict[str, Any]


def assess(hub: Hub, plant: str, *, assessed_by: str) -> StoredBatch:
    """Compute the Level from everything the hub holds now, and seal it."""
    stored = assess_if(hub, plant, assessed_by=assessed_by, wanted=lambda _: True)
    assert stored is not None  # it was wanted
    return stored


def assess_if(hub: Hub, plant: str, *, assessed_by: str, wanted: Callable[[Reading], bool]) -> StoredBatch | None:
    """The same where ``wanted``, asked within the sealing transaction, says so; else None."""
    identity = new_id(hub, "level")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="assessment")
        if not wanted(connection):
            return []
        scored, _ = scored_plant(connection, plant, hub.clock())
        checkpoint = current_checkpoint(connection, hub.settings.origin)
        return [
            LevelRecord(
                id=identity,
                plant=plant,
                first=scored.window.first,
                last=scored.window.last,
                through=checkpoint.size,
                root=tagged(checkpoint.root),
                grade=exact_words(scored.grade),
                assessed_by=assessed_by,
                **stamp(),
            )
        ]

    return enter(hub, draft)


def level_history(connection: Reading, plant: str) -> tuple[AssessedLevel, ...]:
    """Every assessment of a plant, the latest first."""
    found = [_assessed(record, stated.batch_id) for record, stated in statements(connection, LevelRecord, [plant])]
    return tuple(reversed(found))


def _assessed(record: LevelRecord, log_index: int) -> AssessedLevel:
    return AssessedLevel(
        id=record.id,
        assessed_on=record.event_time,
        first=record.first,
        last=record.last,
        level=Level(record.grade["level"]),
        rated=record.grade["rated"],
        provisional=record.grade["provisional"],
        binding=tuple(record.grade["binding"]),
        through=record.through,
        root=record.root,
        assessed_by=record.assessed_by,
        log_index=log_index,
        grade=record.grade,
    )
