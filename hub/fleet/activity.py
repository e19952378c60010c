"""How much came from whom and where, as it is kept with every batch instead of being counted again for each page.

An organisation is told of plants that it sees whole, its own above all, from what is kept, too. Where policies decide
row by row, these rows are counted, once for each state of the log and each minute.

A store that was not rebuilt since this is kept is counted once, and then only what came behind is looked at: a unit
counts as new at a plant when no earlier batch has it there. These counts are begun anew each day, and whenever records
of earlier batches were let in from quarantine.
"""

import threading
from collections import Counter, OrderedDict
from datetime import datetime

import msgspec

from hub.accounts.asker import Asker
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.fleet.queries import PlantActivity, count_results, count_units, last_events_by_rows, plant_activity
from hub.store.rollup.activity import arrived, held_back, known_before, last_batch
from hub.store.rollup.arrived import (
    NOWHERE,
    arrivals,
    is_kept,
    told_by_rows,
    units_at,
    units_by_rows,
    units_known_at,
)

AT_ONCE = 200
"""So many batches are looked at in a step."""
MOST_BEHIND = 20_000
"""With more to look at, one count of everything is quicker."""
MOST_ASKERS = 64


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Units are distinct serials with a result: at each plant, and anywhere."""

    plants: dict[str, PlantActivity]
    units: int
    results: int
    last_events: dict[str, datetime]


def counted(connection: Reading) -> Activity:
    """Counted from every row that may be seen."""
    return Activity(
        plants=plant_activity(connection),
        units=count_units(connection),
        results=count_results(connection),
        last_events=last_events_by_rows(connection),
    )


def kept(connection: Reading) -> Activity | None:
    """The same from what is kept, and where policies decide row by row from these rows; None where nothing is kept."""
    if not is_kept(connection):
        return None
    found = arrivals(connection)
    told = found.told | told_by_rows(connection, found.partly)
    each, everywhere = units_at(connection, found.whole)
    by_rows = units_by_rows(connection, found.partly)
    elsewhere = {unit for _, unit in by_rows}
    results, last = Counter[str](), dict[str, int]()
    for key, one in told.items():
        results[key.plant] += one.results
        last[key.author] = max(one.last_event, last.get(key.author, one.last_event))
    units = Counter(each) + Counter(plant for plant, _ in by_rows)
    return Activity(
        plants={plant: PlantActivity(units[plant], n) for plant, n in sorted(results.items()) if plant != NOWHERE},
        units=everywhere + len(elsewhere - units_known_at(connection, elsewhere, found.whole)),
        results=results.total(),
        last_events={author: from_micros(at) for author, at in sorted(last.items())},
    )


def activity_seen(connection: Reading) -> Activity:
    """As far as the asker of this connection sees it."""
    return kept(connection) or counted(connection)


class RunningCounts:
    """The counts of a whole store through one batch."""

    def __init__(self, connection: Reading, through: int, day: int) -> None:
        whole = counted(connection)
        self.through, self.day = through, day
        self._held = held_back(connection, through)
        self._results = Counter({plant: one.results for plant, one in whole.plants.items()})
        self._units = Counter({plant: one.units for plant, one in whole.plants.items()})
        self._everywhere, self._every_result = whole.units, whole.results
        self._last = {author: to_micros(at) for author, at in whole.last_events.items()}

    def hold(self, connection: Reading, through: int, day: int) -> bool:
        """Whether they can be kept up from here; who looks at an earlier state of the log is told the later one."""
        near = through - self.through <= MOST_BEHIND
        return near and day == self.day and held_back(connection, self.through) == self._held

    def keep_up(self, connection: Reading, through: int) -> None:
        """Add what came up to ``through``."""
        while self.through < through:
            end = min(self.through + AT_ONCE, through)
            self._add(connection, end)
            self._held = held_back(connection, end)
            self.through = end

    def told(self) -> Activity:
        """As of now."""
        return Activity(
            plants={
                plant: PlantActivity(self._units[plant], results) for plant, results in sorted(self._results.items())
            },
            units=self._everywhere,
            results=self._every_result,
            last_events={author: from_micros(at) for author, at in sorted(self._last.items())},
        )

    def _add(self, connection: Reading, end: int) -> None:
        came = arrived(connection, self.through, end)
        for key, told in came.told.items():
            self._every_result += told.results
            if key.plant != NOWHERE:
                self._results[key.plant] += told.results
            self._last[key.author] = max(told.last_event, self._last.get(key.author, told.last_event))
        units = {unit for _, unit in came.units}
        known = set(known_before(connection, units, self.through))
        self._everywhere += len(units - {unit for _, unit in known})
        self._units.update(plant for plant, _ in came.units - known if plant is not None)


class ActivityDesk:
    """Keeps the counts of this process: those of the store, and the last ones of each asker."""

    def __init__(self) -> None:
        self._running: RunningCounts | None = None
        self._seen: OrderedDict[tuple[str, ...], tuple[tuple[int, int], Activity]] = OrderedDict()
        self._turn = threading.Lock()

    def activity(self, connection: Reading, hub: Hub, asker: Asker) -> Activity:
        """The counts as ``asker`` sees them; ``connection`` must show what it may see."""
        now = int(hub.clock().timestamp())
        through = last_batch(connection)
        with self._turn:  # of many who ask at once, one counts
            if asker.is_operator:
                return kept(connection) or self._of_all(connection, through, now // 86400)
            return self._of(connection, asker.eyes, (through, now // 60))

    def _of_all(self, connection: Reading, through: int, day: int) -> Activity:
        running = self._running
        if running is None or not running.hold(connection, through, day):
            running = self._running = RunningCounts(connection, through, day)
        running.keep_up(connection, through)
        return running.told()

    def _of(self, connection: Reading, eyes: tuple[str, ...], state: tuple[int, int]) -> Activity:
        known = self._seen.get(eyes)
        if known is None or known[0] != state:
            known = (state, activity_seen(connection))
        self._seen[eyes] = known
        self._seen.move_to_end(eyes)
        while len(self._seen) > MOST_ASKERS:
            self._seen.popitem(last=False)
        return known[1]
