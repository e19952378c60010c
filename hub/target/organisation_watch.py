"""Targets of organisations are watched as those of plants: each change of where one stands is a record, told once."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter_within
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
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
from traceability.record.indicator import OrganisationTargetStatusRecord, TargetStatus

LATE_DAYS = 92
_DIGITS = Decimal("0.000000001")


def judge_organisation(hub: Hub, organisation: str) -> int:
    """Judge the targets of an organisation now; seals and tells what changed, and says how many that are."""
    now = hub.clock()
    with hub.store.reading() as connection:
        today = today_of(plants_of(connection, organisation), now)
        late = timedelta(days=LATE_DAYS)
        standing = standing_wholes(connection, organisation)
        judging = [one for one in standing.values() if one.now.last is None or today <= one.now.last + late]
        found = watched_wholes(connection, organisation, judging, now)
    changed = [one for one in found if _changed(one.target, one)]
    return hub.store.write(lambda connection: _seal(connection, hub, organisation, changed)) if changed else 0


def _changed(target: WholeTarget, found: WholeWatched) -> bool:
    last = target.standing
    return found.figure is not None if last is None else last.status is not found.judged.status


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
    missed = [(one, record) for one, record in sealed if _newly_missed(one.target, record)]
    tell_missed_wholes(connection, hub, organisation, missed)
    return len(sealed)


def _newly_missed(target: WholeTarget, record: OrganisationTargetStatusRecord) -> bool:
    """Missed, and not missed already when something certain was told last."""
    decided = (TargetStatus.MET, TargetStatus.MISSED)
    before = [one.status for one in target.statuses if one.statement == record.statement and one.status in decided]
    return record.status is TargetStatus.MISSED and (not before or before[-1] is TargetStatus.MET)


def _record(identity: str, found: WholeWatched, stamp: Stamp) -> OrganisationTargetStatusRecord:
    target, figure = found.target.now, found.figure
    exact = None if figure is None else figure.exact
    rounded = None if exact is None else (Decimal(exact.numerator) / exact.denominator).quantize(_DIGITS)
    return OrganisationTargetStatusRecord(
        id=identity,
        organisation=target.organisation,
        target=target.id,
        statement=target.seq,
        status=found.judged.status,
        first=target.first if figure is None else figure.first,
        last=target.first if figure is None else figure.last,
        value=None if rounded is None else f"{rounded:f}",
        n=0 if figure is None else figure.n,
        why=found.judged.why.en,
        **stamp,
    )
