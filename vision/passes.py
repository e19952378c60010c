"""What is tried on a picture, cheap first.

A pass is one reader on one variant of the picture; what the variants are for stands in `vision.restore` and
`vision.levelling`. Gains measured on public label sets: doubling with unsharp masking reads what is blurred by half
a module or printed at 1.5 pixels per module; local contrast (CLAHE) reads low contrast and uneven light; one turn by
45 degrees reads matrix codes whose finder search is weakest there; joining dots reads what was peened.
"""

from collections.abc import Callable, Iterator

import msgspec

from vision.formats import ALL, MATRIX, Format
from vision.levelling import inverted, inverted_doubled, levelled, levelled_doubled, levelled_long
from vision.picture import Grey
from vision.readers import DMTX, ZBAR, ZXING
from vision.restore import (
    DOT_DIVISORS,
    deblurred,
    dots_grown,
    dots_joined,
    doubled,
    doubled_crisp,
    evened,
    sharpened,
)
from vision.variant import Variant, mirrored, original, turned_by

LEVELLED = frozenset({"levelled", "levelled doubled", "levelled long", "inverted", "inverted doubled"})
"""Variants in which the bars of a linear code stand upright."""

LINEAR = ALL - MATRIX

OBLONG = frozenset({Format.DATA_MATRIX, Format.RMQR})
"""Readers find the mirrored ones of other formats, and of square DataMatrix codes, by themselves."""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. It is left out where ``prepare`` would begin with more than ``max_pixels``.

    ``locates``: places that look like a symbol but can't be read count too; what was much changed shows too many.
    ``confirms``: it is worth while only where a second opinion is all that is missing.
    """

    name: str
    reader: str
    prepare: Callable[[Grey], Variant]
    thorough: bool = True
    formats: frozenset[Format] = ALL
    max_pixels: int = 100_000_000
    turns: bool = False
    locates: bool = True
    confirms: bool = False

    def fits(self, picture: Grey) -> bool:
        """Whether the picture is small enough; turning a long narrow one makes a large square of it."""
        height, width = picture.shape
        return ((width + height) ** 2 // 2 if self.turns else picture.size) <= self.max_pixels

    @property
    def variant(self) -> str:
        """What the reader gets to see: two passes of one reader on one variant are one opinion, not two."""
        if self.prepare is original:
            return "original"
        return "levelled" if self.prepare is levelled else self.name


def turned(picture: Grey) -> Variant:
    """Turned by 45 degrees."""
    return turned_by(picture, 45.0)


def _dots(divisors: tuple[float, ...]) -> Iterator[Pass]:
    """For dot-peened codes and for noise, which they look like."""
    for divisor in divisors:
        most = round(6_000_000 * divisor)
        grown = {"bright": dots_grown(divisor, bright=True), "dark": dots_grown(divisor, bright=False)}
        joined = {f"dots {divisor:g}": dots_joined(divisor)}
        joined |= {f"{kind} dots {divisor:g}": prepare for kind, prepare in grown.items()}
        for name, prepare in joined.items():
            yield Pass(name=name, reader=ZXING, prepare=prepare, formats=MATRIX, locates=False, max_pixels=most)


_CONFIRM = Pass(
    name="levelled fast",
    reader=ZXING,
    prepare=levelled,
    thorough=False,
    formats=LINEAR,
    turns=True,
    confirms=True,
    max_pixels=40_000_000,
)

PASSES: tuple[Pass, ...] = (
    Pass(name="fast", reader=ZXING, prepare=original, thorough=False),
    _CONFIRM,
    Pass(name="full", reader=ZXING, prepare=original),
    _CONFIRM,
    Pass(name="levelled", reader=ZXING, prepare=levelled, formats=LINEAR, turns=True, max_pixels=40_000_000),
    Pass(name="sharpened", reader=ZXING, prepare=sharpened, locates=False, max_pixels=25_000_000),
    Pass(name="doubled", reader=ZXING, prepare=doubled, max_pixels=6_000_000),
    Pass(
        name="levelled doubled",
        reader=ZXING,
        prepare=levelled_doubled,
        formats=LINEAR,
        turns=True,
        max_pixels=10_000_000,
    ),
    Pass(
        name="levelled long",
        reader=ZXING,
        prepare=levelled_long,
        formats=LINEAR,
        turns=True,
        locates=False,
        max_pixels=40_000_000,
    ),
    *_dots(DOT_DIVISORS[:3]),
    Pass(name="inverted", reader=ZXING, prepare=inverted, formats=LINEAR, turns=True, max_pixels=40_000_000),
    Pass(name="evened", reader=ZXING, prepare=evened),
    Pass(name="turned", reader=ZXING, prepare=turned, formats=MATRIX, turns=True, max_pixels=40_000_000),
    Pass(name="mirrored", reader=ZXING, prepare=mirrored, formats=OBLONG, locates=False),
    Pass(
        name="inverted doubled",
        reader=ZXING,
        prepare=inverted_doubled,
        formats=LINEAR,
        turns=True,
        max_pixels=10_000_000,
    ),
    Pass(name="doubled crisp", reader=ZXING, prepare=doubled_crisp, locates=False, max_pixels=6_000_000),
    *_dots(DOT_DIVISORS[3:]),
    Pass(name="deblurred 4", reader=ZXING, prepare=deblurred(4), locates=False, max_pixels=6_000_000),
    Pass(name="deblurred 2", reader=ZXING, prepare=deblurred(2), locates=False, max_pixels=6_000_000),
    Pass(name="zbar", reader=ZBAR, prepare=original, max_pixels=25_000_000),
    Pass(name="libdmtx", reader=DMTX, prepare=original, max_pixels=4_000_000),
)
"""In this order. Those that fit neither the picture nor the formats asked for are left out.

The one that confirms stands twice: after the quick look, and after the full one where there was no quick look.
"""
