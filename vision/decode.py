"""Pictures to symbols: cheap passes first, harder ones while something is missing, within a budget."""

from collections.abc import Iterator, Mapping

import msgspec

from vision.agreement import Ballot, Opinion
from vision.errors import NotAPicture, PictureDamaged, PictureRefused, PictureTooLarge, PictureTooSmall
from vision.expectation import is_expected
from vision.formats import CORRECTED
from vision.grade.grading import graded
from vision.options import DecodeOptions
from vision.passes import PASSES, Pass
from vision.picture import Grey, load_grey
from vision.readers import READERS, Question, Reader, Sighting
from vision.symbol import Reading, Reason, Symbol, Undecided, reason_for
from vision.variant import Variant, moved_back, original

__all__ = ["DecodeOptions", "decode", "decode_grey"]

_REFUSALS: Mapping[type[PictureRefused], Reason] = {
    NotAPicture: Reason.NOT_A_PICTURE,
    PictureTooLarge: Reason.PICTURE_TOO_LARGE,
    PictureTooSmall: Reason.PICTURE_TOO_SMALL,
    PictureDamaged: Reason.PICTURE_DAMAGED,
}


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
    votes = _Votes(options)
    tried: list[str] = []
    for attempt, reader in _plan(picture, options, READERS):
        if attempt.confirms and (attempt.name in tried or not votes.only_unconfirmed()):
            continue
        if options.clock and options.budget is not None and tried and options.clock() - begun > options.budget:
            break
        tried.append(attempt.name)
        _run(attempt, reader, picture, options, votes)
        if votes.are_enough():
            break
    symbols, undecided = votes.outcome()
    if options.grade:
        symbols = tuple(graded(picture, symbol) for symbol in symbols)
    return Reading(
        symbols=symbols,
        undecided=undecided,
        reason=reason_for(symbols, undecided, options.expected),
        passes=tuple(tried),
        elapsed=options.clock() - begun if options.clock else None,
    )


class _Votes:
    """What the passes said, and what of it is expected here.

    A symbology with error correction is not misread: an unexpected content there is another label's, and takes part
    in telling places apart. An unexpected linear code may be a cut or a misreading of the right one, so it never
    becomes a rival of what is read in its place later.
    """

    def __init__(self, options: DecodeOptions) -> None:
        self._options = options
        self._ballot = Ballot()
        self._strange = Ballot()

    def cast(self, opinion: Opinion, sightings: list[Sighting]) -> None:
        """Counts what one pass saw."""
        strange = [seen for seen in sightings if seen.format not in CORRECTED and not self._is_expected(seen.symbol)]
        self._strange.cast(opinion, strange)
        self._ballot.cast(opinion, [seen for seen in sightings if seen not in strange])

    def are_enough(self) -> bool:
        """Whether no further pass is needed."""
        symbols = [symbol for symbol in self._ballot.decided() if self._is_expected(symbol)]
        if self._options.expected is not None:
            return len(symbols) >= self._options.expected
        return bool(symbols) and not self._ballot.undecided()

    def only_unconfirmed(self) -> bool:
        """Whether something waits for a second opinion, and nothing else is in doubt."""
        undecided = self._ballot.undecided()
        return bool(undecided) and all(place.reason is Reason.UNCONFIRMED for place in undecided)

    def outcome(self) -> tuple[tuple[Symbol, ...], tuple[Undecided, ...]]:
        """Symbols decided, and places that are not."""
        decided = self._ballot.decided()
        symbols = tuple(symbol for symbol in decided if self._is_expected(symbol))
        others = [symbol for symbol in decided if not self._is_expected(symbol)]
        others += [] if symbols else [rival for place in self._strange.places() for rival in place.rivals]
        strange = tuple(
            Undecided(reason=Reason.UNEXPECTED, polygon=symbol.polygon, format=symbol.format, rivals=(symbol,))
            for symbol in others
        )
        return symbols, self._ballot.undecided() + strange

    def _is_expected(self, symbol: Symbol | None) -> bool:
        return symbol is None or is_expected(symbol, self._options.expectations)


def _plan(picture: Grey, options: DecodeOptions, readers: Mapping[str, Reader]) -> Iterator[tuple[Pass, Reader]]:
    for attempt in PASSES:
        reader = readers[attempt.reader]
        unfit = (
            reader.read is None
            or reader.name in options.exclude_readers
            or (reader.by_name and reader.name not in options.extra_readers)
            or not attempt.fits(picture)
            or not options.formats & reader.formats & attempt.formats
            # Without a number to stop at, the quick look could stop at the first of many.
            or (not attempt.thorough and not attempt.confirms and options.expected is None)
        )
        if not unfit:
            yield attempt, reader


def _run(attempt: Pass, reader: Reader, picture: Grey, options: DecodeOptions, votes: _Votes) -> None:
    assert reader.read is not None
    variant = attempt.prepare(picture)
    unchanged = attempt.prepare is original
    wanted = options.formats & reader.formats & attempt.formats
    question = Question(wanted, options.charsets, attempt.thorough, attempt.locates, options.grade)
    sightings = reader.read(variant.picture, question)
    votes.cast(
        Opinion(reader.name, attempt.variant),
        sightings if unchanged else [_in_original(sighting, variant) for sighting in sightings],
    )


def _in_original(sighting: Sighting, variant: Variant) -> Sighting:
    polygon = moved_back(sighting.polygon, variant.back)
    symbol = sighting.symbol and msgspec.structs.replace(sighting.symbol, polygon=polygon)
    return Sighting(sighting.format, polygon, symbol)
