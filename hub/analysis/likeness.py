"""What do these units have in common? From the question to the answer; everything is read in one transaction."""

from collections.abc import Callable, Mapping
from math import isinf

import msgspec

from hub.analysis.factor import Factor, Kind
from hub.analysis.gather import Gathered, gather
from hub.analysis.groups import Group, Groups, groups_of
from hub.analysis.question import CommonQuestion
from hub.analysis.recall_of import recall_of
from hub.analysis.source import Source
from hub.analysis.views import CommonView, FactorView, FindingView, GroupView, Pointer, SilentFactor
from hub.named import Named, unnamed
from hub.store.master.queries import PartEntry, part_name, parts_named, plans_by_id
from hub.trace.catalogue import item_label
from traceability.identifier.item import parse_item
from traceability.quality.comparison.compare import compare
from traceability.quality.comparison.finding import Finding
from traceability.quality.comparison.units import KnownUnit

IT_IS_THE_FAILURE = "it is how these units failed"
UNLIKE = "measured in units of measure that can't be converted into each other"


STEPS = 3
"""Choosing the groups, gathering what they are made of and by, comparing."""


def _nobody(_step: int) -> None:
    """Nobody wants to know how far it is."""


def in_common(source: Source, question: CommonQuestion, told: Callable[[int], None] = _nobody) -> CommonView:
    """The answer; ``EntryRefused`` or ``NotFound`` where the question names nothing that can be compared.

    ``told`` hears of each of the ``STEPS`` that is done.
    """
    groups = groups_of(source, question)
    told(1)
    everybody = (*groups.suspects.units, *groups.others.units)
    gathered = gather(source, everybody, frozenset(question.without))
    told(2)
    by_failure = _by_failure(groups, gathered)
    units = {unit.name: _without(unit, by_failure) for unit in gathered.units}
    result = compare(
        [units[name] for name in groups.suspects.units],
        [units[name] for name in groups.others.units],
        question.level,
    )
    words = _Words(source, gathered)
    silent = [SilentFactor(factor=words.factor(name), why=why.value) for name, why in sorted(result.silent.items())]
    silent += [SilentFactor(factor=words.factor(name), why=IT_IS_THE_FAILURE) for name in sorted(by_failure)]
    silent += [SilentFactor(factor=words.told(factor), why=UNLIKE) for factor in gathered.unlike]
    return CommonView(
        part=part_name(words.parts, groups.part),
        operations=groups.operations,
        begin=groups.begin,
        end=groups.end,
        log_size=source.log_size,
        suspects=_group(groups.suspects),
        others=_group(groups.others),
        level=result.level,
        tested=result.tested,
        found=sum(finding.significant for finding in result.findings),
        cannot_tell=result.cannot_tell.value if result.cannot_tell else "",
        findings=tuple(words.finding(each) for each in result.findings[: question.findings]),
        silent=tuple(silent),
    )


def _by_failure(groups: Groups, gathered: Gathered) -> frozenset[str]:
    """Factors that say no more than that the suspects failed where they failed."""
    return frozenset(
        name
        for name, factor in gathered.factors.items()
        if groups.failed_at is not None
        and factor.part == groups.part
        and factor.operation == groups.failed_at
        and factor.kind in (Kind.MEASURED, Kind.PASSES)
    )


def _without(unit: KnownUnit, names: frozenset[str]) -> KnownUnit:
    if not names:
        return unit
    factors = {name: values for name, values in unit.factors.items() if name not in names}
    values = {name: value for name, value in unit.values.items() if name not in names}
    return msgspec.structs.replace(unit, factors=factors, values=values)


def _group(group: Group) -> GroupView:
    return GroupView(known=group.known, looked_at=len(group.units), drawn=group.drawn, left_out=group.left_out)


class _Words:
    """Factors, values and findings as they are answered."""

    def __init__(self, source: Source, gathered: Gathered) -> None:
        self._gathered, self._master = gathered, source.master
        factors = gathered.factors.values()
        self.parts: Mapping[str, PartEntry] = parts_named(source.connection, {each.part for each in factors})
        plans = {
            value
            for unit in gathered.units
            for name, values in unit.factors.items()
            if gathered.factors[name].kind is Kind.PLAN
            for value in values
        }
        self._plans = plans_by_id(source.connection, plans)

    def factor(self, name: str) -> FactorView:
        return self.told(self._gathered.factors[name])

    def told(self, factor: Factor) -> FactorView:
        return FactorView(
            kind=factor.kind,
            part=part_name(self.parts, factor.part) if factor.part else None,
            operation=factor.operation,
            plant=self._master.plant_named(factor.plant or None),
            position=factor.position,
            characteristic=factor.characteristic,
            uom=factor.uom,
        )

    def finding(self, finding: Finding) -> FindingView:
        table, odds = finding.table, finding.odds
        return FindingView(
            factor=self.factor(finding.factor),
            value=finding.value,
            label=self._label(self._gathered.factors[finding.factor].kind, finding.value),
            significant=finding.significant,
            suspects_having=table.a,
            suspects=table.suspects,
            others_having=table.c,
            others=table.others,
            unknown=finding.unknown,
            difference=finding.difference,
            odds=None if odds is None or isinf(odds) else odds,
            only_suspects=odds is not None and isinf(odds),
            p=finding.p,
            corrected=finding.holm,
            discovery=finding.bh,
            chance_above=finding.chance_above,
            explained_by=None if finding.explained_by is None else self._pointer(finding.explained_by),
            same_as=tuple(map(self._pointer, finding.same_as)),
            recall=recall_of(finding, self._gathered),
        )

    def _pointer(self, key: tuple[str, str]) -> Pointer:
        return Pointer(factor=self.factor(key[0]), value=key[1])

    def _label(self, kind: Kind, value: str) -> Named:
        """What people call a value."""
        match kind:
            case Kind.LOT:
                return Named(value, item_label(parse_item(value)))
            case Kind.VARIANT:
                return part_name(self.parts, value)
            case Kind.SUPPLIER:
                return self._master.organisations.get(value, unnamed(value))
            case Kind.PLANT:
                return self._master.plant_named(value) or unnamed(value)
            case Kind.PLAN:
                plan = self._plans.get(value)
                return Named(value, plan.revision) if plan else unnamed(value)
            case _:
                return unnamed(value)
