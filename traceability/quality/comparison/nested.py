"""Which of several findings are one: a lot that ran at one station only, a shift that used one tool only.

Two findings that the same units have can't be told apart. Otherwise a finding is tested again within the units that
have, and within those that have not, another finding: if it says nothing more there, while the other still does the
other way round, the other explains it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from traceability.quality.comparison.exact import Table, more_common_within
from traceability.quality.comparison.finding import Finding
from traceability.quality.comparison.units import KnownUnit

MOST = 40
"""Findings that are compared with each other; the strongest."""

Key = tuple[str, str]
Having = Mapping[Key, frozenset[str]]


def told_apart(
    findings: Sequence[Finding],
    having: Having,
    suspects: Sequence[KnownUnit],
    others: Sequence[KnownUnit],
    level: float,
) -> list[Finding]:
    """``findings`` with what explains them or can't be told from them; only significant ones are looked at."""
    strong = sorted((each for each in findings if each.significant), key=lambda each: (-each.difference, each.p))[:MOST]
    groups = _Groups(frozenset(unit.name for unit in suspects), frozenset(unit.name for unit in others), having, level)
    changed = {each.key: groups.placed(each, strong) for each in strong}
    return [changed.get(each.key, each) for each in findings]


class _Groups:
    """Suspects and others, and who has what."""

    def __init__(self, suspects: frozenset[str], others: frozenset[str], having: Having, level: float) -> None:
        self._suspects, self._others, self._having, self._level = suspects, others, having, level

    def placed(self, finding: Finding, strong: Sequence[Finding]) -> Finding:
        rivals = [each for each in strong if each.factor != finding.factor]
        same = tuple(sorted(each.key for each in rivals if self._same(finding.key, each.key)))
        explaining = [each for each in rivals if each.key not in same and self._explains(each.key, finding.key)]
        best = min(explaining, key=lambda each: (-each.difference, each.p), default=None)
        return msgspec.structs.replace(finding, same_as=same, explained_by=None if best is None else best.key)

    def _same(self, one: Key, other: Key) -> bool:
        return self._having[one] == self._having[other]

    def _explains(self, cause: Key, effect: Key) -> bool:
        """Within ``cause`` the effect vanishes, and the cause does not vanish within the effect."""
        return not self._remains(effect, within=cause) and self._remains(cause, within=effect)

    def _remains(self, finding: Key, within: Key) -> bool:
        inside = self._having[within]
        everybody = self._suspects | self._others
        strata = [self._table(finding, inside), self._table(finding, everybody - inside)]
        return more_common_within(strata).p <= self._level

    def _table(self, finding: Key, units: frozenset[str]) -> Table:
        having, mine, theirs = self._having[finding], self._suspects & units, self._others & units
        a, c = len(having & mine), len(having & theirs)
        return Table(a, len(mine) - a, c, len(theirs) - c)
