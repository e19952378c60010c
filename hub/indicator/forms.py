"""What the routes of indicators take."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Name, Note
from traceability.record.indicator import Combined, Direction, Frequency

FromZero = Annotated[int, Field(ge=0, le=10**12)]
Figure = Annotated[Decimal, Field(max_digits=30, decimal_places=12, allow_inf_nan=False)]


class IndicatorForm(Form):
    """A declared series: its names, which way is better, who answers for it and where its figures come from."""

    id: Key
    name: Name
    name_zh: Note = ""
    uom: Annotated[str, Field(max_length=40)] = ""
    share: bool = False
    direction: Direction = Direction.HIGHER
    combined: Combined = Combined.LAST
    frequency: Frequency = Frequency.MONTH
    owner: Key
    source: Name
    ended: bool = False
    entered_by: Key


class ValueForm(Form):
    """What a series came to in a period: a value, or k of n."""

    first: date
    last: date
    value: Figure | None = None
    k: FromZero | None = None
    n: FromZero | None = None
    evidence: Name

    @model_validator(mode="after")
    def _one_of_both(self) -> "ValueForm":
        if self.last < self.first:
            raise ValueError("the period ends before it begins")
        if (self.value is None) == (self.k is None) or (self.k is None) != (self.n is None):
            raise ValueError("give either a value, or k and n")
        if self.k is not None and self.n is not None and (self.k > self.n or not self.n):
            raise ValueError(f"{self.k} of {self.n} is no share")
        return self


class EnteredValue(ValueForm):
    """The same by somebody."""

    entered_by: Key


class ReversalForm(Form):
    """Which value counts no more, and why."""

    value: Key
    reason: Name
    entered_by: Key
