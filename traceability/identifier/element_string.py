"""GS1 element strings: as in a symbol, with FNC1 as GS (0x1D), and in the bracketed form that people read and type.

Source: GS1 General Specifications 7.8. One separator behind an identifier of predefined length, or behind the last
one, is superfluous but not wrong. In the bracketed form a ``(`` that belongs to a value is written ``\\(``, because
values may hold brackets.
"""

import re
from collections.abc import Iterator, Mapping

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import RULES, checked_value, rule_for
from traceability.identifier.association import check_completeness, check_exclusions
from traceability.identifier.characters import GROUP_SEPARATOR, shown

LONGEST = 8_000  # more than any symbol holds

_BRACKETED = re.compile(r"\((?P<ai>[0-9]{2,4})\)(?P<value>(?:[^(\\]|\\\()*)")


def parse_element_string(text: str, *, complete: bool = True) -> dict[str, str]:
    """Application identifiers and values of a GS1 element string (FNC1 as GS, 0x1D; none in front).

    ``complete`` False is for one of several codes on a thing: what an identifier needs may stand in another one.
    """
    return _gathered(_elements(text), complete=complete)


def parse_bracketed(text: str, *, complete: bool = True) -> dict[str, str]:
    """Application identifiers and values of ``(01)09506000134352(10)LOT``."""
    return _gathered(_brackets(text), complete=complete)


def build_element_string(values: Mapping[str, str]) -> str:
    """The element string of ``values``: predefined lengths first, then the others, in the order given."""
    check_exclusions(values)
    ordered = sorted(values, key=lambda ai: not rule_for(ai).fixed)
    parts = [ai + checked_value(ai, values[ai]) + ("" if RULES[ai].fixed else GROUP_SEPARATOR) for ai in ordered]
    return "".join(parts).removesuffix(GROUP_SEPARATOR)


def build_bracketed(values: Mapping[str, str]) -> str:
    """The form that people read, in the order given."""
    check_exclusions(values)
    return "".join(f"({ai}){checked_value(ai, value).replace('(', chr(92) + '(')}" for ai, value in values.items())


def _gathered(elements: Iterator[tuple[str, str]], *, complete: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for ai, value in elements:
        if found.setdefault(ai, value) != checked_value(ai, value):
            raise IdentifierRefused(f"({ai}) stands twice with different values")
    if not found:
        raise IdentifierRefused("the element string is empty")
    check_exclusions(found)
    if complete:
        check_completeness(found)
    return found


def _elements(text: str) -> Iterator[tuple[str, str]]:
    _check_length(text)
    at = 0
    while at < len(text):
        ai = next((text[at : at + width] for width in (2, 3, 4) if text[at : at + width] in RULES), None)
        if ai is None:
            raise IdentifierRefused(f"no known application identifier at {shown(text[at : at + 12])}")
        at += len(ai)
        stop = text.find(GROUP_SEPARATOR, at)
        end = len(text) if stop < 0 else stop
        if RULES[ai].fixed:
            end = min(end, at + RULES[ai].longest)
        yield ai, text[at:end]
        at = end + text.startswith(GROUP_SEPARATOR, end)


def _brackets(text: str) -> Iterator[tuple[str, str]]:
    _check_length(text)
    at = 0
    while at < len(text):
        found = _BRACKETED.match(text, at)
        if found is None:
            raise IdentifierRefused(f"no application identifier in brackets at {shown(text[at : at + 12])}")
        yield found["ai"], found["value"].replace("\\(", "(")
        at = found.end()


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise IdentifierRefused(f"the element string has {len(text)} characters, more than any symbol holds")
