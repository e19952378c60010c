"""Targets are compared with what is measured, round after round; each change of where one stands is a record.

A target that comes to be missed is told once to those who subscribed to the plant: with the record that says so, in one
transaction, so that no message is lost and none is sent twice. It is told again only after it was met in between.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.alone import repeating_alone
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter_within
from hub.errors import HubError
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.ledger.batches import log_size
from hub.store.master.queries import read_master
from hub.target.figures import Watched, watched
from hub.target.organisation import whole_targets
from hub.target.organisation_watch import judge_organisation
from hub.target.state import Target, in_force, targets_of
from hub.target.tell import tell_missed
from traceability.record.base import Record
from traceability.record.indicator import TargetStatus, TargetStatusRecord

EVERY_S = 300.0
LATE_DAYS = 92
"""So long after its end a target is still judged anew: what is recorded late may change it."""
_DIGITS = Decimal("0.000000001")
_LOG = logging.getLogger(__name__)


class Watch:
    """Remembers what it has looked at: nothing new in the log and the same day need no second look."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._seen: tuple[int, str] | None = None

    def round(self) -> int:
        """Judge every target in force; how many came to stand otherwise."""
        with self._hub.store.reading() as connection:
            state = (log_size(connection), self._hub.clock().date().isoformat())
            zones = {plant: entry.time_zone for plant, entry in read_master(connection).plants.items()}
            known = targets_of(connection, list(zones)) if state != self._seen else {}
            wholes = {of for of, _ in whole_targets(connection)} if state != self._seen else set()
        changed = 0
        for plant in sorted({plant for plant, _ in known}):
            try:
                changed += judge_plant(self._hub, plant, zones[plant])
            except HubError as error:  # of the other plants something can be told
                _LOG.warning("the targets of plant %s could not be judged: %s", plant, error)
        for organisation in sorted(wholes):
            try:
                changed += judge_organisation(self._hub, organisation)
            except HubError as error:
                _LOG.warning("the targets of organisation %s could not be judged: %s", organisation, error)
        self._seen = state
        return changed


def watching(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    watch = Watch(hub)

    def work() -> None:
        changed = watch.round()
        if changed:
            _LOG.info("%d quality targets came to stand otherwise", changed)

    return repeating_alone(hub, "targets", work, every_s, patience_s=30)


def judge_plant(hub: Hub, plant: str, time_zone: str) -> int:
    """Judge the targets of a plant now; seals and tells what changed, and says how many that are."""
    now = hub.clock()
    today = now.astimezone(ZoneInfo(time_zone)).date()
    with hub.store.reading() as connection:
        standing = in_force(targets_of(connection, [plant]), plant)
        late = timedelta(days=LATE_DAYS)
        judging = [one for one in standing.values() if one.now.last is None or today <= one.now.last + late]
        found = watched(connection, judging, today, now)
    changed = [one for one in found if _changed(one.target, one)]
    return hub.store.write(lambda connection: _seal(connection, hub, plant, changed)) if changed else 0


def _changed(target: Target, found: Watched) -> bool:
    last = target.standing
    if last is None:
        return found.figure is not None
    return last.status is not found.judged.status


def _seal(connection: Writing, hub: Hub, plant: str, found: Sequence[Watched]) -> int:
    """Whatever still is a change within this transaction."""
    sealed: list[tuple[Watched, TargetStatusRecord]] = []

    def draft(reading: Reading, stamp: Stamps) -> Sequence[Record]:
        standing = in_force(targets_of(reading, [plant]), plant)
        for one in found:
            current = standing.get(one.target.now.id)
            if current is not None and current.now.seq == one.target.now.seq and _changed(current, one):
                sealed.append((one, _record(new_id(hub, "status"), one, stamp())))
        return [record for _, record in sealed]

    enter_within(connection, hub, draft)
    missed = [(one, record) for one, record in sealed if _newly_missed(one.target, record)]
    tell_missed(connection, hub, plant, missed)
    return len(sealed)


def _newly_missed(target: Target, record: TargetStatusRecord) -> bool:
    """Missed, and not missed already when something certain was told last."""
    if record.status is not TargetStatus.MISSED:
        return False
    decided = (TargetStatus.MET, TargetStatus.MISSED)
    before = [one.status for one in target.statuses if one.statement == record.statement and one.status in decided]
    return not before or before[-1] is TargetStatus.MET


def _record(identity: str, found: Watched, stamp: Stamp) -> TargetStatusRecord:
    target, figure = found.target.now, found.figure
    exact = None if figure is None or figure.exact is None else figure.exact
    rounded = None if exact is None else (Decimal(exact.numerator) / exact.denominator).quantize(_DIGITS)
    return TargetStatusRecord(
        id=identity,
        plant=target.plant,
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
