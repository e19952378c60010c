"""Targets are compared with what is measured, round after round; each change of where one stands is a record.

A target that comes to be missed is told once to those who subscribed to the plant: with the record that says so, in one
transaction, so that no message is lost and none is sent twice. It is told again only after it was met in between.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo

from hub.alone import repeating_alone
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter_within
from hub.errors import HubError
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.ledger.batches import log_size
from hub.store.master.queries import read_master
from hub.target.changed import is_changed, is_judged, newly_missed, told
from hub.target.figures import Watched, watched
from hub.target.organisation import whole_targets
from hub.target.organisation_watch import judge_organisation
from hub.target.state import Target, in_force, targets_of
from hub.target.tell import tell_missed
from traceability.record.base import Record
from traceability.record.indicator import TargetStatusRecord

EVERY_S = 300.0
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
        judging = [one for one in standing.values() if is_judged(one.now, today)]
        found = watched(connection, judging, today, now)
    changed = [one for one in found if _changed(one.target, one)]
    return hub.store.write(lambda connection: _seal(connection, hub, plant, changed)) if changed else 0


def _changed(target: Target, found: Watched) -> bool:
    return is_changed(target.standing, found.figure, found.judged)


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
    missed = [(one, record) for one, record in sealed if newly_missed(one.target.statuses, record)]
    tell_missed(connection, hub, plant, missed)
    return len(sealed)


def _record(identity: str, found: Watched, stamp: Stamp) -> TargetStatusRecord:
    target = found.target.now
    return TargetStatusRecord(
        id=identity,
        plant=target.plant,
        target=target.id,
        statement=target.seq,
        **told(target, found.figure, found.judged),
        **stamp,
    )
