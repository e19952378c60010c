"""Which units are finished, and traceable down to their last serialised component.

Only units that something was built into are looked at one by one, and never all of them at once; of the others it is
counted how many there are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.scorecard.submissions import History, histories, submits
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.master.queries import PlanEntry
from hub.store.production.corrections import Place, erroneous
from hub.store.quality.summary import assembled_units, units_with_results
from hub.store.rollup.sources import PlacedResult, results_of_units
from hub.store.trace.links import StoreLinks
from traceability.genealogy import DEFAULT_TRACE_LIMITS, links_in_force
from traceability.unit import Verdict

AT_ONCE = 2000
PlantPart = tuple[str, str]
Finals = Mapping[PlantPart, Collection[str]]
"""Final operations by plant and part."""


class AsBuilt(msgspec.Struct, frozen=True):
    """What is in units, and which of all these have records; ``installed`` ones are in something else."""

    components: Mapping[str, frozenset[str]]
    recorded: frozenset[str]
    installed: frozenset[str]


class Assembled(msgspec.Struct, frozen=True):
    """Of the accepted units of each part that are made of others: those below which nothing lacks records; and how
    many of these, of all parts, are themselves in nothing else."""

    parts: frozenset[PlantPart]
    traceable: Mapping[PlantPart, int]
    finished: int


def finals_of_plants(plans: Iterable[PlanEntry]) -> dict[PlantPart, set[str]]:
    """The final operations of each part of each plant, parts in order."""
    finals: defaultdict[PlantPart, set[str]] = defaultdict(set)
    for entry in plans:
        for operation in entry.plan.operations:
            if operation.final:
                finals[entry.plan.plant, entry.plan.part].add(operation.id)
    return {key: finals[key] for key in sorted(finals)}


def assembled(connection: Reading, finals: Finals) -> Assembled:
    """Looks at every unit that something was ever built into."""
    parts: set[PlantPart] = set()
    traceable: Counter[PlantPart] = Counter()
    finished: set[str] = set()
    units = assembled_units(connection)
    for begin in range(0, len(units), AT_ONCE):
        some = units[begin : begin + AT_ONCE]
        built = as_built(connection, some)
        for key, accepted in _accepted_of(connection, [one for one in some if built.components.get(one)], finals):
            parts.add(key)
            whole = [unit for unit in accepted if is_traceable(unit, built)]
            traceable[key] += len(whole)
            finished.update(unit for unit in whole if unit not in built.installed)
    return Assembled(frozenset(parts), traceable, len(finished))


def _accepted_of(
    connection: Reading, units: Collection[str], finals: Finals
) -> Iterable[tuple[PlantPart, Collection[str]]]:
    placed = results_of_units(connection, units, log_size(connection))
    wrong = erroneous(connection, map(_place, placed))
    by_plant: defaultdict[str, list[PlacedResult]] = defaultdict(list)
    for one in placed:
        if _place(one) not in wrong:
            by_plant[one.scored.plant].append(one)
    for plant, own in by_plant.items():
        found = accepted_in(histories(one.scored for one in own), plant, finals)
        yield from (((plant, part), units) for part, units in found.items())


def accepted_in(found: Iterable[History], plant: str, finals: Finals) -> dict[str, set[str]]:
    """Units of a plant whose last submission at a final operation is OK, by part."""
    accepted: defaultdict[str, set[str]] = defaultdict(set)
    for history in found:
        if history.operation in finals.get((plant, history.part), ()):
            last = next((attempt for attempt in reversed(history.attempts) if submits(attempt)), None)
            if last is not None and last.verdict is Verdict.OK:
                accepted[history.part].add(last.unit)
    return accepted


def as_built(connection: Reading, units: Collection[str]) -> AsBuilt:
    """The serialised components of ``units`` in force now, level by level: a few statements for each level."""
    links = StoreLinks(connection)
    components: defaultdict[str, set[str]] = defaultdict(set)
    seen, level = set(units), set(units)
    for _ in range(DEFAULT_TRACE_LIMITS.depth):
        found = [link for link in links_in_force(links.below(level)) if link.certain]
        for link in found:
            components[link.parent].add(link.child)
        level = {link.child for link in found} - seen
        seen |= level
        if not level:
            break
    installed = frozenset(link.child for link in links_in_force(links.above(units)) if link.certain)
    return AsBuilt(
        {parent: frozenset(children) for parent, children in components.items()},
        frozenset(units_with_results(connection, seen)),
        installed,
    )


def is_traceable(unit: str, built: AsBuilt) -> bool:
    """Whether ``unit`` and everything in it have records; a unit on a cycle is visited once."""
    waiting, seen = [unit], {unit}
    while waiting:
        item = waiting.pop()
        if item not in built.recorded:
            return False
        fresh = built.components.get(item, frozenset()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return True


def _place(placed: PlacedResult) -> Place:
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)
