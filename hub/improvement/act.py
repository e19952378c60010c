"""Beginning an improvement and working on it. Each act is a record of the hub; what breaks a rule is refused before."""

from collections.abc import Sequence
from datetime import datetime

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.improvement.read import find
from hub.improvement.views import Made
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from hub.store.quality.improvements import StoredImprovement, stored_improvements
from traceability.improvement.allowed import objection
from traceability.improvement.fold import after_all, begun
from traceability.improvement.state import Improvement
from traceability.record.base import Record
from traceability.record.improvement import (
    ImprovementChangeRecord,
    ImprovementContent,
    ImprovementRecord,
    ImprovementStep,
    SetTarget,
)

ID_BYTES = 16
HUB_ITSELF = "hub"


def begin(hub: Hub, content: ImprovementContent, by: str, target: SetTarget | None = None) -> Made:
    """A new improvement, perhaps with its target; ``NotFound`` for a plant that nobody entered."""
    identity = f"improvement-{new_name(hub)}"
    name = new_name(hub)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, content.plant)
        if content.number and content.number in numbered(connection, content.plant):
            raise EntryRefused(
                f"there is an improvement {content.number[:100]!r} already",
                where="number",
                advice="give it another number",
            )
        given = stamp()
        records: list[Record] = [ImprovementRecord(id=identity, content=content, by=by, **given)]
        if target is not None:
            now, made_at = begun(identity, content), given["event_time"]
            refuse(now, target, made_at)
            change = ImprovementChangeRecord(
                id=identity, change=name, after=(), by=by, made_at=made_at, content=target, **stamp()
            )
            records.append(change)
        return records

    return Made(id=identity, change=None, log_index=log_index(enter(hub, draft)))


def step(hub: Hub, identity: str, content: ImprovementStep, by: str) -> Made:
    """Something happens to an improvement; ``EntryRefused`` says why it may not now."""
    name = new_name(hub)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(connection, identity)
        given = stamp()
        made_at = after_all(now, given["event_time"])
        refuse(now, content, made_at)
        return [
            ImprovementChangeRecord(
                id=identity, change=name, after=now.heads, by=by, made_at=made_at, content=content, **given
            )
        ]

    return Made(id=identity, change=name, log_index=log_index(enter(hub, draft)))


def numbered(connection: Reading, plant: str) -> dict[str, StoredImprovement]:
    """The improvements of a plant by what it calls them; of several the first that was begun."""
    return {one.content.number: one for one in stored_improvements(connection, plant) if one.content.number}


def refuse(now: Improvement, content: ImprovementStep, made_at: datetime) -> None:
    """``EntryRefused`` when the step can't be taken."""
    reason = objection(now, content, made_at)
    if reason:
        raise EntryRefused(reason, where=f"improvement {now.id}", advice="its page shows what is possible now")


def require_plant(connection: Reading, plant: str) -> str:
    """The plant's time zone; ``NotFound`` when nobody entered it."""
    entry = read_master(connection).plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    return entry.time_zone


def new_name(hub: Hub) -> str:
    """Of something that is new."""
    return hub.random_bytes(ID_BYTES).hex()


def log_index(stored: StoredBatch | None) -> int:
    """Where it stands in the log."""
    assert stored is not None  # the drafts here always have a record
    return stored.id
