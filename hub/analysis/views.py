"""What a comparison answers."""

from datetime import datetime

import msgspec

from hub.analysis.factor import Kind
from hub.analysis.recall_of import RecallQuestion
from hub.named import Named


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two groups."""

    known: int
    looked_at: int
    drawn: bool
    """True: ``looked_at`` were drawn from ``known`` by the hash of their names; asked again, the same ones."""
    left_out: int
    """Told, but of another part."""


class FactorView(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared; ``part`` is that of the units or of something in them."""

    kind: Kind
    part: Named | None
    operation: str
    plant: Named | None
    position: str
    characteristic: str
    uom: str


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """Another finding, by what it is about."""

    factor: FactorView
    value: str


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one factor, with the counts that everything else follows from.

    ``p`` is exact and one-sided (Fisher), ``corrected`` holds for everything that was tested together (Holm), and
    ``discovery`` is the expected share of false ones among all as strong as this (Benjamini and Hochberg).
    """

    factor: FactorView
    value: str
    label: Named
    significant: bool
    suspects_having: int
    suspects: int
    """Of whom the factor is known."""
    others_having: int
    others: int
    unknown: int
    """Units of either group of which the factor is not known."""
    difference: float
    """Share of the suspects that have it, less the share of the others."""
    odds: float | None
    only_suspects: bool
    p: float
    corrected: float
    discovery: float
    chance_above: float | None
    """Of measured values: the chance that a suspect's is above another's; a half says nothing."""
    explained_by: Pointer | None
    """A finding within which this one vanishes."""
    same_as: tuple[Pointer, ...]
    """Findings that these units can't tell from this one."""
    recall: RecallQuestion


class SilentFactor(msgspec.Struct, frozen=True, kw_only=True):
    """A factor that says nothing here, and why."""

    factor: FactorView
    why: str


class CommonView(msgspec.Struct, frozen=True, kw_only=True):
    """What the suspects have in common, the strongest first; ``cannot_tell`` in place of findings where that is so."""

    part: Named
    operations: tuple[str, ...]
    """The others passed there between ``begin`` and ``end``; empty: they are all units of the part that are known."""
    begin: datetime | None
    end: datetime | None
    log_size: int
    suspects: GroupView
    others: GroupView
    level: float
    tested: int
    found: int
    """How many findings are significant."""
    cannot_tell: str
    findings: tuple[FindingView, ...]
    silent: tuple[SilentFactor, ...]
