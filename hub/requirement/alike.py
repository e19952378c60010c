"""质量一致性: are the lots of a supplier alike, and are the suppliers of a part?

Lots: what the customer's incoming inspection found and measured. Suppliers: first-pass counts and measured values that
they share with the customer. Every question is tested at a level divided by the number of questions asked together,
and the size of a difference stands beside its p value.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import partial

import msgspec

from hub.parts import Hub
from hub.requirement.read import find
from hub.rollup.hours import hour_of, instant_of
from hub.sharing.audit import AuditDesk, Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.production.values import TakenValue, ValueWanted, taken_values
from hub.store.quality.incoming import incoming_of
from hub.store.rollup.many import first_pass_by_week
from hub.store.sharing.queries import owners_of_plants
from traceability.measurement import Status
from traceability.quality.consistency.counted import Counted, counted_consistency
from traceability.quality.consistency.finding import Consistency, Finding
from traceability.quality.consistency.measured import LEVEL, measured_consistency
from traceability.quality.first_pass import FirstPass, pooled
from traceability.record.incoming import IncomingInspectionRecord
from traceability.record.requirement import Metric, RequirementContent
from traceability.uom.convert import converted

MOST_VALUES = 20_000
"""Of one plant and characteristic; the first of the period."""


class Between(StrEnum):
    """What is compared."""

    LOTS = "lots"
    SUPPLIERS = "suppliers"


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer; ``characteristic`` "" is about nonconforming units. ``cut``: not all values."""

    between: Between
    characteristic: str
    finding: Finding
    cut: bool = False


class AlikeView(msgspec.Struct, frozen=True, kw_only=True):
    """Every question of a requirement; ``level`` is what each was tested at, ``verdict`` that of all together."""

    id: str
    verdict: Consistency
    level: float
    questions: tuple[Alike, ...]
    begin: datetime
    end: datetime


_Ask = Callable[[float], Alike]


def alike(  # noqa: PLR0917 - whose hub, what is asked, by whom
    hub: Hub, identity: str, days: int, asker: str, question: str, audit: AuditDesk | None
) -> AlikeView:
    """The answers for a requirement's part, over the last ``days``; ``hub`` past every policy.

    ``asker`` "" is the operator. A supplier is told of its own lots: other suppliers are its customer's business.
    """
    now = hub.clock()
    begin = now - timedelta(days=days)
    with hub.store.reading() as connection:
        _, state = find(connection, identity)
        content = state.content
        asks = _lots(connection, content, begin)
        if asker in {"", content.customer}:
            seen = seen_by(hub, Question(asker=content.customer, token="", asked=question), audit)
            with seen.store.reading() as shared:
                names = sorted({one.characteristic for one in state.terms.indicators if one.metric is Metric.CPK})
                asks += _suppliers(shared, content, names, begin, now)
    level = LEVEL / max(1, len(asks))
    found = tuple(ask(level) for ask in asks)
    return AlikeView(id=identity, verdict=_together(found), level=level, questions=found, begin=begin, end=now)


def _together(found: tuple[Alike, ...]) -> Consistency:
    verdicts = {one.finding.verdict for one in found}
    order = (Consistency.DIFFERS, Consistency.CONSISTENT, Consistency.CANNOT_TELL)
    return next((one for one in order if one in verdicts), Consistency.CANNOT_TELL)


def _lots(connection: Reading, content: RequirementContent, begin: datetime) -> list[_Ask]:
    plants = [plant for plant, owner in owners_of_plants(connection).items() if owner == content.customer]
    counts: defaultdict[str, dict[str, Counted]] = defaultdict(dict)
    values: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)
    for plant in plants:
        inspections = incoming_of(
            connection, IncomingInspectionRecord, plant=plant, supplier=content.supplier, part=content.part
        )
        for one in inspections:
            if one.submission > 1 or one.inspected_on < begin.date():
                continue
            lot = f"{one.receipt} {one.item}"
            for result in one.results:
                if result.values:
                    values[result.name][lot] = [float(value) for value in result.values]
                else:
                    counts[result.name][lot] = Counted(result.found, result.sample)
    asks: list[_Ask] = [partial(_of_counts, Between.LOTS, name, groups) for name, groups in sorted(counts.items())]
    return asks + [partial(_of_values, Between.LOTS, name, groups, False) for name, groups in sorted(values.items())]


def _suppliers(
    shared: Reading, content: RequirementContent, characteristics: list[str], begin: datetime, end: datetime
) -> list[_Ask]:
    """By company: everybody who makes the part and lets the customer see it."""
    makers = {plant: entry.organisation.id for plant, entry in read_master(shared).plants.items()}
    hours = hour_of(begin), hour_of(end) + 1
    counts: defaultdict[str, list[FirstPass]] = defaultdict(list)
    for one in first_pass_by_week(shared, dict.fromkeys(makers, hours)):
        if one.part == content.part:
            counts[makers[one.plant]].append(one.counts)
    together = {maker: pooled(several) for maker, several in counts.items()}
    groups = {maker: Counted(one.submitted - one.first_ok, one.submitted) for maker, one in together.items()}
    asks: list[_Ask] = [partial(_of_counts, Between.SUPPLIERS, "", groups)]
    for name in characteristics:
        values: defaultdict[str, list[float]] = defaultdict(list)
        cut, uom = False, ""
        for plant, maker in makers.items():
            wanted = ValueWanted(
                plant=plant,
                part=content.part,
                characteristics=(name,),
                begin=instant_of(hours[0]),
                end=instant_of(hours[1]),
            )
            taken = taken_values(shared, wanted, MOST_VALUES)
            cut = cut or len(taken) == MOST_VALUES
            uom = uom or (taken[0].uom if taken else "")
            values[maker] += [value for one in taken if (value := _value(one, uom)) is not None]
        asks.append(partial(_of_values, Between.SUPPLIERS, name, values, cut))
    return asks


def _value(one: TakenValue, uom: str) -> float | None:
    """A trustworthy value of a first submission that is no trial, in ``uom``; what does not convert is left out."""
    counts = one.status == Status.GOOD and one.attempt == 1 and not one.flags
    if not counts or one.value is None:
        return None
    told = converted(Fraction(one.value, 10**one.decimals), one.uom, uom)
    return None if told is None else float(told)


def _of_counts(between: Between, name: str, groups: Mapping[str, Counted], level: float) -> Alike:
    return Alike(between=between, characteristic=name, finding=counted_consistency(groups, level))


def _of_values(between: Between, name: str, groups: Mapping[str, Sequence[float]], cut: bool, level: float) -> Alike:
    return Alike(between=between, characteristic=name, finding=measured_consistency(groups, level), cut=cut)
