"""Data identifiers of ANSI MH10.8.2 (ISO/IEC 15418): reading a field and checking what stands in it."""

import re
from collections.abc import Callable, Iterable, Iterator

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import shown
from traceability.identifier.checks import CHECKS
from traceability.identifier.di_table import FORMS, KNOWN

Field = tuple[str, str]

_FIELD = re.compile(r"(?P<di>(?:[1-9][0-9]{0,2})?[A-Z])(?P<value>.*)", re.DOTALL)
_FORM = re.compile(r"(?P<set>n|an[+-]?|a)(?P<shortest>\d+)(?:-(?P<longest>\d+))?")
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "an": "[0-9A-Z]", "an+": "[0-9A-Z+]", "an-": "[0-9A-Z/-]"}
_LONGEST = 200


def parse_data_fields(fields: Iterable[str]) -> list[Field]:
    """Data identifier and value of each field; ``IdentifierRefused`` for what is none or has a wrong value."""
    return [parse_data_field(field) for field in fields]


def parse_data_field(field: str) -> Field:
    """Data identifier and value of ``1P4711``."""
    found = _FIELD.fullmatch(field)
    if found is None or found["di"] not in _KNOWN:
        raise IdentifierRefused(f"no known data identifier at {shown(field, 12)}")
    di, value = found["di"], found["value"]
    fault = _fault(di, value)
    if fault:
        raise IdentifierRefused(f"({di}) {shown(value)} {fault}")
    return di, value


def _fault(di: str, value: str) -> str:
    if not value:
        return "has no value"
    if len(value) > _LONGEST or not value.isascii() or not value.isprintable() or value != value.strip():
        return f"is not 1 to {_LONGEST} printable ASCII characters without spaces around them"
    form = _FORM_OF.get(di, "")
    check = _CHECKS.get(form) or (_by_length(form) if form else None)
    return check(value) if check else ""


def _by_length(form: str) -> Callable[[str], str]:
    pattern = _PATTERNS[form]
    return lambda value: "" if pattern.fullmatch(value) else f"has not the form {form}"


def _pattern(form: str) -> re.Pattern[str]:
    found = _FORM.fullmatch(form)
    assert found is not None
    return re.compile(f"{_CLASSES[found['set']]}{{{found['shortest']},{found['longest'] or found['shortest']}}}")


def _dated(length: int, check: Callable[[str], str]) -> Callable[[str], str]:
    digits = re.compile(f"[0-9]{{{length}}}")
    return lambda value: check(value) if digits.fullmatch(value) else f"has not {length} digits"


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    form = re.compile(pattern)
    return lambda value: "" if form.fullmatch(value) else f"is no {what}"


def _known() -> Iterator[str]:
    for line in KNOWN.split("\n"):
        letter, *runs = line.split() or [""]
        for run in runs:
            first, _, last = run.partition("-")
            yield from (f"{number or ''}{letter}" for number in range(int(first), int(last or first) + 1))


_KNOWN = frozenset(_known())
_FORM_OF = {
    di: form for form, _, dis in (line.partition(": ") for line in FORMS.strip().splitlines()) for di in dis.split()
}
_CHECKS: dict[str, Callable[[str], str]] = {
    "yymmdd": _dated(6, CHECKS["yymmdd"]),
    "yyyymmdd": _dated(8, CHECKS["yyyymmdd"]),
    "yyww": _matching(r"[0-9]{2}(?:0[1-9]|[1-4][0-9]|5[0-3])", "year and week (YYWW)"),
    "yyddd": _matching(r"[0-9]{2}(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])", "year and day (YYDDD)"),
    "imo": _matching(r"IMO[0-9]{7}", "IMO number"),
    "container": _matching(r"[A-Z]{4}[0-9]{7}", "container number (ISO 6346)"),
    "vin": _matching(r"[0-9A-HJ-NPR-Z]{17}", "vehicle identification number (ISO 3779)"),
}
_PATTERNS = {form: _pattern(form) for form in set(_FORM_OF.values()) - _CHECKS.keys()}
