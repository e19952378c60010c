"""How AQDEF files spell letters. The format does not say it: what is not UTF-8 may be one of several."""

import re
from enum import StrEnum

_FEWEST = 4
"""Bytes of the longest run: two Chinese characters. Letters with accents hardly ever stand four in a row."""
_RUNS = re.compile(rb"[\x80-\xff]+")
_PAIRS = re.compile(rb"(?:[\xa1-\xa9\xb0-\xd7][\xa1-\xfe])+")
"""Signs (rows 1 to 9) and the 3755 frequent characters (rows 16 to 55) of GB/T 2312.

Their lead bytes are signs and capital letters in the Western encodings, whose small letters begin at 0xDF.
"""


class Encoding(StrEnum):
    """How AQDEF files spell letters."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    LATIN_1 = "latin-1"


def plain_encoding(content: bytes) -> Encoding | None:
    """What the bytes can hardly be but; None where they may as well be something else."""
    try:
        content.decode(Encoding.UTF_8)
    except UnicodeDecodeError:
        runs = _RUNS.findall(content)
        plain = all(_PAIRS.fullmatch(run) for run in runs) and max(map(len, runs)) >= _FEWEST
        return Encoding.GB18030 if plain else None
    return Encoding.UTF_8
