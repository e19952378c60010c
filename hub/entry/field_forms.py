"""What the routes of claims take, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Note
from hub.recall.question import ItemName

Amount = Annotated[Decimal, Field(ge=0, max_digits=21, decimal_places=6, allow_inf_nan=False)]
Code = Annotated[str, Field(min_length=1, max_length=20)]


class FailureForm(Form):
    """A unit failed in the field."""

    id: Key | None = None
    """The claim's number; without one it gets one."""
    unit: ItemName
    failed_on: date
    mode: Note = ""
    component: Annotated[str, Field(max_length=400)] = ""
    used: Amount | None = None
    uom: Annotated[str, Field(max_length=20)] = ""
    evidence: Note = ""

    @model_validator(mode="after")
    def _together(self) -> "FailureForm":
        if (self.used is None) != (not self.uom):
            raise ValueError("give used and uom together")
        return self


class FailuresForm(Form):
    """Claims that are entered together."""

    failures: Annotated[list[FailureForm], Field(min_length=1, max_length=5_000)]
    entered_by: Key


class UsageForm(Form):
    """How much a unit has been used."""

    unit: ItemName
    read_on: date
    used: Amount
    uom: Code


class UsagesForm(Form):
    """Readings that are entered together."""

    readings: Annotated[list[UsageForm], Field(min_length=1, max_length=5_000)]
    entered_by: Key
