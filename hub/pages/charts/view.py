"""What the macro ``chart`` takes: the picture as data, its title, and what it says in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub.pages.speech import Speech


class ChartView(msgspec.Struct, frozen=True, kw_only=True):
    """``summary`` says what one sees in the picture, for those who do not see it; ``size``: low, high or ''."""

    id: str
    title: str
    summary: str
    data: dict[str, Any]
    size: str = ""


def trace(
    role: str,
    x: Sequence[object],
    y: Sequence[float | None],
    *,
    name: str = "",
    text: Sequence[str] = (),
    **more: object,
) -> dict[str, Any]:
    """One line, or row of marks or bars; without a name it is not in the legend."""
    return {"role": role, "x": list(x), "y": list(y), "name": name, "text": list(text) or None, **more}


def local(instant: datetime, zone: str, speech: Speech) -> str:
    """A time as axes read it, by the clock of ``zone``."""
    return speech.moment(instant, zone)
