"""Writing AQDEF files: ``.dfq``, or ``.dfd`` with the description and ``.dfx`` with the values.

Lines end with CR LF, decimals stand behind a point, times are ``d.m.Y/H:M:S`` of the clock that the caller chose.
A part that was not measured at a characteristic has 0 there with attribute 255 (not measured). What belongs to the part
as a whole (K0014 and other keys that have no place in a line of values) stands in a K-line before its values.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from traceability.aqdef.reading import (
    ATTRIBUTIVE_ORDER,
    BETWEEN_CHARACTERISTICS,
    BETWEEN_PARTS_OF_VALUE,
    SIZE_IN,
    VARIABLE_ORDER,
    Description,
    Keys,
    is_attributive,
)
from traceability.errors import ZhuoyueError

END = "\r\n"
NOT_MEASURED = "255"
_LONGEST = 255


class CannotWrite(ZhuoyueError):
    """A text that the chosen encoding does not have, or parts that do not fit their description."""


def write_description(description: Description) -> str:
    """The lines of a ``.dfd``, which also begin a ``.dfq``."""
    lines = [f"K0100 {len(description.characteristics)}"]
    lines += [f"{key} {cleaned(text)}" for key, text in sorted(description.part.items()) if text]
    for index, keys in enumerate(description.characteristics, start=1):
        lines += [f"{key}/{index} {cleaned(text)}" for key, text in sorted(keys.items()) if text]
    return END.join(lines) + END


def write_values(description: Description, parts: Iterable[Sequence[Keys]]) -> str:
    """The lines of a ``.dfx``: one line of values a part, with K-lines before it for what has no place there."""
    lines: list[str] = []
    for number, part in enumerate(parts, start=1):
        if len(part) != len(description.characteristics):
            raise CannotWrite(
                f"has values of {len(part)} characteristics, {len(description.characteristics)} are described",
                where=f"part {number}",
            )
        lines += _key_lines(description, part)
        pieces = (_piece(keys, described) for keys, described in zip(part, description.characteristics, strict=True))
        lines.append(BETWEEN_CHARACTERISTICS.join(pieces))
    return END.join(lines) + END if lines else ""


def encoded(text: str, encoding: str) -> bytes:
    """The bytes of a file; ``CannotWrite`` names the first character that ``encoding`` does not have."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as lacking:
        raise CannotWrite(
            f"{encoding} has no {text[lacking.start]!r}", where="AQDEF", advice="write it as utf-8 or gb18030"
        ) from None


def number_text(value: Decimal) -> str:
    """A number as AQDEF writes it, without an exponent."""
    return f"{value:f}"


def time_text(at: datetime) -> str:
    """A time as AQDEF writes it, on the clock of ``at``; parts of a second are cut."""
    return f"{at.day:02}.{at.month:02}.{at.year:04}/{at.hour:02}:{at.minute:02}:{at.second:02}"


def size_text(size: int) -> str:
    """A sample size, in thousandths."""
    return number_text(size * SIZE_IN)


def cleaned(text: str) -> str:
    """``text`` on one line: no control characters, which would end a line or a value; cut where it is too long."""
    return "".join(" " if char < " " or char in "\x7f\x85\u2028\u2029" else char for char in text).strip()[:_LONGEST]


def _key_lines(description: Description, part: Sequence[Keys]) -> list[str]:
    orders = [_order(described) for described in description.characteristics]
    shared: dict[str, str] = {}
    for keys, order in zip(part, orders, strict=True):
        for key, text in keys.items():
            if key not in order and text:
                shared.setdefault(key, text)
    return [f"{key}/0 {cleaned(text)}" for key, text in sorted(shared.items())]


def _order(described: Keys) -> tuple[str, ...]:
    return ATTRIBUTIVE_ORDER if is_attributive(described) else VARIABLE_ORDER


def _piece(keys: Keys, described: Keys) -> str:
    order = _order(described)
    if not keys.get(order[0]):
        keys = {**keys, order[0]: "0", "K0002": NOT_MEASURED}
    texts = [cleaned(keys.get(key, "")) if key else "0" for key in order]
    while texts and not texts[-1]:
        texts.pop()
    return BETWEEN_PARTS_OF_VALUE.join(texts)
