"""Which version of the line's control plan holds when: ``Plans.at`` alone answers that.

A version holds from its ``valid_from`` until that of the next one. One without ``valid_from`` is the first; what was
made before every version is judged by the first one.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from traceability.measurement import Characteristic
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlan

_FIRST = datetime.min.replace(tzinfo=UTC)
_STEP = timedelta(microseconds=1)


class PlanVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A control plan, the hash that results cite it by, since when it holds, and the file that says so."""

    plan: ControlPlan
    id: str
    valid_from: datetime | None = None
    file: Path | None = None

    def find(self, characteristic: Characteristic) -> Characteristic | None:
        """The same characteristic as it stands in this version, if it does, at the same operation."""
        for entry in self.plan.characteristics:
            if (entry.id, entry.operation) == (characteristic.id, characteristic.operation):
                return entry
        return None


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """The versions in their order, at least one; ``plans_of`` makes it."""

    versions: tuple[PlanVersion, ...]

    @property
    def part(self) -> str:
        """What the line makes; the same in every version."""
        return self.versions[0].plan.part

    def at(self, time: datetime) -> PlanVersion:
        """The version that holds at ``time`` (with its zone)."""
        return self.versions[bisect_right(self.versions[1:], time, key=_begin)]

    def later(self, time: datetime) -> tuple[PlanVersion, ...]:
        """Versions that begin after ``time``, the next one first: announced, and without effect yet."""
        return self.versions[self.versions.index(self.at(time)) + 1 :]

    def end(self, version: PlanVersion) -> datetime | None:
        """The last moment at which ``version`` holds; None where none is known to follow."""
        after = self.versions[self.versions.index(version) + 1 :]
        return _begin(after[0]) - _STEP if after else None

    def cited(self, identity: str | None, time: datetime) -> PlanVersion:
        """The version that a result of ``time`` names; the one that holds then, where it names none of these."""
        held = self.at(time)
        same = [version for version in self.versions if version.id == identity]
        return held if held in same or not same else same[-1]


def plans_of(versions: Iterable[PlanVersion]) -> Plans:
    """In their order; each ``valid_from`` stands once, which whoever read the files has checked."""
    return Plans(versions=tuple(sorted(versions, key=_begin)))


def one_plan(plan: ControlPlan) -> Plans:
    """A line that works by one plan, whenever."""
    return Plans(versions=(PlanVersion(plan=plan, id=plan_id(plan)),))


def _begin(version: PlanVersion) -> datetime:
    return version.valid_from or _FIRST
