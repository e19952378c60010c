"""What other rooms need of the GS1 system, in one place: values, element strings, Digital Links."""

from traceability.identifier.ai_rule import RULES, Rule, checked_value
from traceability.identifier.characters import CSET82, DIGITS, GROUP_SEPARATOR
from traceability.identifier.check_digit import check_characters, check_digit, gtin14
from traceability.identifier.digital_link import build_digital_link, parse_digital_link
from traceability.identifier.element_string import (
    build_bracketed,
    build_element_string,
    parse_bracketed,
    parse_element_string,
)

__all__ = [
    "CSET82",
    "DIGITS",
    "GROUP_SEPARATOR",
    "RULES",
    "Rule",
    "build_bracketed",
    "build_digital_link",
    "build_element_string",
    "check_characters",
    "check_digit",
    "checked_value",
    "gtin14",
    "parse_bracketed",
    "parse_digital_link",
    "parse_element_string",
]
