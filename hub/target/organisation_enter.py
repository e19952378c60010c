"""Entering and withdrawing targets of an organisation."""

from collections.abc import Sequence

import msgspec

from hub.entry.seal import Stamp, Stamps, enter
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
        require_organisation(connection, organisation)
        record = whole_record(form, organisation, stamp())
        Obstacles(connection, organisation).refuse(record)
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


def whole_record(form: OrganisationTargetForm, organisation: str, stamp: Stamp) -> OrganisationTargetRecord:
    """The record of a target."""
    words = form.model_dump() | {"value": f"{form.value:f}"}
    return OrganisationTargetRecord(organisation=organisation, **words, **stamp)


def require_organisation(connection: Reading, organisation: str) -> None:
    """``EntryRefused`` unless it was entered."""
    if organisation not in read_master(connection).organisations:
        raise EntryRefused(
            f"there is no organisation {organisation[:100]!r}", where="target", advice="add the organisation first"
        )


class Obstacles:
    """What targets of plants forbid those of their organisation; read once for however many."""

    def __init__(self, connection: Reading, organisation: str) -> None:
        stated = targets_of(connection, list(plants_of(connection, organisation)))
        standing = {key: one for key, one in stated.items() if not one.now.withdrawn}
        self._taken = {name: plant for plant, name in sorted(standing, reverse=True)}
        self._parts = parts_of(connection, organisation)

    def refuse(self, record: OrganisationTargetRecord) -> None:
        """``EntryRefused`` when it is called as a target of a plant, which names its parent by its id alone, or when
        a part of it would lie outside."""
        taken = self._taken.get(record.id)
        if taken is not None:
            raise EntryRefused(
                f"plant {taken} has a target {record.id[:100]!r}", where="id", advice="choose another id"
            )
        place = as_target(record).reference
        for one in self._parts.get(record.id, []):
            if not lies_within(one.now.reference, msgspec.structs.replace(place, plant=one.now.plant)):
                raise EntryRefused(
                    f"its part {one.now.plant}/{one.now.id} would lie outside",
                    where="id",
                    advice="move or withdraw it first",
                )
