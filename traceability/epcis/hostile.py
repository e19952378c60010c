"""JSON from strangers: what the parser lets through and EPCIS must not.

Names that stand twice in an object, numbers that are no numbers or too long, halves of surrogate pairs, and nesting
without end. The parser marks what it sees; only a marked document is walked to tell where it was.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from traceability.epcis.problem import Problem, shown, token

DEEPEST = 40
LONGEST_NUMBER = 60
LARGEST_EXPONENT = 400


class _Twice(dict[str, Any]):
    """An object in which the name ``twice`` stands more than once."""

    twice = ""


class _NoNumber(str):
    """The text of something that stands where a number should."""

    __slots__ = ()


class Parser:
    """Reads JSON values out of a text; ``marked`` is set when one must be walked."""

    def __init__(self) -> None:
        self.marked = False
        self.read = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._number,
            parse_int=self._integer,
            parse_constant=self._constant,
        ).raw_decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.marked = True
        doubled = _Twice(found)
        names = [name for name, _ in pairs]
        doubled.twice = next(name for name in names if names.count(name) > 1)
        return doubled

    def _number(self, text: str) -> Any:
        if len(text) <= LONGEST_NUMBER:
            try:
                number = Decimal(text)
            except InvalidOperation:
                return self._constant(text)
            if -LARGEST_EXPONENT < number.adjusted() < LARGEST_EXPONENT:
                return number
        return self._constant(text)

    def _integer(self, text: str) -> Any:
        return int(text) if len(text) <= LONGEST_NUMBER else self._constant(text)

    def _constant(self, text: str) -> _NoNumber:
        self.marked = True
        return _NoNumber(text)


def hostile_parts(value: object, at: str) -> Iterator[Problem]:
    """What in a marked value may not be, with its place; the walk is bounded in depth."""
    stack = [(value, at, 0)]
    while stack:
        part, place, depth = stack.pop()
        if depth > DEEPEST:
            yield Problem(place, f"nested deeper than {DEEPEST} levels")
        elif isinstance(part, dict):
            if isinstance(part, _Twice):
                yield Problem(
                    f"{place}/{token(part.twice)}", f"the name {shown(part.twice)} stands twice in one object"
                )
            stack.extend((child, f"{place}/{token(name)}", depth + 1) for name, child in part.items())
            stack.extend((name, place, depth + 1) for name in part if not _is_text(name))
        elif isinstance(part, list):
            stack.extend((child, f"{place}/{number}", depth + 1) for number, child in enumerate(part))
        elif isinstance(part, _NoNumber):
            yield Problem(place, f"{shown(part)} is no number that can be kept", _NUMBER_ADVICE)
        elif isinstance(part, str) and not _is_text(part):
            yield Problem(place, "half of a surrogate pair is no character")


_NUMBER_ADVICE = f"at most {LONGEST_NUMBER} characters, powers of ten up to {LARGEST_EXPONENT}"


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
