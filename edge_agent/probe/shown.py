"""What a display shows, as the numbers that may be behind it.

A display rounds or cuts off, so ``230.5`` may be anything from 230.45 up to (not including) 230.6; its digits say how
exact it is. Anything that is no number is text.
"""

import re
from decimal import Decimal

import msgspec

from edge_agent.errors import AgentError

_NUMBER = re.compile(r"[+-]?[0-9]{1,19}([.,][0-9]{1,10})?")


class Shown(msgspec.Struct, frozen=True):
    """A displayed ``text``; for a number, what is behind it has its sign and a size of ``low`` ≤ x < ``high``."""

    text: str
    number: Decimal | None = None
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def holds(self, value: Decimal | float) -> bool:
        """Whether a number could be shown like this."""
        exact = Decimal(value)
        if self.number is None or not exact.is_finite() or (exact < 0) != (self.number < 0):
            return False
        return self.low <= abs(exact) < self.high


def read_shown(text: str) -> Shown:
    """The displayed value; AgentError for one that is everywhere."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        if len(text) < 2:
            raise AgentError("one character is found everywhere", where="--find", advice="give a longer text")
        return Shown(text)
    number = Decimal(text.replace(",", "."))
    if number == 0:
        raise AgentError(
            "zero is found everywhere", where="--find", advice="wait until the display shows another value"
        )
    unit = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return Shown(text, number, abs(number) - unit / 2, abs(number) + unit)
