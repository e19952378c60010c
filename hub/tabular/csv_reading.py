"""Rows of a CSV file: UTF-8, GB18030 or UTF-16; comma, semicolon or tab."""

import codecs
import csv
import io
from collections.abc import Iterator

from hub.errors import EntryRefused
from hub.tabular.harmless import as_meant
from hub.tabular.rows import RawRow

_CHUNK = 1 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(data: bytes) -> str:
    """The name of the encoding; ``EntryRefused`` for other bytes.

    UTF-8 is tried first: text in GB18030 is all but never valid UTF-8, while nearly anything is valid GB18030.
    """
    if data.startswith(_UTF_16):
        return "utf-16"
    if _fault(data, "utf-8-sig") is None:
        return "utf-8-sig"
    fault = _fault(data, "gb18030")
    if fault is None:
        return "gb18030"
    raise EntryRefused(f"neither UTF-8 nor GB18030 at byte {fault}", where="file", advice="save it as CSV UTF-8")


def csv_rows(data: bytes, encoding: str) -> Iterator[RawRow]:
    """Rows as they stand; ``csv.Error`` and ``UnicodeError`` where the file is broken."""
    with io.TextIOWrapper(io.BytesIO(data), encoding, newline="") as text:
        delimiter = _delimiter(text.readline())
        text.seek(0)
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), start=1):
            yield number, [as_meant(cell) for cell in cells]


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _fault(data: bytes, encoding: str) -> int | None:
    """The first byte that is none of the encoding; decoded in pieces, to hold no second copy."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, max(len(data), 1), _CHUNK):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None
