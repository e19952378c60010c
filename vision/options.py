"""What a station asks of its pictures."""

from collections.abc import Callable

import msgspec

from vision.charset import check_charsets
from vision.errors import OptionRefused
from vision.expectation import Expectation
from vision.formats import ALL, Format
from vision.picture import PictureLimits

Clock = Callable[[], float]
"""Seconds from any origin, never going back."""


class DecodeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a station asks for.

    ``expected``: stop as soon as so many symbols are decided; None: as soon as any is and nothing is left in doubt.
    ``charsets``: the ladder for symbols that declare none. ``expectations``: what symbols say here; one that says
    something else is no symbol. ``budget``: seconds after which no further pass begins; it needs a ``clock``.
    ``exclude_readers``: names of readers not to ask; ``extra_readers``: those to ask that are asked by name only.
    ``grade``: estimate the quality of each symbol.

    Raises:
        OptionRefused: a value that means nothing.
    """

    formats: frozenset[Format] = ALL
    expected: int | None = None
    charsets: tuple[str, ...] = ("utf-8", "gb18030")
    budget: float | None = None
    clock: Clock | None = None
    expectations: tuple[Expectation, ...] = ()
    exclude_readers: frozenset[str] = frozenset()
    extra_readers: frozenset[str] = frozenset()
    grade: bool = False
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
