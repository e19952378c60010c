"""Grades and figures as plain JSON, exactly: what is sealed, printed and compared when it is computed again.

Fractions are text "numerator/denominator", money decimal text, levels their number, doubles the shortest decimal that
reads back as them.
"""

from fractions import Fraction
from typing import Any

import msgspec


def exact_words(value: object) -> Any:
    """A structure as objects, lists, texts and numbers."""
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=fraction_text))


def fraction_text(value: object) -> str:
    """The spelling of a fraction."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(f"{type(value).__name__} has no spelling in JSON")
