"""Texts that a spreadsheet opens without harm: no cell begins like a formula, numbers stay numbers.

What a spreadsheet would take for a formula (OWASP: ``= + - @``, tab, carriage return) gets an apostrophe in front, but
for plain numbers: a negative value is no formula. Reading back takes the apostrophe away again.
"""

import re

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet computes it."""
    if text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return f"'{text}" if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def as_meant(text: str) -> str:
    """The opposite of :func:`harmless`."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text
