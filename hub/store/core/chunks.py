"""Long lists of values in pieces that fit one statement (SQLite takes 32766 variables, PostgreSQL 65535)."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

V = TypeVar("V")
CHUNK = 5000


def in_chunks(values: Collection[V], most: int = CHUNK) -> Iterator[Sequence[V]]:
    """Distinct ``values``, at most ``most`` at a time; sorted by their text, so that a statement's text is stable."""
    ordered = sorted(set(values), key=repr)
    for begin in range(0, len(ordered), most):
        yield ordered[begin : begin + most]
