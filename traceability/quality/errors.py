"""Errors of the quality room.

::

    ZhuoyueError
    ├── OutOfDomain     a formula was asked outside the arguments it is defined for: a bug of the caller
    │   └── InvalidRule     a chart rule that no points could ever be judged by (also a ValueError, for decoding)
    └── NoFigure        inside this room only: what was computed so far cannot go on with this data

Data that cannot give a number is not an error for the caller: it gives a
:class:`traceability.quality.reason.Reason` in the number's place (see :mod:`traceability.quality.refusal`).
"""

from traceability.errors import ZhuoyueError
from traceability.quality.reason import Reason


class OutOfDomain(ZhuoyueError):
    """A formula was asked outside the arguments it is defined for."""


class InvalidRule(OutOfDomain, ValueError):
    """A chart rule whose counts or zones make no pattern."""


class NoFigure(ZhuoyueError):
    """This data gives no such figure; public functions answer with a ``Refused`` instead of raising it."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
