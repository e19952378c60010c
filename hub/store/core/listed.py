"""Rows whose columns stand in a long list, looked up by index on both databases.

SQLite reads a whole table where pairs of columns are compared with a list of pairs, whatever index there is; with pairs
that come out of a question it takes the index. So there the list is given as one JSON text. One statement may then
name the same list many times without using up variables, and its words are the same for every length of list.
"""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.types import NullType

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


def among(column: Column[str] | Column[int], name: str, *, postgres: bool) -> ColumnElement[bool]:
    """As :func:`listed`, in words that are the same for every length of list on a server, too.

    There a plan is kept for them that knows nothing of that length: for questions about one table.
    """
    if postgres:
        return column == any_(array_given(name, column))
    return listed(column, name, postgres=False)


def pairs_listed(one: Column[int], other: Column[int], name: str, *, postgres: bool) -> ColumnElement[bool]:
    """The same of two columns and pairs."""
    both = tuple_(one, other)
    if postgres:
        return both.in_(bindparam(name, expanding=True))
    return both.in_(_each_pair(bindparam(name, type_=String)))


def given(values: Collection[str] | Collection[int] | Collection[Pair], *, postgres: bool) -> object:
    """What is given for such a name."""
    return list(values) if postgres else msgspec.json.encode(list(values)).decode()


def array_given(name: str, column: Column[Any]) -> ColumnElement[Any]:
    """An array of a column's kind, given as :func:`array_text`; without a type, so that the server takes it as one."""
    kind = Text() if isinstance(column.type, String) else column.type  # no collation: the column has one
    return cast(bindparam(name, type_=NullType()), ARRAY(kind))


def given_among(values: Collection[str] | Collection[int], *, postgres: bool) -> str:
    """What is given for a name of :func:`among`."""
    return array_text(values) if postgres else msgspec.json.encode(list(values)).decode()


def array_text(values: Collection[object]) -> str:
    """An array as PostgreSQL reads it (PostgreSQL documentation, 8.15.6): of texts, of numbers or of bytes."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str):
        return _texts(values)  # type: ignore[arg-type] # of one kind
    if isinstance(first, bytes):
        return "{" + ",".join("NULL" if each is None else f'"\\\\x{each.hex()}"' for each in values) + "}"  # type: ignore[attr-defined]
    return "{" + ",".join("NULL" if each is None else str(each) for each in values) + "}"


def _texts(values: Collection[str | None]) -> str:
    if None in values:
        return "{" + ",".join("NULL" if each is None else f'"{_escaped(each)}"' for each in values) + "}"
    whole = "".join(values)  # type: ignore[arg-type] # none is None
    each = map(_escaped, values) if '"' in whole or "\\" in whole else values  # type: ignore[arg-type]
    return '{"' + '","'.join(each) + '"}'  # type: ignore[arg-type]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")


def _each_pair(text: ColumnElement[str]) -> Select[Any]:
    each = func.json_each(text).table_valued("value")
    return select(func.json_extract(each.c.value, "$[0]"), func.json_extract(each.c.value, "$[1]"))


def _text(values: object) -> ColumnElement[str]:
    return bindparam(None, msgspec.json.encode(values).decode(), unique=True)
