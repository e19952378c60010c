"""Firmware versions and ranges of them.

A version counts by its numbers, whatever stands between: ``V2.10`` is above ``2.9``, and ``2.0`` equals ``2``. A range
is a list of comparisons that must all hold, such as ``>=2.0, <3``.
"""

import operator
import re
from collections.abc import Callable

_COMPARISON = re.compile(r"\s*(>=|<=|==|>|<)\s*([^\s<>=,]*\d[^\s<>=,]*)\s*")
_HOLDS: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers in a version, without zeros at the end."""
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def is_range(text: str) -> bool:
    """Whether this is a range of versions."""
    return all(_COMPARISON.fullmatch(part) for part in text.split(","))


def bounds(text: str) -> list[str]:
    """The versions that a range that ``is_range`` names."""
    return [match[2] for part in text.split(",") if (match := _COMPARISON.fullmatch(part)) is not None]


def in_range(text: str, version: str) -> bool:
    """Whether a version lies in a range that ``is_range``."""
    found = (_COMPARISON.fullmatch(part) for part in text.split(","))
    numbers = version_numbers(version)
    return all(match is not None and _HOLDS[match[1]](numbers, version_numbers(match[2])) for match in found)
