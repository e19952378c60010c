"""What the entry routes take, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hub.store.ledger.batches import StoredBatch
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.record.economics import ItemState

Name = Annotated[str, Field(min_length=1, max_length=2000)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
Minutes = Annotated[int, Field(ge=1, le=10**6)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Form(BaseModel):
    """Unknown fields are refused: a misspelt one must not vanish."""

    model_config = ConfigDict(extra="forbid")


class OrganisationForm(Form):
    """A company."""

    id: Key
    name: Name
    name_zh: Note = ""


class PlantForm(Form):
    """A plant of a company."""

    id: Key
    organisation: Key
    name: Name
    name_zh: Note = ""
    time_zone: Key = "Asia/Shanghai"


class AgentForm(Form):
    """An author and its key, base64 of the raw Ed25519 public key."""

    author: Key
    plant: Key
    public_key: Key


class LossForm(Form):
    """One cost of poor quality."""

    item: CostItem
    amount: Amount
    currency: CurrencyCode = "CNY"
    accrued_on: date
    evidence: Note
    entered_by: Key
    part: Annotated[str, Field(max_length=400)] = ""
    operation: Annotated[str, Field(max_length=200)] = ""
    supplier: Annotated[str, Field(max_length=200)] = ""
    recovered: Amount = Decimal(0)


class OutputValueForm(Form):
    """Output value of a year."""

    year: Annotated[int, Field(ge=1, le=9998)]
    amount: Amount
    currency: CurrencyCode = "CNY"
    evidence: Note
    entered_by: Key


class AnswerForm(Form):
    """One item answered; a waiver gives its reason as evidence."""

    item: Key
    state: ItemState
    evidence: Note = ""


class AssessmentForm(Form):
    """Answers about one dimension."""

    dimension: Dimension
    answers: Annotated[list[AnswerForm], Field(min_length=1, max_length=200)]
    entered_by: Key


class Entered(BaseModel):
    """Where the entry stands: its batch in the log; ``new`` is False when it stood so already."""

    new: bool
    log_index: int | None = None
    hash: str | None = None


def entered(stored: StoredBatch | None) -> Entered:
    """The answer to an entry; None: it stood so already."""
    return Entered(new=False) if stored is None else Entered(new=True, log_index=stored.id, hash=stored.hash)
