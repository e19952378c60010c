"""The store of a hub and its doors; what is behind them is a SQLite file or a PostgreSQL database.

What holds for both: a reading sees one state from its beginning to its end and never waits for a writer. Writers are
serialised, also across processes and machines: a writing transaction has the write lock before it reads anything, so
what it decides on can't change under it, and the log has one sequencer at a time. A commit is on disk when it returns.
Nothing read here is remembered between transactions: another process may write at any time.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from hub.errors import StoreBusy
from hub.store.core.place import Place

Reading = Connection
Writing = Connection
T = TypeVar("T")

BUSY_TIMEOUT_S = 20
TRIES = 4
"""So often is a piece of work begun that another one undid."""
_PAUSE_S = 0.05
_LOG = logging.getLogger(__name__)


class Undone(StoreBusy):
    """The database undid the whole transaction because of another one (deadlock, serialisation): it may be repeated."""


class Store(ABC):
    """One database; ``reading()``, ``looking()``, ``writing()`` and ``write()`` are its only doors."""

    place: Place

    @abstractmethod
    def reading(self) -> AbstractContextManager[Reading]:
        """A read transaction: everything in it sees the same state."""

    @contextmanager
    def whole(self) -> Iterator[Reading]:
        """The same, and for a store of which an organisation sees a part: past every policy."""
        with self.reading() as connection:
            yield connection

    @abstractmethod
    def looking(self) -> AbstractContextManager[Reading]:
        """A read transaction behind views, on which nobody sees anything until ``look_as`` says who looks."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Writing]:
        """The only writing transaction at this time; committed at the end, rolled back on an error."""

    @contextmanager
    def shaping(self) -> Iterator[Writing]:
        """The same, to change the tables themselves, where a view may hide one."""
        with self.writing() as connection:
            yield connection

    def write(self, work: Callable[[Writing], T]) -> T:
        """``work`` in a writing transaction, begun again a few times when the database undid it for another's sake."""
        for left in reversed(range(TRIES)):
            try:
                with self.writing() as connection:
                    return work(connection)
            except Undone as error:
                if not left:
                    raise
                _LOG.warning("%s; it is begun again", error)
                time.sleep(_PAUSE_S * (TRIES - left))
        raise AssertionError("unreachable")

    @abstractmethod
    def check_writable(self, within: float, room: int) -> None:
        """``StoreBusy`` when nobody else can write for ``within`` seconds, ``StoreFull`` with less than ``room`` bytes.

        Nothing is written; the write lock is had for a moment.
        """

    @abstractmethod
    def copy_to(self, target: Path) -> None:
        """A SQLite file ``target`` with everything that is here at one moment; writers go on meanwhile."""

    @abstractmethod
    def close(self) -> None:
        """Give back every connection."""


def busy() -> StoreBusy:
    """Others hold the store for too long."""
    return StoreBusy("the store is busy with others", advice="try again in a few seconds")
