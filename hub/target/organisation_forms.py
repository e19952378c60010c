"""What the routes of an organisation's targets take."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Note
from hub.target.forms import Long, Short, TargetWords, Value
from traceability.record.indicator import Direction
from traceability.record.metric import MetricName


class OrganisationTargetForm(Form):
    """A metric over all plants, what it should come to, from when to when, and who answers for it."""

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
    entered_by: Key

    @model_validator(mode="after")
    def _whole(self) -> "OrganisationTargetForm":
        """What holds for a target of a plant holds for this."""
        TargetWords.model_validate({name: value for name, value in self.model_dump().items() if name != "entered_by"})
        return self
