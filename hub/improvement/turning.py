"""One improvement while a table is read: every step is judged on what the ones before it made of it."""

from collections.abc import Iterable

from hub.entry.stated_table import Entering, same_text
from hub.errors import EntryRefused
from hub.improvement.act import new_name
from traceability.improvement.allowed import objection
from traceability.improvement.fold import after_all, begun, fold
from traceability.improvement.state import Improvement
from traceability.record.base import Record
from traceability.record.improvement import (
    ImprovementChangeRecord,
    ImprovementContent,
    ImprovementRecord,
    ImprovementStep,
    SetTarget,
    Standardise,
)


class Turning:
    """What it is now, and the records that made it so; ``fresh``: it begins with this table."""

    def __init__(self, entering: Entering, identity: str, content: ImprovementContent) -> None:
        self.now: Improvement = begun(identity, content)
        self.records: list[Record] = []
        self.fresh = False
        self._entering = entering
        self._changes: list[ImprovementChangeRecord] = []

    @classmethod
    def known(
        cls, entering: Entering, identity: str, content: ImprovementContent, changes: Iterable[ImprovementChangeRecord]
    ) -> "Turning":
        """One that was begun before."""
        found = cls(entering, identity, content)
        found._changes = list(changes)
        found.now = fold(identity, content, found._changes)
        return found

    @classmethod
    def begin(cls, entering: Entering, content: ImprovementContent) -> "Turning":
        """One that begins with this table."""
        identity = f"improvement-{new_name(entering.hub)}"
        found = cls(entering, identity, content)
        found.fresh = True
        found.records.append(ImprovementRecord(id=identity, content=content, by=entering.person, **entering.stamp()))
        return found

    def take(self, step: ImprovementStep, at: str) -> None:
        """Take a step; ``EntryRefused`` of the column ``at`` when the rules don't allow it now."""
        given = self._entering.stamp()
        made_at = after_all(self.now, given["event_time"])
        reason = objection(self.now, step, made_at)
        if reason:
            raise EntryRefused(reason, where=at, advice="its page shows what is possible now")
        change = ImprovementChangeRecord(
            id=self.now.id,
            change=new_name(self._entering.hub),
            after=self.now.heads,
            by=self._entering.person,
            made_at=made_at,
            content=step,
            **given,
        )
        self._changes.append(change)
        self.records.append(change)
        self.now = fold(self.now.id, self.now.content, self._changes)

    def said_before(self, standard: Standardise) -> bool:
        """Whether it was made a standard already, in whatever round."""
        return any(
            isinstance(one.content, Standardise) and one.disputed is None and same_standard(one.content, standard)
            for one in self.now.history
        )


def same_target(one: SetTarget | None, other: SetTarget) -> bool:
    """However the value is written."""
    if one is None or float(one.value) != float(other.value):
        return False
    return (one.reference, one.direction, one.by_when) == (other.reference, other.direction, other.by_when)


def same_standard(one: Standardise, other: Standardise) -> bool:
    """However texts are laid out."""
    same = (one.control_plan, one.from_day) == (other.control_plan, other.from_day)
    return same and same_text(one.standard, other.standard) and same_proofs(one.evidence, other.evidence)


def same_proofs(one: Iterable[str], other: Iterable[str]) -> bool:
    """However they are broken into lines."""
    return same_text("\n".join(one), "\n".join(other))
