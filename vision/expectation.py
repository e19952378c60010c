"""What a station's codes look like; what does not is not believed.

A cut-short ITF or a misread Code 39 passes every check that the symbology itself has. A station knows more: its codes
have a length, a pattern, a check digit of the plant's. What does not fit is no vote, and if nothing that fits is read
in its place, it is told as UNEXPECTED with what was read.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from vision.errors import OptionRefused
from vision.formats import ALL, Format
from vision.symbol import Symbol

LONGEST_PATTERN = 500
LONGEST_CHECKED = 4096
CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
"""Values 0 to 42 of ISO/IEC 16388, table 1."""


class Check(StrEnum):
    """Check characters that stand last."""

    NONE = "none"
    MOD10 = "mod10"
    """GS1 General Specifications 7.9.1: weights 3 and 1 from the right."""
    MOD43 = "mod43"
    """ISO/IEC 16388 annex A.1."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What symbols of these formats say. ``pattern`` matches the whole text; lengths count its characters.

    Raises:
        OptionRefused: a value that means nothing.
    """

    formats: frozenset[Format] = ALL
    pattern: str = ""
    min_length: int = 0
    max_length: int = LONGEST_CHECKED
    check: Check = Check.NONE

    def __post_init__(self) -> None:
        if not 0 <= self.min_length <= self.max_length:
            what = f"expected lengths from {self.min_length} to {self.max_length} hold for nothing"
            raise OptionRefused(what, advice="give the smaller one first")
        if len(self.pattern) > LONGEST_PATTERN:
            raise OptionRefused("the expected pattern is too long", advice=f"at most {LONGEST_PATTERN} characters")
        try:
            re.compile(self.pattern)
        except re.error as error:
            what = f"the expected pattern {self.pattern!r} is no regular expression: {error}"
            raise OptionRefused(what) from None


def is_expected(symbol: Symbol, expectations: Iterable[Expectation]) -> bool:
    """Whether it fits one of those for its format; a format of which nothing is said may say anything."""
    mine = [expectation for expectation in expectations if symbol.format in expectation.formats]
    return not mine or any(_fits(symbol.text, expectation) for expectation in mine)


def _fits(text: str, expectation: Expectation) -> bool:
    if not expectation.min_length <= len(text) <= expectation.max_length:
        return False
    if expectation.pattern and not re.fullmatch(expectation.pattern, text):
        return False
    return _CHECKS[expectation.check](text)


def _mod10(text: str) -> bool:
    if len(text) < 2 or not (text.isascii() and text.isdecimal()):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text))) % 10 == 0


def _mod43(text: str) -> bool:
    if len(text) < 2 or not set(text) <= set(CODE_39):
        return False
    return sum(map(CODE_39.index, text[:-1])) % 43 == CODE_39.index(text[-1])


_CHECKS = {Check.NONE: lambda _text: True, Check.MOD10: _mod10, Check.MOD43: _mod43}
