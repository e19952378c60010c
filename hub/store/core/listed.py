"""Rows whose columns stand in a long list, looked up by index on both databases.

SQLite reads a whole table where pairs of columns are compared with a list of pairs, whatever index there is; with pairs
that come out of a question it takes the index. So there the list is given as one JSON text. One statement may then
name the same list many times without using up variables, and its words are the same for every length of list.
"""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, String, bindparam, func, select, tuple_

from hub.store.core.dialect import is_postgres

Pair = tuple[int, int]


def pairs_in(
    connection: Connection, one: Column[int], other: Column[int], pairs: Collection[Pair]
) -> ColumnElement[bool]:
    """Whether two columns together are one of ``pairs``."""
    both = tuple_(one, other)
    if is_postgres(connection.dialect):
        return both.in_(list(pairs))
    return both.in_(_each_pair(_text(list(pairs))))


def listed(column: Column[str] | Column[int], name: str, *, postgres: bool) -> ColumnElement[bool]:
    """Whether a column is one of those given as ``name``: for statements that are made once."""
    if postgres:
        return column.in_(bindparam(name, expanding=True))
    each = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return column.in_(select(each.c.value))


def pairs_listed(one: Column[int], other: Column[int], name: str, *, postgres: bool) -> ColumnElement[bool]:
    """The same of two columns and pairs."""
    both = tuple_(one, other)
    if postgres:
        return both.in_(bindparam(name, expanding=True))
    return both.in_(_each_pair(bindparam(name, type_=String)))


def given(values: Collection[str] | Collection[int] | Collection[Pair], *, postgres: bool) -> object:
    """What is given for such a name."""
    return list(values) if postgres else msgspec.json.encode(list(values)).decode()


def _each_pair(text: ColumnElement[str]) -> Select[Any]:
    each = func.json_each(text).table_valued("value")
    return select(func.json_extract(each.c.value, "$[0]"), func.json_extract(each.c.value, "$[1]"))


def _text(values: object) -> ColumnElement[str]:
    return bindparam(None, msgspec.json.encode(values).decode(), unique=True)
