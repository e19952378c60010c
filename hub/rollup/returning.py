"""What is known of the units of a usual batch, where other stations told of them before.

Nearly every such unit was OK wherever it was and comes to one more operation. To counts of its operation it is as new
as any unit; only where it began before has to be known. Units with any other history are looked at by themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from hub.rollup.changed import Changed
from hub.rollup.entering import lots_inside
from hub.rollup.tally import UNIT
from hub.store.core.database import Reading
from hub.store.packed.columns import ResultColumns
from hub.store.production.corrections import Place, any_correction, erroneous
from hub.store.rollup.sources import (
    EarlierResult,
    earlier_of_units,
    lots_of_units,
    placed_new,
    results_of_units,
    stated_of_units,
)
from hub.store.rollup.tallies import TallyKey
from hub.store.tables.tally import NEVER
from traceability.unit import Purpose, Verdict, is_submission

MICROS_AN_HOUR = 3600 * 10**6
_History = Mapping[str, Sequence[EarlierResult]]


class Known(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """``places`` are plants and units of earlier results; ``begun`` is how beginnings differ from those of new units.

    ``apart`` are the results that are looked at unit by unit, ``rest`` they and what their units did before; ``again``
    those whose values do not enter capability. ``lots`` are inside units that do.
    """

    places: Sequence[tuple[str, str]]
    begun: Counter[TallyKey]
    apart: frozenset[int]
    rest: Changed
    again: frozenset[int]
    lots: Mapping[str, tuple[str, ...]]
    looked: bool = True
    """Whether it was asked what is known."""


def nothing_known(batch_id: int) -> Known:
    """Of units that nobody spoke of before."""
    return Known(
        places=(),
        begun=Counter(),
        apart=frozenset(),
        rest=Changed(first=batch_id, every=[], wrong_before=set(), wrong=set()),
        again=frozenset(),
        lots={},
        looked=False,
    )


def known_of(connection: Reading, results: ResultColumns) -> Known | None:
    """Of a batch of a plant whose units are all different; None where it has to be taken result by result."""
    found = earlier_of_units(connection, results.unit, results.batch_id)
    if _declared_wrong(connection, results, found) or _measured_before(connection, results):
        return None
    history: defaultdict[str, list[EarlierResult]] = defaultdict(list)
    for one in found:
        history[one.unit].append(one)
    apart = frozenset(
        at for at, unit in enumerate(results.unit) if unit in history and _stands_apart(results, at, history)
    )
    if len(apart) > len(results.unit) // 2:
        return None
    return Known(
        places=[(one.plant, one.unit) for one in found],
        begun=Counter(_begun(results, history, apart)),
        apart=apart,
        rest=_rest(connection, results, apart),
        again=frozenset(at for at in range(len(results.unit)) if _came_before(results, at, history)),
        lots=_lots(connection, results),
    )


def _declared_wrong(connection: Reading, results: ResultColumns, found: Iterable[EarlierResult]) -> bool:
    if not any_correction(connection):
        return False
    earlier = [Place(one.author, one.chain, one.seq, one.result_id, one.plant) for one in found]
    return bool(erroneous(connection, [*own_places(results), *earlier]))


def own_places(results: ResultColumns) -> Iterator[Place]:
    """How corrections would name the results and their measurements."""
    for seq, name, measured in zip(results.seq, results.result_id, results.measured_time, strict=True):
        yield Place(results.author, results.chain, seq, name, results.plant)
        if measured is not None:
            yield Place(results.author, results.chain, seq + 1, name, results.plant)


def _measured_before(connection: Reading, results: ResultColumns) -> bool:
    """Whether the measurements of a result came before it."""
    bare = [at for at, time in enumerate(results.measured_time) if time is None]
    if not bare:
        return False
    units, names = {results.unit[at] for at in bare}, {results.result_id[at] for at in bare}
    return (results.author, results.chain) in stated_of_units(connection, units, names, results.batch_id)


def _stands_apart(results: ResultColumns, at: int, history: _History) -> bool:
    shape = results.shapes[results.shape[at]]
    here = [one for one in history[results.unit[at]] if one.plant == results.plant]
    if not here:
        return False
    if shape.verdict is not Verdict.OK or shape.flags or shape.purpose is not Purpose.FIRST:
        return True
    subjects = {(shape.part, shape.operation), *((one.part, one.operation) for one in here)}
    return len(subjects) <= len(here) or not all(map(_is_plain, here))


def _is_plain(one: EarlierResult) -> bool:
    return one.verdict == Verdict.OK.value and one.flags == _NO_FLAGS and one.purpose == Purpose.FIRST.value


def _begun(results: ResultColumns, history: _History, apart: frozenset[int]) -> dict[TallyKey, int]:
    """Beginnings of units, any two of one unit one after the other: by how much they are others than of new units."""
    changes: Counter[TallyKey] = Counter()
    for at, unit in enumerate(results.unit):
        before = [one.event_time // MICROS_AN_HOUR for one in history.get(unit, ()) if one.plant == results.plant]
        if before and at not in apart:
            hour = results.event_time[at] // MICROS_AN_HOUR
            changes.update(_chain(results, [*before, hour]))
            changes.subtract([*_chain(results, before), *_chain(results, [hour])])
    return changes


def _chain(results: ResultColumns, hours: Iterable[int]) -> list[TallyKey]:
    plant = results.plant or ""
    return [TallyKey(plant, UNIT, "", "", hour, before) for before, hour in pairwise([NEVER, *sorted(hours)])]


def _rest(connection: Reading, results: ResultColumns, apart: frozenset[int]) -> Changed:
    earlier = results_of_units(connection, {results.unit[at] for at in apart}, results.batch_id - 1)
    now = [placed_new(results.result(at)) for at in sorted(apart)]
    return Changed(first=results.batch_id, every=[*earlier, *now], wrong_before=set(), wrong=set())


def _came_before(results: ResultColumns, at: int, history: _History) -> bool:
    """Whether the chain told of a submission of the unit at the operation before."""
    shape = results.shapes[results.shape[at]]
    own = (results.author, results.chain, shape.part, shape.operation)
    return any(
        own == (one.author, one.chain, one.part, one.operation)
        and one.flags == _NO_FLAGS
        and is_submission(Verdict(one.verdict))
        for one in history.get(results.unit[at], ())
    )


def _lots(connection: Reading, results: ResultColumns) -> dict[str, tuple[str, ...]]:
    own = lots_of_units(connection, results.unit, results.batch_id).get((results.author, results.chain), ())
    return lots_inside(own)


_NO_FLAGS = "[]"
