"""Suspect units against others: every value of every factor, ranked, corrected, and told apart as far as data allow."""

from collections.abc import Iterable, Sequence

import msgspec

from traceability.quality.comparison.exact import (
    ExactTest,
    Table,
    benjamini_hochberg,
    holm,
    more_common,
    odds_ratio,
    share_difference,
)
from traceability.quality.comparison.finding import CannotTell, Comparison, FactorKind, Finding
from traceability.quality.comparison.nested import told_apart
from traceability.quality.comparison.ranges import chance_above, ranges_of
from traceability.quality.comparison.units import KnownUnit

FEWEST_SUSPECTS = 3
LEVEL = 0.05


class _Candidate(msgspec.Struct, frozen=True):
    factor: str
    value: str
    kind: FactorKind
    having: frozenset[str]
    table: Table
    unknown: int
    test: ExactTest


def compare(suspects: Sequence[KnownUnit], others: Sequence[KnownUnit], level: float = LEVEL) -> Comparison:
    """What is more common among ``suspects`` than among ``others``; names are distinct, ``level`` is of Holm's p.

    A value that only one of the units has is not tested: it can't be common to anything.
    """
    if len(suspects) < FEWEST_SUSPECTS:
        return _silent(suspects, others, level, CannotTell.FEW_SUSPECTS)
    if not others:
        return _silent(suspects, others, level, CannotTell.NO_OTHERS)
    candidates, silent = _candidates(suspects, others)
    corrected = holm([each.test.p for each in candidates])
    discovered = benjamini_hochberg([each.test.p for each in candidates])
    findings = [
        _finding(each, suspects, others, corrected=one, discovered=other, level=level)
        for each, one, other in zip(candidates, corrected, discovered, strict=True)
    ]
    having = {(each.factor, each.value): each.having for each in candidates}
    apart = told_apart(findings, having, suspects, others, level)
    silent |= _too_small(candidates, level)
    return Comparison(
        suspects=len(suspects),
        others=len(others),
        tested=len(candidates),
        level=level,
        findings=tuple(sorted(apart, key=_strongest_first)),
        silent=silent,
    )


def _silent(suspects: Sequence[KnownUnit], others: Sequence[KnownUnit], level: float, why: CannotTell) -> Comparison:
    return Comparison(
        suspects=len(suspects), others=len(others), tested=0, level=level, findings=(), silent={}, cannot_tell=why
    )


def _candidates(
    suspects: Sequence[KnownUnit], others: Sequence[KnownUnit]
) -> tuple[list[_Candidate], dict[str, CannotTell]]:
    found: list[_Candidate] = []
    silent: dict[str, CannotTell] = {}
    everybody = [*suspects, *others]
    for factor in _names(unit.factors for unit in everybody):
        holders = _holders(factor, everybody)
        knowing = frozenset(unit.name for unit in everybody if factor in unit.factors)
        _add(found, silent, (factor, FactorKind.VALUE), holders, knowing, suspects, others)
    for factor in _names(unit.values for unit in everybody):
        knowing = frozenset(unit.name for unit in everybody if factor in unit.values)
        _add(found, silent, (factor, FactorKind.RANGE), ranges_of(factor, everybody), knowing, suspects, others)
    return found, silent


def _add(  # noqa: PLR0917 - one factor with everything known of it
    found: list[_Candidate],
    silent: dict[str, CannotTell],
    factor: tuple[str, FactorKind],
    holders: dict[str, frozenset[str]],
    knowing: frozenset[str],
    suspects: Sequence[KnownUnit],
    others: Sequence[KnownUnit],
) -> None:
    name, kind = factor
    mine = frozenset(unit.name for unit in suspects) & knowing
    theirs = frozenset(unit.name for unit in others) & knowing
    if not mine or not theirs:
        silent[name] = CannotTell.NOT_KNOWN
        return
    varying = {value: having for value, having in holders.items() if 1 < len(having) < len(knowing)}
    if not varying:
        silent[name] = CannotTell.SAME_EVERYWHERE
        return
    unknown = len(suspects) + len(others) - len(knowing)
    for value in sorted(varying):
        having = varying[value]
        a, c = len(having & mine), len(having & theirs)
        table = Table(a, len(mine) - a, c, len(theirs) - c)
        found.append(_Candidate(name, value, kind, having, table, unknown, more_common(table)))


def _finding(
    candidate: _Candidate,
    suspects: Sequence[KnownUnit],
    others: Sequence[KnownUnit],
    *,
    corrected: float,
    discovered: float,
    level: float,
) -> Finding:
    factor = candidate.factor
    above = None
    if candidate.kind is FactorKind.RANGE:
        above = chance_above(_values(factor, suspects), _values(factor, others))
    return Finding(
        factor=factor,
        value=candidate.value,
        kind=candidate.kind,
        table=candidate.table,
        difference=share_difference(candidate.table),
        odds=odds_ratio(candidate.table),
        p=candidate.test.p,
        mid_p=candidate.test.mid_p,
        holm=corrected,
        bh=discovered,
        significant=corrected <= level,
        unknown=candidate.unknown,
        chance_above=above,
    )


def _too_small(candidates: Sequence[_Candidate], level: float) -> dict[str, CannotTell]:
    """Factors none of whose values could have been significant, whatever the suspects had been like."""
    able = {each.factor for each in candidates if each.test.least_p * len(candidates) <= level}
    return {each.factor: CannotTell.TOO_SMALL for each in candidates if each.factor not in able}


def _strongest_first(finding: Finding) -> tuple[bool, bool, float, float, str, str]:
    explained = finding.explained_by is not None
    return not finding.significant, explained, -finding.difference, finding.p, finding.factor, finding.value


def _names(maps: Iterable[object]) -> list[str]:
    return sorted({name for each in maps for name in each})  # type: ignore[attr-defined]


def _holders(factor: str, units: Iterable[KnownUnit]) -> dict[str, frozenset[str]]:
    holders: dict[str, set[str]] = {}
    for unit in units:
        for value in unit.factors.get(factor, ()):
            holders.setdefault(value, set()).add(unit.name)
    return {value: frozenset(names) for value, names in holders.items()}


def _values(factor: str, units: Iterable[KnownUnit]) -> list[float]:
    return [unit.values[factor] for unit in units if factor in unit.values]
