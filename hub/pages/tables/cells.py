"""One cell: what is read, what it is sorted by, what is exported."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.pages.speech import NO_FIGURE, Speech
from traceability.quality.intervals import Interval

SortKey = float | str | None
Figure = Decimal | Fraction | float | int | None
UNBROKEN = "\N{NO-BREAK SPACE}"
_DIGITS = 12


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """``sort`` None comes last, whichever way it is sorted. ``raw`` is exported; ``beside`` stands below the text.

    ``state`` (ok, warning, bad, neutral) gives a shape and a colour; ``spark`` are heights from 0 to 1, None for gaps.
    """

    text: str
    sort: SortKey = None
    raw: str | Decimal | int | date | datetime | bool | None = None
    uom: str = ""
    beside: str = ""
    url: str | None = None
    state: str = ""
    code: bool = False
    key: str = ""
    """What a box in front of the row stands for."""
    spark: tuple[float | None, ...] = ()
    spark_text: str = ""
    strip: tuple[tuple[int, int], ...] = ()
    """Counts in a row, each with how many of it were not OK."""

    @property
    def is_plain(self) -> bool:
        """Whether it is words, with a unit or something below at most."""
        return not (self.url or self.state or self.code or self.spark or self.strip)


EMPTY = Cell(text=NO_FIGURE)


def text_cell(text: str, *, url: str | None = None, beside: str = "", code: bool = False, key: str = "") -> Cell:
    """Words; a link where they lead somewhere."""
    shown = text or NO_FIGURE
    return Cell(text=shown, sort=text.casefold() or None, raw=text or None, url=url, beside=beside, code=code, key=key)


def number_cell(
    speech: Speech, value: Figure, digits: int = 0, uom: str = "", *, beside: str = "", url: str | None = None
) -> Cell:
    """A figure with its unit."""
    if value is None:
        return msgspec.structs.replace(EMPTY, beside=beside)
    return Cell(
        text=speech.figure(value, digits), sort=float(value), raw=_decimal(value), uom=uom, beside=beside, url=url
    )


def percent_cell(speech: Speech, share: Figure, digits: int = 2, *, beside: str = "") -> Cell:
    """A share as percent; exported as percent, too."""
    if share is None:
        return msgspec.structs.replace(EMPTY, beside=beside)
    hundred = Fraction(share) * 100
    return Cell(text=speech.figure(hundred, digits), sort=float(share), raw=_decimal(hundred), uom="%", beside=beside)


def moment_cell(speech: Speech, instant: datetime | None, zone: str, *, beside: str = "") -> Cell:
    """A time by the clock of ``zone``."""
    if instant is None:
        return EMPTY
    return Cell(text=speech.moment(instant, zone), sort=instant.timestamp(), raw=instant, beside=beside)


def state_cell(text: str, state: str, rank: float, *, beside: str = "", url: str | None = None) -> Cell:
    """A state with its shape, sorted by ``rank`` (the worst one highest)."""
    return Cell(text=text, sort=rank, raw=text, state=state, beside=beside, url=url)


def basis(speech: Speech, n: int | None, interval: Interval | None = None, digits: int = 2, scale: float = 1.0) -> str:
    """What a figure rests on: its n and its interval."""
    parts = [] if n is None else [f"n = {speech.count(n)}"]
    if interval is not None:
        low, high = speech.figure(interval.low * scale, digits), speech.figure(interval.high * scale, digits)
        parts.append(f"{low} – {high}")
    return " · ".join(part.replace(" ", UNBROKEN) for part in parts)


def _decimal(value: Decimal | Fraction | float) -> Decimal:
    """Rounded to twelve significant digits: what stands in a spreadsheet."""
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    return Decimal(f"{float(value):.{_DIGITS}g}")
