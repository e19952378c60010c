"""Pictures to symbols: cheap passes first, harder ones while something is missing, within a budget."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from vision.agreement import Ballot, Opinion
from vision.charset import check_charsets
from vision.errors import (
    NotAPicture,
    OptionRefused,
    PictureDamaged,
    PictureRefused,
    PictureTooLarge,
    PictureTooSmall,
)
from vision.formats import ALL, Format
from vision.passes import PASSES, Pass, Variant, moved_back
from vision.picture import Grey, PictureLimits, load_grey
from vision.readers import READERS, Question, Reader, Sighting
from vision.symbol import Reading, Reason, reason_for

Clock = Callable[[], float]
"""Seconds from any origin, never going back."""

_REFUSALS: Mapping[type[PictureRefused], Reason] = {
    NotAPicture: Reason.NOT_A_PICTURE,
    PictureTooLarge: Reason.PICTURE_TOO_LARGE,
    PictureTooSmall: Reason.PICTURE_TOO_SMALL,
    PictureDamaged: Reason.PICTURE_DAMAGED,
}


class DecodeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a station asks for.

    ``expected``: stop as soon as so many symbols are decided; None: as soon as any is and nothing is left in doubt.
    ``charsets``: the ladder for symbols that declare none. ``budget``: seconds after which no further pass begins;
    it needs a ``clock``. ``exclude_readers``: names of readers not to ask.

    Raises:
        OptionRefused: a value that means nothing.
    """

    formats: frozenset[Format] = ALL
    expected: int | None = None
    charsets: tuple[str, ...] = ("utf-8", "gb18030")
    budget: float | None = None
    clock: Clock | None = None
    exclude_readers: frozenset[str] = frozenset()
    limits: PictureLimits = PictureLimits()

    def __post_init__(self) -> None:
        if not self.formats:
            raise OptionRefused("no symbol format asked for", advice=f"known: {', '.join(Format)}")
        if self.expected is not None and self.expected < 1:
            what = f"expected {self.expected} symbols"
            raise OptionRefused(what, advice="give 1 or more, or leave it out")
        if self.budget is not None and self.clock is None:
            raise OptionRefused("a time budget needs a clock", advice="pass clock=time.monotonic")
        check_charsets(self.charsets)


def decode(picture_bytes: bytes, options: DecodeOptions) -> Reading:
    """Reads the symbols in the bytes of a PNG, JPEG, BMP, TIFF or WebP file.

    Never raises for what is in the bytes: a file that is no picture is a `Reading` with its reason.
    """
    try:
        picture = load_grey(picture_bytes, options.limits)
    except PictureRefused as refusal:
        return Reading(reason=_REFUSALS[type(refusal)], detail=str(refusal))
    return decode_grey(picture, options)


def decode_grey(picture: Grey, options: DecodeOptions) -> Reading:
    """Reads the symbols in a grey picture with sides of at least ``limits.min_side`` pixels."""
    begun = options.clock() if options.clock else 0.0
    ballot = Ballot()
    tried: list[str] = []
    for attempt, reader in _plan(picture, options, READERS):
        if options.clock and options.budget is not None and tried and options.clock() - begun > options.budget:
            break
        tried.append(attempt.name)
        _run(attempt, reader, picture, options, ballot)
        if _is_enough(ballot, options.expected):
            break
    symbols, undecided = ballot.decided(), ballot.undecided()
    return Reading(
        symbols=symbols,
        undecided=undecided,
        reason=reason_for(symbols, undecided, options.expected),
        passes=tuple(tried),
        elapsed=options.clock() - begun if options.clock else None,
    )


def _plan(picture: Grey, options: DecodeOptions, readers: Mapping[str, Reader]) -> Iterator[tuple[Pass, Reader]]:
    for attempt in PASSES:
        reader = readers[attempt.reader]
        unfit = (
            reader.read is None
            or reader.name in options.exclude_readers
            or not attempt.fits(picture)
            or not options.formats & reader.formats & attempt.formats
            # Without a number to stop at, the quick look could stop at the first of many.
            or (not attempt.thorough and options.expected is None)
        )
        if not unfit:
            yield attempt, reader


def _run(attempt: Pass, reader: Reader, picture: Grey, options: DecodeOptions, ballot: Ballot) -> None:
    assert reader.read is not None
    variant = attempt.prepare(picture)
    wanted = options.formats & reader.formats & attempt.formats
    sightings = reader.read(variant.picture, Question(wanted, options.charsets, attempt.thorough))
    ballot.cast(
        Opinion(reader.name, attempt.variant),
        [_in_original(sighting, variant) for sighting in sightings],
    )


def _in_original(sighting: Sighting, variant: Variant) -> Sighting:
    polygon = moved_back(sighting.polygon, variant.back)
    symbol = sighting.symbol and msgspec.structs.replace(sighting.symbol, polygon=polygon)
    return Sighting(sighting.format, polygon, symbol)


def _is_enough(ballot: Ballot, expected: int | None) -> bool:
    if expected is not None:
        return len(ballot.decided()) >= expected
    return bool(ballot.decided()) and not ballot.undecided()
