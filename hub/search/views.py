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
    latest_only: bool = False
    """Numbers that hold the text further in were looked for among those written last only; there are too many."""
    older: int | None = None
    """Ask with this as ``before`` to look for them further back; null where nothing is left."""
    not_all: bool = False
    """Of the numbers that begin or end so not all were looked at: with more of the number the answer is whole."""
    problem: str = ""
    """Why a question that looks like a code could not be read as one."""


class Corner(msgspec.Struct, frozen=True, kw_only=True):
    """In pixels of the picture as sent, ``x`` to the right and ``y`` down."""

    x: float
    y: float


class PhotoSymbol(msgspec.Struct, frozen=True, kw_only=True):
    """One code in a photo, and what it is. ``text`` shows control characters as ``<GS>``, ``\\x..``."""

    text: str
    symbology: str
    """Its identifier of ISO/IEC 15424; '' where the reader tells none."""
    format: str
    corners: tuple[Corner, ...]
    read_as: str | None
    hits: tuple[Hit, ...]
    truncated: bool
    problem: str = ""
    """Why it names nothing that can be looked up."""


class PhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """The codes in a photo. ``reason`` says why there is none; ``undecided`` places look like a code and can't be read.

    ``failed``: the picture was not read to its end, so nothing is known of it.
    """

    symbols: tuple[PhotoSymbol, ...]
    left_out: int
    undecided: int
    reason: str
    failed: bool
