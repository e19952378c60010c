"""What the routes of incoming material take, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from hub.entry.forms import Form, Key, Minutes, Note
from traceability.quality.sampling_plan.letters import InspectionLevel
from traceability.record.incoming import MAX_CHARACTERISTICS, MAX_ITEMS, OF_LOTS, Decision, FoundIn

Code = Annotated[str, Field(min_length=1, max_length=2000)]
ItemName = Annotated[str, Field(min_length=1, max_length=400)]
OptionalKey = Annotated[str, Field(max_length=200)]
Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,12})?$")]
FromOne = Annotated[int, Field(ge=1, le=10**9)]
FromZero = Annotated[int, Field(ge=0, le=10**9)]


class CharacteristicForm(Form):
    """What is inspected: with a limit it is measured, without one judged item by item. Numbers as text, exact."""

    name: Key
    aql: Number
    level: InspectionLevel = InspectionLevel.II
    double: bool = False
    lower: Number | None = None
    upper: Number | None = None
    uom: OptionalKey = ""
    sigma: Number | None = None
    sample: FromOne | None = None
    k: Number | None = None

    @field_validator("aql")
    @classmethod
    def _positive(cls, value: str) -> str:
        if Decimal(value) <= 0:
            raise ValueError("an AQL is above 0")
        return value


class PlanForm(Form):
    """What a plant inspects of a part, of one supplier or of everybody."""

    part: ItemName
    supplier: OptionalKey = ""
    characteristics: Annotated[list[CharacteristicForm], Field(min_length=1, max_length=MAX_CHARACTERISTICS)]
    reduce: bool = False
    skip: bool = False
    valid_from: date
    entered_by: Key


class ScannedForm(Form):
    """A code as scanned: of a lot with its quantity (taken from the shipment where left out), a unit, or a box."""

    code: Code
    symbology: Annotated[str, Field(pattern=r"^(\][A-Za-z][0-9A-Za-z])?$")] = ""
    quantity: FromOne | None = None


class ReceiptForm(Form):
    """Goods that came; ``shipment`` is the supplier's own record, with which they are compared.

    ``number`` is what the plant calls the receipt, once at a plant; left out: nothing but its id.
    """

    supplier: Key
    number: OptionalKey = ""
    shipment: OptionalKey = ""
    delivery_note: Note = ""
    received_on: date
    items: Annotated[list[ScannedForm], Field(min_length=1, max_length=MAX_ITEMS)]
    entered_by: Key


class ResultForm(Form):
    """What was found of one characteristic: a count, the counts of two samples, or the values in order."""

    name: Key
    found: FromZero | None = None
    found_second: FromZero | None = None
    values: Annotated[list[Number], Field(max_length=10_000)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_kind(self) -> "ResultForm":
        if (self.found is None) == (not self.values):
            raise ValueError("give found, or values")
        return self


class InspectionForm(Form):
    """The results of one submission of a received lot (``item``: the lot, or the part of units that came singly)."""

    item: ItemName
    results: Annotated[list[ResultForm], Field(min_length=1, max_length=MAX_CHARACTERISTICS)]
    inspected_on: date
    minutes: Minutes | None = None
    """Of work that the inspection took; left out: not stated."""
    evidence: Note = ""
    entered_by: Key


class LotDecisionForm(Form):
    """What is decided about a received lot, and why."""

    item: ItemName
    decision: Decision
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    decided_on: date
    entered_by: Key

    @field_validator("decision")
    @classmethod
    def _of_a_lot(cls, value: Decision) -> Decision:
        if value not in OF_LOTS:
            raise ValueError("is about further lots, not about this one")
        return value


class SwitchForm(Form):
    """What is decided about how further lots of a supplier's part are inspected."""

    supplier: Key
    part: ItemName
    decision: Decision
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    decided_on: date
    entered_by: Key

    @field_validator("decision")
    @classmethod
    def _of_further_lots(cls, value: Decision) -> Decision:
        if value in OF_LOTS:
            raise ValueError("is about one lot: name its receipt")
        return value


class EscapeForm(Form):
    """Something received turned out defective; ``item`` is it, or what it was built into."""

    item: ItemName
    component: Annotated[str, Field(max_length=400)] = ""
    found_in: FoundIn
    found_on: date
    quantity: FromOne = 1
    defect: Note = ""
    evidence: Note = ""
    entered_by: Key
