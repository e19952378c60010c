"""Who wants to know how far the reading of a table is, and may stop it.

What is told goes to whoever watches in the same thread, so that no reader has to pass it on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EVERY = 500
"""Rows between two words."""
Told = Callable[[int], None]
_watching: ContextVar[Told | None] = ContextVar("watching", default=None)


@contextmanager
def watching(told: Told) -> Iterator[None]:
    """``told`` hears, until the block is left, how many rows of a table were read; what it raises ends the reading."""
    token = _watching.set(told)
    try:
        yield
    finally:
        _watching.reset(token)


def tell_rows(rows: int) -> None:
    """So many rows were read."""
    told = _watching.get()
    if told is not None and rows % EVERY == 0:
        told(rows)
