"""A workbook's only sheet as rows of texts, for tables that are read cell by cell as somebody typed them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from hub.tabular import trouble
from hub.tabular.cells import Failed, Formula
from hub.tabular.examine import PartFacts, examine
from hub.tabular.excel_reading import BROKEN, Workbook
from hub.tabular.headings import LEFT_OUT
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Problem
from hub.tabular.rows import letters
from hub.tabular.trouble import Trouble
from hub.tabular.words import Words

TextRow = tuple[int, list[str]]
"""The number of a row, and its cells from the first column on."""


def texts_of(data: bytes) -> Iterator[TextRow | Problem]:
    """Every row that holds something, and what can't be taken as it stands: merged cells, formulas, errors."""
    facts = examine(data, LIMITS)
    book = Workbook(data)
    try:
        filled = [title for title in book.titles if not title.startswith(LEFT_OUT) and _holds(book, title)]
        if len(filled) != 1:
            text = Words(f"{len(filled)} sheets hold something", f"有内容的工作表有 {len(filled)} 个")
            yield Problem("", 0, "", text, Words("keep the one with the table", "请只保留一个表"))
            return
        (title,) = filled
        for area in facts.get(book.part_of(title), PartFacts()).merged:
            first = "".join(character for character in area.split(":")[0] if character.isdigit())
            yield _said(int(first or 0), "", trouble.merged(area))
        for number, cells in book.rows(title, LIMITS):
            yield from _row(number, cells)
    except BROKEN as error:
        yield _said(0, "", trouble.broken(f"{type(error).__name__} {error}"))
    finally:
        book.close()


def _holds(book: Workbook, title: str) -> bool:
    return any(cell not in (None, "") for _, cells in book.rows(title, LIMITS) for cell in cells)


def _row(number: int, cells: Sequence[object]) -> Iterator[TextRow | Problem]:
    texts: list[str] = []
    wrong = False
    for place, cell in enumerate(cells):
        if isinstance(cell, Formula | Failed):
            wrong = True
            said = trouble.formula(cell) if isinstance(cell, Formula) else trouble.failed(cell)
            yield _said(number, letters(place), said)
        texts.append(_text(cell))
    if not wrong:
        yield number, texts


def _text(cell: object) -> str:
    """Numbers without exponents, days as 2026-03-31."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        exact = Decimal(repr(cell))
        return f"{exact:f}" if exact != exact.to_integral_value() else f"{exact:.0f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _said(row: int, column: str, said: Trouble) -> Problem:
    return Problem("", row, column, said.text, said.advice)
