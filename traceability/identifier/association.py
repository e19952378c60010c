"""Which application identifiers may, and which must, stand together (GS1 General Specifications 4.13).

Both are judged over everything that one thing carries: two of its codes may complete each other. What excludes each
other is wrong in one code already; what is missing may stand in another code.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import rule_for

_SIGNATURE = "8030"
_SERIALISED_FROM = {"253": 13, "255": 13, "8003": 14}  # what is longer has a serial in it


def check_exclusions(values: Mapping[str, str]) -> None:
    """Refuse identifiers that may not stand together."""
    for ai in values:
        for pattern in rule_for(ai).excludes:
            found = next((other for other in values if other != ai and _matches(pattern, other)), None)
            if found is not None:
                raise IdentifierRefused(f"({ai}) and ({found}) may not stand together")


def check_completeness(values: Mapping[str, str]) -> None:
    """Refuse identifiers without those that they need; for all that one thing carries, not for one code of several."""
    for ai in values:
        needs = rule_for(ai).needs
        if needs and not any(_all_there(alternative, values) for alternative in needs):
            wanted = " or ".join("".join(f"({each})" for each in alternative) for alternative in needs)
            raise IdentifierRefused(f"({ai}) needs {wanted} beside it")
    if _SIGNATURE in values:
        for ai, length in _SERIALISED_FROM.items():
            if len(values.get(ai, "")) == length:
                raise IdentifierRefused(f"({_SIGNATURE}) needs a serial in ({ai})")


def _all_there(alternative: tuple[str, ...], values: Iterable[str]) -> bool:
    return all(any(_matches(pattern, ai) for ai in values) for pattern in alternative)


def _matches(pattern: str, ai: str) -> bool:
    return pattern == ai or ("n" in pattern and _compiled(pattern).fullmatch(ai) is not None)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("n", "[0-9]"))
