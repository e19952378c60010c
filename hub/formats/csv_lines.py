"""CSV (RFC 4180) that a spreadsheet opens without harm: no cell begins like a formula, numbers stay numbers."""

import csv
import io
from collections.abc import Iterable, Iterator

from hub.formats.table import COLUMNS, Line
from hub.tabular.harmless import BOM, harmless


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


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat else str(value)
