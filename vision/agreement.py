"""What the passes say together: a wrong read is worse than none.

Sightings are gathered by place. At one place

- the same content from several passes is one symbol, confirmed by each reader that gave it;
- different contents leave the place undecided (DISAGREE), with all readings kept;
- a matrix code outranks a linear "code" seen within it, since its error correction cannot be fooled by texture;
- a linear code that only the second reader saw needs a second opinion: another reader or variant of the picture;
- a weak symbology (EAN, UPC, ITF) needs two opinions, one of them from the levelled picture, since readers and
  variants agree all too well on what a tilted scan cuts short; where its modules have fewer than two pixels, one
  must come from a doubled picture or another reader, since all variants of the picture's own scale misread it alike;
- a shorter ITF that is part of a longer one, or UPC-E within EAN-13, is such a cut and no rival;
- a place that was only located is UNREADABLE, unless a later pass reads it.
"""

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.formats import CORRECTED, RETAIL, WEAK, Format
from vision.passes import LEVELLED
from vision.readers import DMTX, ZBAR, Sighting
from vision.symbol import Polygon, Reason, Symbol, Undecided

SAME_PLACE = 0.25
"""Shared area over the smaller area from which two polygons are one place."""

LINEAR_HALF_HEIGHT = 0.1
"""Readers report only the rows they scanned of a linear code: widen to this part of its length on either side."""

RETAIL_MODULES = {Format.UPC_E: 51, Format.EAN_8: 67, Format.EAN_13: 95, Format.UPC_A: 95}
"""Width in modules: the fewer, the more easily found within the bars of another (ISO/IEC 15420)."""

NARROW = 2.0
"""Pixels of a module below which the picture's own scale is misread alike in all its variants."""

GS = b"\x1d"

WITHOUT_IDENTIFIER = frozenset({ZBAR, DMTX})
"""Readers that give no symbology identifier, and lose FNC1."""


class Opinion(NamedTuple):
    """Who looked at what."""

    reader: str
    variant: str


class Claim(msgspec.Struct):
    """One content claimed for a place, and who claims it."""

    symbol: Symbol
    opinions: set[Opinion]


class Place(msgspec.Struct, eq=False):
    """Where something was seen; no claim means located only. Equal only to itself."""

    format: Format
    polygon: Polygon
    area: NDArray[np.float32]
    claims: list[Claim]


class Ballot:
    """Collects sightings pass by pass; places are compared in the original picture's coordinates."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def cast(self, opinion: Opinion, sightings: Iterable[Sighting]) -> None:
        """Counts what one pass saw; two sightings of one pass are two places, as its reader told them apart."""
        answered: list[Place] = []
        for sighting in sorted(sightings, key=lambda seen: seen.symbol is None):
            place = self._count(opinion, sighting, answered)
            if place is not None:
                answered.append(place)

    def _count(self, opinion: Opinion, sighting: Sighting, answered: list[Place]) -> Place | None:
        area = _area(sighting)
        near = [place for place in self._places if _overlap(area, place.area)]
        if any(_outranks(place, sighting) for place in near):
            return None
        if sighting.symbol is None:
            return None if near else self._add(sighting, area, [])
        for place in near:
            for claim in place.claims:
                if _same_content(claim.symbol, sighting.symbol):
                    _confirm(claim, sighting.symbol, opinion)
                    return place
        if any(_is_mute(place, sighting.symbol) for place in near):
            return None
        if any(_is_cut(sighting.symbol, claim.symbol) for place in near for claim in place.claims):
            return None
        near = self._without_fragments(near, sighting.symbol)
        return self._claim(sighting, area, Claim(sighting.symbol, {opinion}), near, answered)

    def _claim(
        self,
        sighting: Sighting,
        area: NDArray[np.float32],
        claim: Claim,
        near: list[Place],
        answered: list[Place],
    ) -> Place:
        for place in near:
            if place in answered:
                continue
            if not place.claims:
                place.format, place.polygon, place.area = sighting.format, sighting.polygon, area
            place.claims.append(claim)
            return place
        return self._add(sighting, area, [claim])

    def _without_fragments(self, near: list[Place], symbol: Symbol) -> list[Place]:
        """Forgets linear codes that turn out to be texture of a matrix code, and what was cut short."""
        fragments = [
            place
            for place in near
            if (symbol.format in CORRECTED and place.format not in CORRECTED)
            or (place.claims and all(_is_cut(claim.symbol, symbol) for claim in place.claims))
        ]
        self._places = [place for place in self._places if place not in fragments]
        return [place for place in near if place not in fragments]

    def _add(self, sighting: Sighting, area: NDArray[np.float32], claims: list[Claim]) -> Place:
        place = Place(sighting.format, sighting.polygon, area, claims)
        self._places.append(place)
        return place

    def decided(self) -> tuple[Symbol, ...]:
        """Symbols on which everyone agrees, and enough of them, in the order found."""
        return tuple(place.claims[0].symbol for place in self._places if _doubt(place) is None)

    def undecided(self) -> tuple[Undecided, ...]:
        """All other places."""
        return tuple(_told(place, reason) for place in self._places if (reason := _doubt(place)) is not None)

    def places(self) -> tuple[Undecided, ...]:
        """All places with what was read there, whether decided or not."""
        return tuple(_told(place, _doubt(place) or Reason.UNEXPECTED) for place in self._places)


def _told(place: Place, reason: Reason) -> Undecided:
    rivals = tuple(claim.symbol for claim in place.claims)
    return Undecided(reason=reason, polygon=place.polygon, format=place.format, rivals=rivals)


def _doubt(place: Place) -> Reason | None:
    if not place.claims:
        return Reason.UNREADABLE
    if len(place.claims) > 1:
        return Reason.DISAGREE
    symbol, opinions = place.claims[0].symbol, place.claims[0].opinions
    second_hand = _is_second_hand(symbol) and symbol.format not in CORRECTED
    tilted = symbol.format in WEAK and all(opinion.variant not in LEVELLED for opinion in opinions)
    if tilted or ((symbol.format in WEAK or second_hand) and len(opinions) < 2):
        return Reason.UNCONFIRMED
    plain = all("doubled" not in opinion.variant for opinion in opinions)
    if symbol.format in WEAK and _module(symbol) < NARROW and plain and len({by.reader for by in opinions}) < 2:
        return Reason.UNCONFIRMED
    return None


def _module(symbol: Symbol) -> float:
    """Pixels of a module, from the length over all; an ITF digit is 9 modules wide (ISO/IEC 16390, ratio 3)."""
    modules = RETAIL_MODULES.get(symbol.format, 9 * len(symbol.raw) + 9)
    corners = np.array(symbol.polygon, np.float64)
    return float(max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[1]))) / modules


def _outranks(place: Place, sighting: Sighting) -> bool:
    return bool(place.claims) and place.format in CORRECTED and sighting.format not in CORRECTED


def _is_cut(short: Symbol, long: Symbol) -> bool:
    """Whether one read is what a tilted scan line makes of part of the other's bars."""
    if short.format in RETAIL_MODULES and long.format in RETAIL_MODULES:
        return RETAIL_MODULES[short.format] < RETAIL_MODULES[long.format]
    both_itf = short.format == long.format == Format.ITF
    return both_itf and len(short.raw) < len(long.raw) and short.raw in long.raw


def _confirm(claim: Claim, symbol: Symbol, opinion: Opinion) -> None:
    claim.opinions.add(opinion)
    readers = claim.symbol.readers + tuple(name for name in symbol.readers if name not in claim.symbol.readers)
    # The reader that knows the symbology identifier and the exact bytes speaks for both.
    best = claim.symbol if claim.symbol.symbology or not symbol.symbology else symbol
    claim.symbol = msgspec.structs.replace(best, readers=readers)


def _is_mute(place: Place, symbol: Symbol) -> bool:
    """zbar re-encodes what is not ASCII, so on such content it can neither confirm nor contradict."""
    return any(
        (ZBAR in claim.symbol.readers or ZBAR in symbol.readers)
        and not (claim.symbol.raw.isascii() and symbol.raw.isascii())
        for claim in place.claims
    )


def _same_content(one: Symbol, other: Symbol) -> bool:
    if one.format != other.format and not {one.format, other.format} <= RETAIL:
        return False
    if _is_second_hand(one) == _is_second_hand(other):
        return one.raw == other.raw
    if DMTX in one.readers + other.readers:
        return one.raw.replace(GS, b"") == other.raw.replace(GS, b"")
    return _bare(one) == _bare(other)


def _is_second_hand(symbol: Symbol) -> bool:
    return WITHOUT_IDENTIFIER.issuperset(symbol.readers)


def _bare(symbol: Symbol) -> bytes:
    """Content without what zbar gives differently: FNC1 at the ends, and the leading zero of UPC-A."""
    if symbol.format in RETAIL and symbol.format != Format.EAN_8:
        return symbol.raw.rjust(13, b"0")
    return symbol.raw.strip(GS)


def _area(sighting: Sighting) -> NDArray[np.float32]:
    corners = np.array(sighting.polygon, np.float32)
    if sighting.format not in CORRECTED:
        along = max(corners[1] - corners[0], corners[2] - corners[1], key=lambda edge: float(edge @ edge))
        across = np.array([-along[1], along[0]], np.float32) * np.float32(LINEAR_HALF_HEIGHT)
        corners = np.vstack([corners + across, corners - across])
    return np.asarray(cv2.convexHull(corners), np.float32)


def _overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    smaller = min(cv2.contourArea(one), cv2.contourArea(other))
    if smaller <= 0:
        return False
    shared, _ = cv2.intersectConvexConvex(one, other)
    return bool(shared >= SAME_PLACE * smaller)
