"""Targets of organisations are watched as those of plants: each change of where one stands is a record, told once."""

from collections.abc import Sequence

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter_within
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.target.changed import is_changed, is_judged, newly_missed, told
from hub.target.organisation import (
    WholeTarget,
    WholeWatched,
    plants_of,
    standing_wholes,
    today_of,
    watched_wholes,
)
from hub.target.tell import tell_missed_wholes
from traceability.record.base import Record
from traceability.record.indicator import OrganisationTargetStatusRecord


def judge_organisation(hub: Hub, organisation: str) -> int:
    """Judge the targets of an organisation now; seals and tells what changed, and says how many that are."""
    now = hub.clock()
    with hub.store.reading() as connection:
        today = today_of(plants_of(connection, organisation), now)
        standing = standing_wholes(connection, organisation)
        judging = [one for one in standing.values() if is_judged(one.now, today)]
        found = watched_wholes(connection, organisation, judging, now)
    changed = [one for one in found if _changed(one.target, one)]
    return hub.store.write(lambda connection: _seal(connection, hub, organisation, changed)) if changed else 0


def _changed(target: WholeTarget, found: WholeWatched) -> bool:
    return is_changed(target.standing, found.figure, found.judged)


def _seal(connection: Writing, hub: Hub, organisation: str, found: Sequence[WholeWatched]) -> int:
    """Whatever still is a change within this transaction."""
    sealed: list[tuple[WholeWatched, OrganisationTargetStatusRecord]] = []

    def draft(reading: Reading, stamp: Stamps) -> Sequence[Record]:
        standing = standing_wholes(reading, organisation)
        for one in found:
            current = standing.get(one.target.now.id)
            if current is not None and current.now.seq == one.target.now.seq and _changed(current, one):
                sealed.append((one, _record(new_id(hub, "status"), one, stamp())))
        return [record for _, record in sealed]

    enter_within(connection, hub, draft)
    missed = [(one, record) for one, record in sealed if newly_missed(one.target.statuses, record)]
    tell_missed_wholes(connection, hub, organisation, missed)
    return len(sealed)


def _record(identity: str, found: WholeWatched, stamp: Stamp) -> OrganisationTargetStatusRecord:
    target = found.target.now
    return OrganisationTargetStatusRecord(
        id=identity,
        organisation=target.organisation,
        target=target.id,
        statement=target.seq,
        **told(target, found.figure, found.judged),
        **stamp,
    )
