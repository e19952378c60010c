"""What a search answers."""

from enum import StrEnum

import msgspec


class HitKind(StrEnum):
    """What a hit is."""

    UNIT = "unit"
    LOT = "lot"
    PART = "part"
    PLANT = "plant"
    AGENT = "agent"
    ORGANISATION = "organisation"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; ``title`` is its name or number, ``detail`` (en, zh) says which part or company."""

    kind: HitKind
    id: str
    title: str
    title_zh: str = ""
    detail: str = ""
    detail_zh: str = ""
    url: str
    known: bool = True
    """False: a well-formed identity of which the hub holds no record."""


class SearchView(msgspec.Struct, frozen=True, kw_only=True):
    """Hits, best first. ``read_as``: the canonical identity when the question was a code or link."""

    query: str
    read_as: str | None
    hits: tuple[Hit, ...]
    truncated: bool
    problem: str = ""
    """Why a question that looks like a code could not be read as one."""
