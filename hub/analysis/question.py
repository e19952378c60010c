"""What a comparison asks, as it is sent."""

from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from hub.entry.forms import Form, Key
from hub.recall.question import ItemName

MOST_NAMED = 20_000
MOST_SAMPLED = 5_000
SAMPLED = 2_000


class FailedAt(Form):
    """Units that failed at an operation in ``[begin, end)``, at one plant or work cell or any."""

    operation: Key
    plant: Key | None = None
    work_cell: Key | None = None
    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None


class Suspects(Form):
    """The units in question, told in one of three ways."""

    items: Annotated[list[ItemName], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    """Serials: Digital Links, EPC URNs, private identities, other systems' names."""
    recall: Annotated[str, Field(max_length=40)] | None = None
    """Id of a recall: the units it reached."""
    failed: FailedAt | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Suspects":
        if sum((bool(self.items), self.recall is not None, self.failed is not None)) != 1:
            raise ValueError("give exactly one of items, recall and failed")
        return self


class CommonQuestion(Form):
    """Suspects, and what they are compared with: ``others``, or the rest of the period."""

    suspects: Suspects
    others: Annotated[list[ItemName], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    begin: AwareDatetime | None = None
    """Of the rest of the period; without it the whole days of the plant on which the suspects were made."""
    end: AwareDatetime | None = None
    part: ItemName | None = None
    """Of which part; without it the one that most of the suspects are of."""
    sample: Annotated[int, Field(ge=10, le=MOST_SAMPLED)] = SAMPLED
    """Units of either group that are looked at; of more, so many are drawn."""
    level: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    """The chance, corrected for everything that is tested, of even one finding where there is nothing."""
    without: Annotated[list[Key], Field(max_length=200)] = Field(default_factory=list)
    """Operations and characteristics to leave out."""
    findings: Annotated[int, Field(ge=1, le=1_000)] = 50
    """How many findings to answer; the strongest."""
