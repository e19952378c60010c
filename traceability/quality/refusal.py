"""No figure, and why: what a public function of this room answers where the data give no number.

``Refused`` stands beside the result in the function's return type, so a caller cannot take it for a number.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason

P = ParamSpec("P")
R = TypeVar("R")


class Refused(msgspec.Struct, frozen=True):
    """The reason in the figure's place; ``detail`` says where in the data (English, for logs and developers)."""

    reason: Reason
    detail: str = ""


def or_refused(compute: Callable[P, R]) -> Callable[P, R | Refused]:
    """The same function, answering ``Refused`` where the data give no figure."""

    @functools.wraps(compute)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Refused:
        try:
            return compute(*args, **kwargs)
        except NoFigure as lacking:
            return Refused(lacking.reason, lacking.detail)

    return guarded
