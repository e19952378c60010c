"""What the entry routes of costs take, as JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field

from hub.entry.forms import Amount, CurrencyCode, Form, Key, Name, Note
from traceability.quality.cost.category import Activity

Code = Annotated[str, Field(max_length=200)]


class CostForm(Form):
    """A cost of prevention or appraisal; ``accrued_until`` left out: it accrues on one day."""

    activity: Activity
    amount: Amount
    currency: CurrencyCode = "CNY"
    accrued_on: date
    accrued_until: date | None = None
    evidence: Note
    entered_by: Key
    part: Annotated[str, Field(max_length=400)] = ""
    operation: Code = ""
    supplier: Code = ""
    cause: Code = ""
    driver: Code = ""
    """By what it is allocated where it names nothing; empty: by that of the activity, ``none``: not at all."""


class CostReversalForm(Form):
    """Why a cost entry counts no more."""

    reason: Name
    entered_by: Key


class LossCauseForm(Form):
    """What caused a loss: a defect code."""

    cause: Key
    evidence: Note = ""
    entered_by: Key
