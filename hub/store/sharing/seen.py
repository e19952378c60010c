"""A store as one organisation sees it: the same readings of the same database, and only what it may see in them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from hub.errors import NotAllowed
from hub.store.core.database import Reading, Store, Writing
from hub.store.sharing.views import Ground, Noted, look_as, settle_notes

GroundOf = Callable[[Reading], Ground]
Told = Callable[[Ground, Noted], None]


class SeenStore(Store):
    """``ground_of`` says in each reading what may be seen, ``told`` is given what was looked at of others."""

    def __init__(self, whole: Store, ground_of: GroundOf, told: Told) -> None:
        self.place = whole.place
        self._whole = whole
        self._ground_of = ground_of
        self._told = told

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction that sees what the organisation may see."""
        with self._whole.looking() as connection:
            ground = self._ground_of(connection)
            noted = look_as(connection, ground)
            try:
                yield connection
            finally:
                settle_notes(connection, noted)
                self._told(ground, noted)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Nothing is written by who sees a part only; who may act for an organisation acts on the whole store."""
        raise NotAllowed("an organisation's token does not write here", advice="ask the operator of the hub")
        yield  # pragma: no cover - a context manager is a generator

    @contextmanager
    def whole(self) -> Iterator[Reading]:
        """A read transaction past every policy: for what proves that which was chosen under the policy."""
        with self._whole.whole() as connection:
            yield connection

    def looking(self) -> AbstractContextManager[Reading]:
        """A read transaction on which nothing is seen until ``look_as`` says who looks."""
        return self._whole.looking()

    def check_writable(self, within: float, room: int) -> None:
        """Whether the whole store can be written."""
        self._whole.check_writable(within, room)

    def copy_to(self, target: Path) -> None:
        """Who sees a part takes no copy of the whole."""
        raise NotAllowed("an organisation's token copies no store", where=str(target), advice="ask the hub's operator")

    def close(self) -> None:
        """Nothing of its own is open."""
