"""What is agreed is compared with what is shared, round after round; each change of where it stands is a record.

An agreement that comes to be missed is told to those of both sides who subscribed to everything of theirs: with the
record that says so, in one transaction, so that no message is lost and none is sent twice. It is told again only after
it was met in between. A notification, which asks the other company for an answer, stays an act of a person.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial

from hub.alone import repeating_alone
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter_within
from hub.errors import HubError
from hub.parts import Hub
from hub.requirement.fulfil import fulfilment
from hub.requirement.news import tell_missed
from hub.requirement.read import find, folded
from hub.requirement.views import Fulfilled
from hub.store.core.database import Reading, Writing
from hub.store.ledger.batches import log_size
from hub.store.quality.requirements import RequirementsWanted, requirement_statuses, stored_requirements
from traceability.record.base import Record
from traceability.record.requirement import RequirementStatusRecord, Standing
from traceability.requirement.fold import Requirement

EVERY_S = 600.0
_LOG = logging.getLogger(__name__)


class Watch:
    """Remembers what it has looked at: nothing new in the log within the same hour needs no second look."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._seen: tuple[int, str] | None = None

    def round(self) -> int:
        """Judge every requirement in force; how many of their indicators came to stand otherwise."""
        now = self._hub.clock()
        with self._hub.store.reading() as connection:
            state = (log_size(connection), f"{now:%Y-%m-%dT%H}")
            if state == self._seen:
                return 0
            known = folded(connection, stored_requirements(connection, RequirementsWanted()))
        changed = 0
        for _, one in known:
            if one.in_force(now.date()):
                changed += self._judged(one)
        self._seen = state
        return changed

    def _judged(self, one: Requirement) -> int:
        try:
            return judge(self._hub, one)
        except HubError as error:  # of the other requirements something can be told
            _LOG.warning("requirement %s could not be judged: %s", one.id, error)
            return 0


def watching(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    watch = Watch(hub)

    def work() -> None:
        changed = watch.round()
        if changed:
            _LOG.info("%d indicators of requirements came to stand otherwise", changed)

    return repeating_alone(hub, "requirements", work, every_s, patience_s=30)


def judge(hub: Hub, one: Requirement) -> int:
    """Judge the indicators of a requirement now; seals and tells what changed, and says how many that are."""
    found = fulfilment(hub, one.id, "requirement: watched", None).indicators
    with hub.store.reading() as connection:
        before = _last(connection, one)
    changed = [each for each in found if _standing(each) is not before.get(each.indicator.name)]
    return hub.store.write(partial(_seal, hub=hub, one=one, found=changed)) if changed else 0


def _last(connection: Reading, one: Requirement, *, decided: bool = False) -> dict[str, Standing]:
    """Where each indicator of the terms stood last; ``decided``: when that could be told last."""
    return {
        each.indicator: each.standing
        for each in requirement_statuses(connection, [one.id])[one.id]
        if each.terms == one.terms_hash and not (decided and each.standing is Standing.CANNOT_TELL)
    }


def _seal(connection: Writing, *, hub: Hub, one: Requirement, found: Sequence[Fulfilled]) -> int:
    """Whatever still is a change within this transaction."""
    decided = _last(connection, one, decided=True)
    sealed: list[tuple[Fulfilled, RequirementStatusRecord]] = []

    def draft(reading: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(reading, one.id)
        if now.terms_hash != one.terms_hash or now.state is not one.state:
            return []
        before = _last(reading, one)
        sealed.extend(
            (each, _record(new_id(hub, "status"), one, each, stamp()))
            for each in found
            if _standing(each) is not before.get(each.indicator.name)
        )
        return [record for _, record in sealed]

    enter_within(connection, hub, draft)
    missed = [
        (each, record)
        for each, record in sealed
        if record.standing is Standing.MISSED and decided.get(record.indicator) is not Standing.MISSED
    ]
    tell_missed(connection, hub, one, missed)
    return len(sealed)


def _standing(found: Fulfilled) -> Standing:
    return Standing(found.verdict.value)


def _record(identity: str, one: Requirement, found: Fulfilled, stamp: Stamp) -> RequirementStatusRecord:
    return RequirementStatusRecord(
        id=identity,
        requirement=one.id,
        terms=one.terms_hash,
        indicator=found.indicator.name,
        standing=_standing(found),
        begin=found.begin,
        end=found.end,
        value=None if found.value is None else f"{found.value:.9f}",
        n=found.n,
        why=found.why,
        **stamp,
    )
