"""A store whose next writing transaction also notes that it was made: both are committed, or neither."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from hub.store.core.database import Reading, Store, Writing

Mark = Callable[[Writing], None]


class MarkedStore(Store):
    """``mark`` is called at the end of each writing transaction, within it."""

    def __init__(self, store: Store, mark: Mark) -> None:
        self.place = store.place
        self._store = store
        self._mark = mark

    def reading(self) -> AbstractContextManager[Reading]:
        """As the store's own."""
        return self._store.reading()

    def looking(self) -> AbstractContextManager[Reading]:
        """As the store's own."""
        return self._store.looking()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A writing transaction that ends with the mark."""
        with self._store.writing() as connection:
            yield connection
            self._mark(connection)

    def check_writable(self, within: float, room: int) -> None:
        """As the store's own."""
        self._store.check_writable(within, room)

    def copy_to(self, target: Path) -> None:
        """As the store's own."""
        self._store.copy_to(target)

    def close(self) -> None:
        """Whoever opened the store closes it."""
