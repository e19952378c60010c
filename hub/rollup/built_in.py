"""Units that a plant built in, and how many of them have results of another plant: each counted once, ever."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from hub.store.core.database import Writing
from hub.store.rollup.arrived import Places, add_built, is_kept
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.tallies import add_components
from hub.store.rollup.tally_sources import Built, built_before, plants_with_results


def keep_components(connection: Writing, first: int, last: int, named: Iterable[str], built: Collection[Built]) -> None:
    """Add what the batches from ``first`` to ``last`` built in, and which of the units they ``named`` were before."""
    units = {unit for unit in named if not unit.startswith(NO_UNIT)}
    children = {one.child for one in built}
    if not units and not children:
        return
    earlier = built_before(connection, children | units, first)
    now = {(one.plant, one.child) for one in built}
    pairs = now | {one for one in earlier if one[1] in units}
    before, after = (plants_with_results(connection, {child for _, child in pairs}, size) for size in (first, last + 1))
    changes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places: Counter[tuple[str, Places]] = Counter()
    for plant, child in pairs:
        was_there = (plant, child) in earlier
        old, new = (tuple(sorted(told.get(child, set()) - {plant})) for told in (before, after))
        changes[plant]["new"] += not was_there
        changes[plant]["known"] += bool(new) - (was_there and bool(old))
        places[plant, new] += 1
        if was_there:
            places[plant, old] -= 1
    add_components(
        connection, {plant: (one["new"], one["known"]) for plant, one in changes.items() if any(one.values())}
    )
    if is_kept(connection):
        add_built(connection, places)
