"""What is known of items at a moment: the one place where traces and recalls get links and results from.

Names are resolved here (one part with several codes is one item), and what was declared wrong is marked here. Times are
two: ``as_of`` is when things happened, the log size is what the hub had been told by then.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import msgspec

from hub.store.core.database import Reading
from hub.store.trace.aliases import log_size_at
from hub.store.trace.links import StoreLinks
from hub.store.trace.queries import ResultRow, plants_of_units, results_of_units
from hub.trace.naming import Naming
from hub.trace.shipments import Shipped, shipped
from traceability.genealogy import Emptied, Link, with_endings


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A question's two times: ``as_of`` (it happened by then) and ``log_size`` (the hub knew it by then); None: now."""

    as_of: datetime | None = None
    log_size: int | None = None


NOW = Moment()


def moment_of(connection: Reading, as_of: datetime | None = None, known_at: datetime | None = None) -> Moment:
    """The moment of a question: what had happened by ``as_of``, as far as the hub knew it at ``known_at``."""
    return Moment(as_of=as_of, log_size=None if known_at is None else log_size_at(connection, known_at))


class Known:
    """A source of links for ``traceability.genealogy.trace``, and of the results of its items."""

    def __init__(self, connection: Reading, moment: Moment = NOW) -> None:
        self.moment = moment
        self.naming = Naming(connection, moment.log_size)
        self._connection = connection
        self._links = StoreLinks(connection, moment.log_size)
        self._above: dict[str, list[Link]] = {}

    def item(self, name: str) -> str:
        """The canonical identity that ``name`` stands for."""
        self.naming.learn([name])
        return self.naming.canonical_of(name)

    def below(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose parent is among ``items``, whatever it is called there."""
        names = self.naming.spellings_of(items)
        return with_endings(self._renamed(self._links.stated_below(names)), self._endings(names))

    def above(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose child is among ``items``, whatever it is called there."""
        if len(items) == 1 and (told := self._above.get(next(iter(items)))) is not None:
            return iter(told)
        links = list(self._renamed(self._links.stated_above(self.naming.spellings_of(items))))
        return with_endings(links, self._endings(self.naming.spellings_of({link.parent for link in links})))

    def told_above(self, item: str, links: list[Link]) -> None:
        """From now on ``links`` are all that leads to ``item``: more than a bounded trace can follow are not wanted."""
        self._above[item] = links

    def results(self, items: Collection[str]) -> dict[str, list[ResultRow]]:
        """The results of ``items`` up to the moment; those that were declared wrong too, and marked."""
        rows = results_of_units(self._connection, self.naming.spellings_of(items), self.moment.log_size)
        found: defaultdict[str, list[ResultRow]] = defaultdict(list)
        for row in rows:
            if self.moment.as_of is None or row.event_time <= self.moment.as_of:
                found[self.naming.canonical_of(row.unit or "")].append(row)
        return found

    def makers(self, items: Collection[str]) -> dict[str, str | None]:
        """The plant of the latest result of each of ``items`` that has any."""
        found: dict[str, tuple[datetime, str]] = {}
        for unit, plant, event_time in plants_of_units(
            self._connection, self.naming.spellings_of(items), self.moment.log_size
        ):
            if self.moment.as_of is None or event_time <= self.moment.as_of:
                item, told = self.naming.canonical_of(unit), (event_time, plant or "")
                found[item] = max(found.get(item, told), told)
        return {item: plant or None for item, (_, plant) in found.items()}

    def shipments(self, items: Collection[str]) -> dict[str, list[Shipped]]:
        """Where each of ``items`` was sent up to the moment, by itself or in a logistic unit; earliest first."""
        return shipped(self._connection, items, self.naming, self.moment.as_of, self.moment.log_size)

    def _endings(self, names: Collection[str]) -> Iterator[Emptied]:
        for emptied in self._links.events.endings(names):
            yield msgspec.structs.replace(emptied, parent=self.naming.canonical_of(emptied.parent))

    def _renamed(self, links: Iterable[Link]) -> Iterator[Link]:
        if not self.naming.needed:
            yield from links
            return
        told = list(links)
        self.naming.learn({name for link in told for name in (link.parent, link.child)})
        for link in told:
            parent, child = self.naming.canonical_of(link.parent), self.naming.canonical_of(link.child)
            if (parent, child) == (link.parent, link.child):
                yield link
            else:
                yield msgspec.structs.replace(
                    link, parent=parent, child=child, stated_parent=link.parent, stated_child=link.child
                )


def standing(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """Those of ``rows`` that count."""
    return [row for row in rows if not row.erroneous]
