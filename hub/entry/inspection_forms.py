"""What the routes of lot inspections and field returns take, as JSON or as a row of a table."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Note

Item = Annotated[str, Field(min_length=1, max_length=400)]
Positive = Annotated[int, Field(ge=1, le=10**12)]
FromZero = Annotated[int, Field(ge=0, le=10**12)]


class LotInspectionForm(Form):
    """One submission of a lot that was judged on a sample."""

    part: Item
    operation: Key
    lot: Item
    size: Positive
    sample: Positive
    defective: FromZero
    accepted: bool
    submission: Positive = 1
    inspected_on: date
    evidence: Note = ""

    @model_validator(mode="after")
    def _possible(self) -> "LotInspectionForm":
        if self.sample > self.size:
            raise ValueError(f"the sample of {self.sample} is larger than the lot of {self.size}")
        if self.defective > self.sample:
            raise ValueError(f"{self.defective} defective of {self.sample} inspected")
        return self


class FieldReturnForm(Form):
    """Units of one month of shipment that failed in the field, in total up to a day."""

    part: Item
    cohort: Annotated[str, Field(pattern="^[1-9][0-9]{3}-(0[1-9]|1[0-2])$")]
    shipped: Positive
    returned: FromZero
    as_of: date
    evidence: Note = ""

    @model_validator(mode="after")
    def _possible(self) -> "FieldReturnForm":
        if self.returned > self.shipped:
            raise ValueError(f"{self.returned} returned of {self.shipped} shipped")
        if self.as_of.isoformat()[:7] < self.cohort:
            raise ValueError("as_of lies before the month of shipment")
        return self


class Entering(Form):
    """Who enters."""

    entered_by: Key


class EnteredInspection(LotInspectionForm, Entering):
    """A submission and who enters it."""


class EnteredReturn(FieldReturnForm, Entering):
    """Returns and who enters them."""
