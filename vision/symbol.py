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
    UNEXPECTED = "UNEXPECTED"
    """Read, but not what is expected here: pattern, length or check digit do not fit."""
    FEWER_THAN_EXPECTED = "FEWER_THAN_EXPECTED"
    """Some symbols, nothing else in sight, but not as many as expected."""
    NOT_A_PICTURE = "NOT_A_PICTURE"
    PICTURE_TOO_LARGE = "PICTURE_TOO_LARGE"
    PICTURE_TOO_SMALL = "PICTURE_TOO_SMALL"
    PICTURE_DAMAGED = "PICTURE_DAMAGED"
    READER_FAILED = "READER_FAILED"
    """The process that read the picture crashed, ran out of memory or of time; nothing is known of the picture."""


PICTURE_REASONS = frozenset(
    {Reason.NOT_A_PICTURE, Reason.PICTURE_TOO_LARGE, Reason.PICTURE_TOO_SMALL, Reason.PICTURE_DAMAGED}
)
"""Reasons that speak of the bytes, not of what the camera saw."""


class Modules(msgspec.Struct, frozen=True, kw_only=True):
    """The modules of a matrix code as a reader sampled them: row by row, a byte each, 1 dark; ``width`` of a row."""

    width: int
    bits: bytes


class Quality(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How well a symbol is marked, as far as a picture says it: *relative estimates*, each from 0 to 1.

    They follow ISO/IEC 15415 (matrix) and 15416 (linear) by name and idea, but a station's light and camera are no
    calibrated reflectometer: compare them with themselves over time, not with a verifier. None: not to be told here.
    ``contrast`` of light and dark; ``modulation`` of the weaker modules or elements within that contrast;
    ``fixed_pattern``: part of the finder and clock modules that are right; ``axial``: 1 is as wide as high, less is
    stretched; ``quiet_zone``: part of it that is quiet; ``unused_correction``: error correction left over;
    ``defects``: 1 is no spot or void, of linear codes.
    """

    contrast: float | None = None
    modulation: float | None = None
    fixed_pattern: float | None = None
    axial: float | None = None
    quiet_zone: float | None = None
    unused_correction: float | None = None
    defects: float | None = None


class Symbol(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol, decided.

    ``raw`` is exact: FNC1 between fields is the byte 0x1D, and the FNC1 in first position is what ``symbology``
    says (``]d2``, ``]Q3``, ``]C1``). ``symbology`` is the identifier of ISO/IEC 15424 and is empty where the
    reader gives none. ``charset`` names what turned ``raw`` into ``text``; it is empty where nothing fitted, and
    ``text`` then shows the undecodable bytes as escapes. ``eci`` is the first one declared in the symbol.
    ``unused_correction`` is the part of its error correction that was not needed, where the reader tells it.
    ``modules`` are there only while the symbol is graded, ``quality`` where grading was asked for.
    """

    text: str
    raw: bytes
    symbology: str
    format: Format
    polygon: Polygon
    readers: tuple[str, ...]
    charset: str = "utf-8"
    eci: int | None = None
    unused_correction: float | None = None
    modules: Modules | None = None
    quality: Quality | None = None


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
    for reason in (Reason.DISAGREE, Reason.UNEXPECTED, Reason.UNCONFIRMED, Reason.UNREADABLE):
        if reason in seen:
            return reason
    return Reason.FEWER_THAN_EXPECTED if symbols else Reason.NONE_FOUND
