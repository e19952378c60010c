"""What the routes of targets take."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Name, Note
from traceability.record.indicator import Direction
from traceability.record.metric import MetricName, MetricReference

Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=400)]
Value = Annotated[Decimal, Field(max_digits=30, decimal_places=12, allow_inf_nan=False)]


class StatedWords(Form):
    """A metric, what it should come to, from when to when, and who answers for it."""

    id: Key
    name: Note = ""
    metric: MetricName
    operation: Short = ""
    part: Long = ""
    characteristic: Short = ""
    defect: Long = ""
    indicator: Short = ""
    direction: Direction
    value: Value
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    first: date
    last: date | None = None
    days: Annotated[int, Field(ge=0, le=3660)] = 0
    owner: Key

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError("the target ends before it begins")
        if (self.metric is MetricName.INDICATOR) != bool(self.indicator):
            raise ValueError("name an indicator where the metric is one, and nowhere else")
        if (self.metric is MetricName.QUALITY_COST) != bool(self.currency):
            raise ValueError("name a currency where the metric is a sum of money, and nowhere else")
        if self.metric is MetricName.DEFECT_SHARE and not self.defect:
            raise ValueError("name the defect")
        if self.metric is MetricName.CHARACTERISTIC_MEAN and not self.characteristic:
            raise ValueError("name the characteristic")
        return self


class TargetWords(StatedWords):
    """A target of a plant: at a place in it, and part of another one or none."""

    line: Short = ""
    parent: Short = ""

    def reference(self, plant: str) -> MetricReference:
        """The metric at the place."""
        names = ("line", "operation", "part", "characteristic", "defect", "indicator")
        return MetricReference(metric=self.metric, plant=plant, **{name: getattr(self, name) for name in names})


class TargetForm(TargetWords):
    """The same by somebody."""

    entered_by: Key


class WithdrawalForm(Form):
    """Who withdraws a target; what it was stays in the ledger."""

    reason: Name
    entered_by: Key
