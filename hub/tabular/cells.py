"""From what stands in a cell to a value of the column's kind.

Taken is what can mean one thing only. So dates as text count when the year comes first, and numbers as text when they
are plain decimals; a comma, which groups thousands here and cuts off fractions there, does not. A number from a
workbook has the 15 digits that Excel itself holds, not the noise of its binary form.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.tabular import trouble
from hub.tabular.problem import Cell
from hub.tabular.sheet import Column, Kind
from hub.tabular.trouble import Trouble

DIGITS = 15
"""Significant digits of a number in a workbook (ECMA-376 leaves it to IEEE 754; Excel shows and types 15)."""
LARGEST = Decimal(10) ** 18
FINEST = -12
_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?")
_YES = frozenset({"yes", "y", "true", "1", "是", "√", "✓"})
_NO = frozenset({"no", "n", "false", "0", "否", "×"})


class Formula(str):
    """A cell that is computed."""

    __slots__ = ()


class Failed(str):
    """A cell that shows an error of the spreadsheet, like ``#N/A``."""

    __slots__ = ()


class Padded(int):
    """A number that its cell's format shows with leading zeros: as text it may be an id that lost them."""


def read_cell(raw: object, column: Column, zone: ZoneInfo) -> Cell | Trouble | None:
    """The value; None for an empty cell; else what is wrong with it."""
    if raw is None:
        return None
    if isinstance(raw, Formula):
        return trouble.formula(raw)
    if isinstance(raw, Failed):
        return trouble.failed(raw)
    if isinstance(raw, str):
        raw = _clean(raw)
        if not raw:
            return None
    if column.kind is Kind.INSTANT:
        return _instant(raw, zone)
    return _READ[column.kind](raw, column)


def _text(raw: object, column: Column) -> Cell | Trouble:
    if isinstance(raw, int) and not isinstance(raw, bool | Padded) and abs(raw) < 10**DIGITS:
        raw = str(raw)
    elif isinstance(raw, float) and raw.is_integer() and abs(raw) < 10**DIGITS:
        raw = str(int(raw))
    if not isinstance(raw, str):
        return trouble.not_text(raw)
    for character in raw:
        if unicodedata.category(character) == "Cc" and character not in "\n\t":
            return trouble.control_character(ord(character))
    return raw if len(raw) <= column.most else trouble.too_long(len(raw), column.most)


def _number(raw: object, _column: Column) -> Cell | Trouble:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return trouble.no_number(raw)
    text = unicodedata.normalize("NFKC", raw) if isinstance(raw, str) else f"{raw:.{DIGITS}g}"
    if isinstance(raw, int):
        text = str(raw)
    if not _NUMBER.fullmatch(text):
        return trouble.no_number(raw)
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value) >= LARGEST or exponent < FINEST:
        return trouble.no_number(raw)
    return value if exponent <= 0 else value.quantize(Decimal(1))


def _count(raw: object, _column: Column) -> Cell | Trouble:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return trouble.no_count(raw)
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() and 0 <= raw < 10**DIGITS else trouble.no_count(raw)
    digits = unicodedata.normalize("NFKC", raw) if isinstance(raw, str) else str(raw)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS):
        return trouble.no_count(raw)
    return int(digits)


def _day(raw: object, _column: Column) -> Cell | Trouble:
    if isinstance(raw, datetime) and raw.time() == time(0):
        return raw.date()
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _serial(raw)
    return (_written_day(raw) if isinstance(raw, str) else None) or trouble.no_day(raw)


def _written_day(raw: str) -> Cell | Trouble | None:
    text = unicodedata.normalize("NFKC", raw)
    if text.isascii() and text.isdigit() and int(text) in _SERIALS:
        return _serial(int(text))
    found = _DAY.match(text)
    if found is None or not (found.end() == len(text) or _MIDNIGHT.fullmatch(text[found.end() :])):
        return None
    year, month, day = found.group(1, 3, 4) if found.group(1) else found.group(5, 6, 7)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _serial(raw: float) -> Trouble:
    if int(raw) not in _SERIALS:
        return trouble.no_day(raw)
    return trouble.serial_day(raw, (_EPOCH + timedelta(days=int(raw))).isoformat())


def _instant(raw: object, zone: ZoneInfo) -> Cell | Trouble:
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw).replace("/", "-")
        try:
            raw = datetime.fromisoformat(text)
        except ValueError:
            return trouble.no_instant(raw)
    if not isinstance(raw, datetime):
        return trouble.no_instant(raw)
    return raw if raw.tzinfo is not None else raw.replace(tzinfo=zone)


def _yes_no(raw: object, _column: Column) -> Cell | Trouble:
    if isinstance(raw, bool):
        return raw
    text = unicodedata.normalize("NFKC", str(raw)).casefold()
    return True if text in _YES else False if text in _NO else trouble.no_yes(raw)


def _choice(raw: object, column: Column) -> Cell | Trouble:
    text = unicodedata.normalize("NFKC", str(raw)).casefold()
    for choice in column.choices:
        if text in (choice.value.casefold(), choice.words.en.casefold(), choice.words.zh.casefold()):
            return choice.value
    en = ", ".join(choice.value for choice in column.choices)
    return trouble.no_choice(raw, en, "、".join(choice.words.zh for choice in column.choices))


def _clean(text: str) -> str:
    """Composed, and without the blanks, marks and line ends around it that nobody typed on purpose."""
    text = text.strip("\ufeff\u200b\u00a0\u3000 \t\r\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


_READ: dict[Kind, Callable[[object, Column], Cell | Trouble]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.DAY: _day,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
}
