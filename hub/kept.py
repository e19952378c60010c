"""Answers about a plant that are costly to make, kept for as long as nothing that they rest on has changed.

What is kept is found again only by who sees the same, asks the same, within the same minute, and while no batch of the
plant's own agents, of the hub (what is entered, master data, policies) or of an author that belongs to no plant has
come since: others change nothing of a plant's figures. The minute ends what depends on the time alone: policies and
plans that come into force, waits that are still going on, records that were set aside and are read now.

It is kept for the operator, who sees everything, and for organisations about their own plants, each by its own eyes.
What an organisation sees of others is neither kept nor looked up: so nobody is given what another one saw, and each
look at others is noted in the audit log.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from hub.accounts.asker import Asker
from hub.store.core.database import Reading
from hub.store.ledger.positions import end_of_log, last_of_authors
from hub.store.master.queries import read_master

T = TypeVar("T")
MOST_KEPT = 128
MOST_BEHIND = 5000
"""More new batches than that are not looked through: everything counts as changed."""
_TURNS = 16
_Key = tuple[Hashable, ...]


class KeptAnswers:
    """Of each question the latest answer, of at most ``most`` questions."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, tuple[_Key, Any]] = OrderedDict()
        self._turn = threading.Lock()
        self._making = tuple(threading.Lock() for _ in range(_TURNS))
        self._positions = Positions()

    def answer(  # noqa: PLR0917 - who asks what when, and how it is answered
        self,
        connection: Reading,
        asker: Asker,
        plant: str,
        question: _Key,
        now: datetime,
        make: Callable[[], T],
    ) -> T:
        """What ``make`` says about ``plant``; ``question`` names all that it depends on beside the records.

        ``connection`` must show what ``asker`` may see.
        """
        if not _is_kept_for(connection, asker, plant):
            return make()
        key = (asker.eyes, plant, question)
        with self._making[hash(key) % _TURNS]:  # of many who ask at once, one makes it
            position = self._positions.of(connection, plant)
            if position is None:
                return make()
            state: _Key = (position, now.replace(second=0, microsecond=0))
            known = self._found(key, state)
            if known is None:
                known = (make(),)
                self._keep(key, state, known)
            return cast("T", known[0])

    def forget(self) -> None:
        """Every answer is made anew when it is asked for."""
        with self._turn:
            self._kept.clear()

    def _found(self, key: _Key, state: _Key) -> tuple[Any] | None:
        with self._turn:
            known = self._kept.get(key)
            if known is None or known[0] != state:
                return None
            self._kept.move_to_end(key)
            return cast("tuple[Any]", known[1])

    def _keep(self, key: _Key, state: _Key, answer: tuple[Any]) -> None:
        with self._turn:
            self._kept[key] = (state, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class Positions:
    """Up to which position of the log something was said of each plant, as far as new batches were looked through."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._end: int | None = None
        self._base = 0
        self._last: dict[str, int] = {}

    def of(self, connection: Reading, plant: str) -> int | None:
        """Of a plant; None where this reading's state of the store is older than one that was looked at before."""
        end, authors = end_of_log(connection), read_master(connection).authors
        strangers = {author for author, entry in authors.items() if entry.plant not in (plant, None)}
        with self._turn:
            if self._end is not None and end < self._end:
                return None
            self._look(connection, end)
            return max((last for author, last in self._last.items() if author not in strangers), default=self._base)

    def _look(self, connection: Reading, end: int) -> None:
        if self._end is None or end - self._end > MOST_BEHIND:
            self._base, self._last = end, {}
        elif end > self._end:
            self._last |= {author: last + 1 for author, last in last_of_authors(connection, self._end).items()}
        self._end = end


def _is_kept_for(connection: Reading, asker: Asker, plant: str) -> bool:
    if asker.is_operator:
        return True
    entry = read_master(connection).plants.get(plant)
    return entry is not None and entry.organisation.id == asker.organisation and not asker.preview


def kept_of(request: Request) -> KeptAnswers:
    """Who keeps the answers of this application."""
    kept = request.app.state.kept
    assert isinstance(kept, KeptAnswers)
    return kept


UsesKept = Annotated[KeptAnswers, Depends(kept_of)]
