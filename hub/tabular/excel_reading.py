"""Rows of a workbook, streamed by openpyxl; formulas are not computed and their stored values not taken."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from hub.errors import EntryRefused
from hub.tabular.cells import Failed, Formula, Padded
from hub.tabular.limits import TableLimits
from hub.tabular.rows import RawRow

BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl lets out for files that are no proper workbooks (a parser's error is a ``SyntaxError``)."""
_PADDED = re.compile(r"0{2,}")

# It warns of what it passes over (styles, pictures, validation): nothing that is read here.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


class Workbook:
    """An open workbook; close it."""

    def __init__(self, data: bytes) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415 - a sixth of the start of every verb

        try:
            self._book: Any = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        except BROKEN as error:
            raise EntryRefused(
                f"the workbook can't be read: {str(error)[:200]}",
                where="file",
                advice="open it and save it again as .xlsx",
            ) from None

    @property
    def titles(self) -> list[str]:
        """Its sheets in their order; charts are none."""
        return [sheet.title for sheet in self._book.worksheets]

    def part_of(self, title: str) -> str:
        """The path of a sheet's part in the archive."""
        return str(self._sheet(title)._worksheet_path).lstrip("/")  # noqa: SLF001 - told nowhere else

    def rows(self, title: str, limits: TableLimits) -> Iterator[RawRow]:
        """Every row of a sheet that holds something; ``BROKEN`` where the file is damaged."""
        from openpyxl.cell.read_only import EMPTY_CELL  # noqa: PLC0415 - as above

        sheet = self._sheet(title)
        sheet.reset_dimensions()  # what the file says of its size may be anything
        for cells in sheet.iter_rows(max_col=limits.columns + 1):
            number = next((cell.row for cell in cells if cell is not EMPTY_CELL), 0)
            if number:
                yield number, [None if cell is EMPTY_CELL else _raw(cell) for cell in cells]

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def _sheet(self, title: str) -> Any:
        return next(sheet for sheet in self._book.worksheets if sheet.title == title)


def _raw(cell: Any) -> object:
    value = cell.value
    if value is None:
        return None
    kind = cell.data_type
    if kind == "f":
        return Formula(getattr(value, "text", None) or value)
    if kind == "e":
        return Failed(value)
    if kind == "n" and _PADDED.fullmatch(cell.number_format or ""):
        return Padded(value) if isinstance(value, int) else value
    return value
