"""CSV (RFC 4180) that a spreadsheet opens without harm: no cell begins like a formula, numbers stay numbers.

What a spreadsheet would take for a formula (OWASP: ``= + - @``, tab, carriage return) gets an apostrophe in front, but
for plain numbers: a negative value is no formula. Reading back takes the apostrophe away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from hub.formats.table import COLUMNS, Line

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def csv_lines(lines: Iterable[Line], *, bom: bool = False) -> Iterator[str]:
    """A header, then a line a value; times in ISO 8601 with their zone, missing values empty.

    ``bom`` puts a byte order mark first, without which some spreadsheets read Chinese wrongly; R wants none.
    """
    yield (BOM if bom else "") + row_text(COLUMNS)
    for line in lines:
        yield row_text(_cell(getattr(line, name)) for name in COLUMNS)


def row_text(cells: Iterable[str]) -> str:
    """One line, its cells harmless."""
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet computes it."""
    if text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return f"'{text}" if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def as_meant(text: str) -> str:
    """The opposite of ``harmless``."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat else str(value)
