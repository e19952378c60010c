"""How columns and values of a table read in a language."""

from datetime import date
from decimal import Decimal

from hub.tabular.problem import Cell
from hub.tabular.sheet import Column, Kind

_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}


def heading(column: Column, language: str) -> str:
    """How a column is called; one that must be filled is marked."""
    return column.words.told(language) + ("*" if column.needed else "")


def text_of(value: Cell | None, column: Column, language: str) -> str:
    """A value as a cell of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES_NO["zh" if language.startswith("zh") else "en"][value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if column.kind is Kind.CHOICE:
        return next((one.words.told(language) for one in column.choices if one.value == value), str(value))
    return str(value)
