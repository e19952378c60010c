"""What a reading of a picture says: symbols, what was seen but not decided, and why."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from vision.formats import Format

Point = tuple[float, float]
"""x (to the right), y (down) in pixels of the picture as stored; EXIF orientation is not applied."""

Polygon = tuple[Point, Point, Point, Point]


class Reason(StrEnum):
    """Why a reading holds no symbol, or fewer than were expected."""

    NONE_FOUND = "NONE_FOUND"
    """Nothing that looks like a symbol of the formats asked for."""
    UNREADABLE = "UNREADABLE"
    """Located, but its error correction could not make sense of it."""
    UNCONFIRMED = "UNCONFIRMED"
    """Read once, in a symbology whose own check is too weak to trust one read."""
    DISAGREE = "DISAGREE"
    """Readers, or variants of the picture, say different things about one place."""
    FEWER_THAN_EXPECTED = "FEWER_THAN_EXPECTED"
    """Some symbols, nothing else in sight, but not as many as expected."""
    NOT_A_PICTURE = "NOT_A_PICTURE"
    PICTURE_TOO_LARGE = "PICTURE_TOO_LARGE"
    PICTURE_TOO_SMALL = "PICTURE_TOO_SMALL"
    PICTURE_DAMAGED = "PICTURE_DAMAGED"


PICTURE_REASONS = frozenset(
    {Reason.NOT_A_PICTURE, Reason.PICTURE_TOO_LARGE, Reason.PICTURE_TOO_SMALL, Reason.PICTURE_DAMAGED}
)
"""Reasons that speak of the bytes, not of what the camera saw."""


class Symbol(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol, decided.

    ``raw`` is exact: FNC1 between fields is the byte 0x1D, and the FNC1 in first position is what ``symbology``
    says (``]d2``, ``]Q3``, ``]C1``). ``symbology`` is the identifier of ISO/IEC 15424 and is empty where the
    reader gives none. ``charset`` names what turned ``raw`` into ``text``; it is empty where nothing fitted, and
    ``text`` then shows the undecodable bytes as escapes. ``eci`` is the first one declared in the symbol.
    """

    text: str
    raw: bytes
    symbology: str
    format: Format
    polygon: Polygon
    readers: tuple[str, ...]
    charset: str = "utf-8"
    eci: int | None = None


class Undecided(msgspec.Struct, frozen=True, kw_only=True):
    """A place that looks like a symbol and is not decided; ``rivals`` are the readings that were made of it."""

    reason: Reason
    polygon: Polygon
    format: Format
    rivals: tuple[Symbol, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one picture.

    ``reason`` is None exactly when there is a symbol (and as many as expected, where that was said).
    ``passes`` are the names of the passes tried, in order; ``elapsed`` is in seconds, None without a clock.
    """

    symbols: tuple[Symbol, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    reason: Reason | None = None
    detail: str = ""
    passes: tuple[str, ...] = ()
    elapsed: float | None = None


def reason_for(symbols: Sequence[Symbol], undecided: Sequence[Undecided], expected: int | None) -> Reason | None:
    """The reason of a reading; the most alarming thing seen wins."""
    if len(symbols) >= (expected or 1):
        return None
    seen = {place.reason for place in undecided}
    for reason in (Reason.DISAGREE, Reason.UNCONFIRMED, Reason.UNREADABLE):
        if reason in seen:
            return reason
    return Reason.FEWER_THAN_EXPECTED if symbols else Reason.NONE_FOUND
