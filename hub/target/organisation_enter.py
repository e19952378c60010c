"""Entering and withdrawing targets of an organisation."""

from collections.abc import Sequence

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from hub.target.add_up import lies_within
from hub.target.forms import WithdrawalForm
from hub.target.organisation import as_target, parts_of, plants_of, standing_wholes
from hub.target.organisation_forms import OrganisationTargetForm
from hub.target.state import targets_of
from traceability.record.base import Record
from traceability.record.indicator import OrganisationTargetRecord


def state_whole(hub: Hub, organisation: str, form: OrganisationTargetForm) -> StoredBatch:
    """State a target, or anew what it is; ``EntryRefused`` says what can't be."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _require(connection, organisation)
        words = form.model_dump() | {"value": f"{form.value:f}"}
        record = OrganisationTargetRecord(organisation=organisation, **words, **stamp())
        _refuse_taken(connection, record)
        _refuse_outside(connection, record)
        return [record]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def withdraw_whole(hub: Hub, organisation: str, name: str, form: WithdrawalForm) -> StoredBatch:
    """A target holds no more; refused while targets of plants are parts of it."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        standing = standing_wholes(connection, organisation)
        if name not in standing:
            raise EntryRefused(f"there is no target {name[:100]!r} in force", where="target", advice="list the targets")
        below = parts_of(connection, organisation).get(name, [])
        if below:
            parts = ", ".join(f"{one.now.plant}/{one.now.id}" for one in below[:5])
            raise EntryRefused(f"{name[:100]} has parts: {parts}", where="target", advice="withdraw these first")
        now = msgspec.structs.asdict(standing[name].now) | dict(stamp())
        now |= {"withdrawn": True, "entered_by": form.entered_by, "reason": form.reason}
        return [OrganisationTargetRecord(**now)]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def _require(connection: Reading, organisation: str) -> None:
    if organisation not in read_master(connection).organisations:
        raise EntryRefused(
            f"there is no organisation {organisation[:100]!r}", where="target", advice="add the organisation first"
        )


def _refuse_taken(connection: Reading, record: OrganisationTargetRecord) -> None:
    """A plant's target names its parent by its id alone, so no two of them may be called the same."""
    stated = targets_of(connection, list(plants_of(connection, record.organisation)))
    taken = sorted(plant for (plant, name), one in stated.items() if name == record.id and not one.now.withdrawn)
    if taken:
        raise EntryRefused(f"plant {taken[0]} has a target {record.id[:100]!r}", where="id", advice="choose another id")


def _refuse_outside(connection: Reading, record: OrganisationTargetRecord) -> None:
    """Parts must still lie within it."""
    place = as_target(record).reference
    for one in parts_of(connection, record.organisation).get(record.id, []):
        if not lies_within(one.now.reference, msgspec.structs.replace(place, plant=one.now.plant)):
            raise EntryRefused(
                f"its part {one.now.plant}/{one.now.id} would lie outside",
                where="id",
                advice="move or withdraw it first",
            )
