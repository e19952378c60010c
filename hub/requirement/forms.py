"""What the requirement routes take, as JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field

from hub.entry.forms import Form, Key, Note
from traceability.record.requirement import MAX_INDICATORS, Indicator, Metric, Party, Terms
from traceability.record.sharing import DataKind
from traceability.requirement.content import sorted_indicators

Title = Annotated[str, Field(min_length=1, max_length=200)]
LongNote = Annotated[str, Field(max_length=20_000)]
OptionalKey = Annotated[str, Field(max_length=200)]
Item = Annotated[str, Field(min_length=1, max_length=400)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,12})?$")]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class IndicatorForm(Form):
    """One thing that is asked; ``target`` as text, exact (FPY as a share: 0.98)."""

    name: Key
    metric: Metric
    target: Number | None = None
    operation: OptionalKey = ""
    characteristic: OptionalKey = ""
    kinds: Annotated[list[DataKind], Field(max_length=10)] = Field(default_factory=list)
    days: Annotated[int, Field(ge=1, le=3700)] = 365


class TermsForm(Form):
    """What is asked, from when until when."""

    text: LongNote = ""
    indicators: Annotated[list[IndicatorForm], Field(min_length=1, max_length=MAX_INDICATORS)]
    valid_from: date
    valid_to: date | None = None

    @property
    def terms(self) -> Terms:
        """As they are recorded: indicators in their order, kinds each once."""
        indicators = [
            Indicator(kinds=tuple(sorted(set(one.kinds))), **one.model_dump(exclude={"kinds"}))
            for one in self.indicators
        ]
        return Terms(
            text=self.text,
            indicators=sorted_indicators(indicators),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class RequirementForm(Form):
    """What a customer asks of a supplier for a part; ``replaces`` is superseded once this is agreed."""

    customer: Key
    supplier: Key
    part: Item
    title: Title
    terms: TermsForm
    replaces: OptionalKey = ""
    by: Key


class PassOnForm(Form):
    """What the supplier asks its own supplier for the sake of a requirement: its own part, words and targets."""

    supplier: Key
    part: Item
    title: Title
    terms: TermsForm
    by: Key


class ActForm(Form):
    """Who acts, and for which side."""

    party: Party
    by: Key


class CounterForm(ActForm):
    """Other terms."""

    terms: TermsForm
    reason: Note = ""


class AgreeForm(ActForm):
    """``terms_hash`` of the terms that were read: others that came meanwhile are not agreed to."""

    terms_hash: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]


class ReasonForm(ActForm):
    """Why there is no agreement, or no longer."""

    reason: Reason


class RemarkForm(ActForm):
    """Something said."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class TellForm(Form):
    """Who tells the supplier, by a pseudonymous id."""

    by: Key
