"""What the comparison answers."""

from enum import StrEnum

import msgspec

from traceability.quality.comparison.exact import Table


class FactorKind(StrEnum):
    """Whether a value is one of a list, or a range of something measured."""

    VALUE = "value"
    RANGE = "range"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one factor.

    ``difference`` of the shares is the effect; ``odds`` is None when it has no meaning and infinite when only suspects
    have the value. ``p`` is exact and one-sided, ``holm`` and ``bh`` are corrected for all values that were tested.
    ``explained_by`` names a finding of another factor within which this one vanishes, ``same_as`` those that can't be
    told apart from it by these units, ``unknown`` how many units say nothing of the factor.
    """

    factor: str
    value: str
    kind: FactorKind
    table: Table
    difference: float
    odds: float | None
    p: float
    mid_p: float
    holm: float
    bh: float
    significant: bool
    unknown: int = 0
    chance_above: float | None = None
    explained_by: tuple[str, str] | None = None
    same_as: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Factor and value."""
        return self.factor, self.value


class CannotTell(StrEnum):
    """Why the data can't answer, or not for a factor."""

    FEW_SUSPECTS = "fewer than 3 suspect units"
    NO_OTHERS = "no units to compare with"
    SAME_EVERYWHERE = "every unit has the same value"
    NOT_KNOWN = "nothing is known of it for the suspects or for the others"
    TOO_SMALL = "too few units: no count could have been significant"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The findings, the strongest significant ones first; ``silent`` are factors that say nothing, and why."""

    suspects: int
    others: int
    tested: int
    level: float
    findings: tuple[Finding, ...]
    silent: dict[str, CannotTell]
    cannot_tell: CannotTell | None = None
