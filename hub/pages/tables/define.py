"""A table's definition: its columns, typed, each with how a row fills it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from hub.pages.speech import Speech
from hub.pages.tables.cells import Cell

R = TypeVar("R")


class Kind(StrEnum):
    """What a column holds; it decides on which side it stands and how it is exported."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    STATE = "state"


class Column(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """``title`` is said in the reader's language, ``uom`` stands behind it. ``help`` is a topic of ``help_texts``.

    ``falling``: sorted the other way first, as for figures where much is bad. ``picture``: neither sorted nor exported.
    """

    id: str
    title: str
    cell: Callable[[R, Speech], Cell]
    kind: Kind = Kind.TEXT
    uom: str = ""
    help: str | None = None
    falling: bool = False
    picture: bool = False
    head: bool = False
    """Whether it names the row."""
    shown: bool = True
    """False: in exports only."""


class Empty(msgspec.Struct, frozen=True):
    """What stands in the place of rows that are not there, and what to do."""

    text: str
    advice: str = ""


class Definition(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """``id`` names the table in addresses and files; ``title`` its caption for those who do not see it."""

    id: str
    title: str
    columns: Sequence[Column[R]]
    empty: Empty
    page: int = 100
    """Rows shown at once; exports hold all."""
    cards: bool = True
    """One card a row on phones."""


class Filled(msgspec.Struct, frozen=True):
    """A definition with its rows."""

    definition: Definition[Any]
    rows: Sequence[Any]
