"""The numbers of shapes: what results have in common stands once.

What was found is kept with the connection that found it, and for as long as it is certain: it is forgotten when
anything on that connection is undone, or when anybody has changed the tables themselves. Shapes are only ever added, so
other processes and connections make nothing untrue that is kept.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from typing import Any

from sqlalchemy import Connection

from hub.store.core.database import Writing
from hub.store.packed.layout import SHAPE

MOST = 50_000
"""So many are kept at most."""
_KEPT = "shapes"
_OF_SHAPE = ", ".join(SHAPE)
# in the words of the index
_FIND = (
    "SELECT id FROM result_shape WHERE author = ? AND chain = ? AND part = ? AND operation = ? AND work_cell = ?"
    " AND ifnull(plant, x'') = ifnull(?, x'') AND verdict = ? AND purpose = ?"
    " AND ifnull(plan, x'') = ifnull(?, x'') AND flags = ?"
)
_ADD = f"INSERT INTO result_shape ({_OF_SHAPE}) VALUES ({', '.join('?' * len(SHAPE))})"
Shape = tuple[Any, ...]
"""What a row says of ``SHAPE``, in this order; flags as text."""


class Shapes:
    """The numbers that are known on a connection."""

    def __init__(self, connection: Writing) -> None:
        self._connection = connection
        version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
        kept: tuple[int, dict[Shape, int]] | None = connection.info.get(_KEPT)
        if kept is None or kept[0] != version or len(kept[1]) > MOST:
            kept = connection.info[_KEPT] = (version, {})
        self._known = kept[1]

    def number(self, shape: Shape) -> int:
        """Its number; it is there from now on."""
        number = self._known.get(shape)
        if number is None:
            number = self._known[shape] = self._found(shape)
        return number

    def _found(self, shape: Shape) -> int:
        found: int | None = self._connection.exec_driver_sql(_FIND, shape).scalar_one_or_none()
        return self._connection.exec_driver_sql(_ADD, shape).lastrowid if found is None else found


def forget_shapes(connection: Connection) -> None:
    """What was written on this connection is undone, so none may be relied on."""
    connection.info.pop(_KEPT, None)
