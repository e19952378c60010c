"""Which record came first, whatever order the records arrived in.

Within one author's chain the record sequence decides: the chain is signed and has no gaps. Across chains the
disciplined ``event_time`` decides. A clock that was set back inside a chain must not move its records before each
other, so a chain's time never runs backwards here: each record counts as happening no earlier than the submissions
that precede it in its chain. Ties are broken by author and chain, never by arrival.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Recorded(Protocol):
    """What places a record: its chain, its number there, and the disciplined time of what it tells."""

    @property
    def author(self) -> str:
        """Who sealed the record."""

    @property
    def chain(self) -> str:
        """The author's chain that holds it."""

    @property
    def record_seq(self) -> int:
        """Its number within the chain."""

    @property
    def event_time(self) -> datetime:
        """When it happened (time zone-aware)."""


R = TypeVar("R", bound=Recorded)


def distinct(records: Iterable[R]) -> list[R]:
    """Each record once, by (author, chain, record_seq).

    Should two different contents claim one place, the same one is taken whichever arrived first.
    """
    kept: dict[tuple[str, str, int], R] = {}
    for record in records:
        place = (record.author, record.chain, record.record_seq)
        rival = kept.get(place)
        if rival is None or (rival != record and repr(record) < repr(rival)):
            kept[place] = record
    return list(kept.values())


def in_order(records: Iterable[R], is_submission: Callable[[R], bool]) -> list[R]:
    """These records of one unit at one operation, earliest first."""
    chains: defaultdict[tuple[str, str], list[R]] = defaultdict(list)
    for record in records:
        chains[record.author, record.chain].append(record)
    placed: list[tuple[tuple[datetime, str, str, int], R]] = []
    for (author, chain), members in chains.items():
        latest: datetime | None = None
        for record in sorted(members, key=lambda member: member.record_seq):
            if is_submission(record):
                latest = record.event_time if latest is None else max(latest, record.event_time)
            placed.append(((latest or record.event_time, author, chain, record.record_seq), record))
    return [record for _, record in sorted(placed, key=lambda pair: pair[0])]
