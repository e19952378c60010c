"""What people type on the pages of indicators and targets: empty fields are nothing."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from hub.errors import EntryRefused
from hub.indicator.forms import IndicatorForm, ReversalForm, ValueForm
from hub.target.forms import TargetForm, WithdrawalForm
from hub.target.organisation_forms import OrganisationTargetForm
from traceability.record.indicator import Combined, Direction, Frequency
from traceability.record.metric import MetricName

Line = Annotated[str, Field(max_length=2000)]
F = TypeVar("F", bound=BaseModel)


class _Typed(BaseModel):
    csrf: str = ""

    def words(self) -> dict[str, Any]:
        """Without what was left empty."""
        return {name: value for name, value in self.model_dump(exclude={"csrf"}).items() if value not in ("", None)}


class TypedIndicator(_Typed):
    """A definition."""

    id: Line
    name: Line
    name_zh: Line = ""
    uom: Line = ""
    share: bool = False
    direction: Direction = Direction.HIGHER
    combined: Combined = Combined.LAST
    frequency: Frequency = Frequency.MONTH
    owner: Line
    source: Line

    def form(self, by: str) -> IndicatorForm:
        """Checked."""
        return _checked(IndicatorForm, self.words() | {"entered_by": by})


class TypedValue(_Typed):
    """One value of a series."""

    indicator: Line
    first: date
    last: date
    value: Line = ""
    k: Line = ""
    n: Line = ""
    evidence: Line

    def form(self) -> ValueForm:
        """Checked."""
        return _checked(ValueForm, {name: value for name, value in self.words().items() if name != "indicator"})


class TypedUndo(_Typed):
    """A value is taken back."""

    value: Line
    reason: Line

    def form(self, by: str) -> ReversalForm:
        """Checked."""
        return _checked(ReversalForm, self.words() | {"entered_by": by})


class TypedTarget(_Typed):
    """A target."""

    id: Line
    name: Line = ""
    metric: MetricName
    line: Line = ""
    operation: Line = ""
    part: Line = ""
    characteristic: Line = ""
    defect: Line = ""
    indicator: Line = ""
    direction: Direction
    value: Line
    currency: Line = ""
    first: date
    last: Line = ""
    days: Line = ""
    owner: Line
    parent: Line = ""

    def form(self, by: str) -> TargetForm:
        """Checked."""
        return _checked(TargetForm, self.words() | {"entered_by": by})


class TypedOrganisationTarget(TypedTarget):
    """A target over all plants of an organisation."""

    def whole(self, by: str) -> OrganisationTargetForm:
        """Checked."""
        words = {name: text for name, text in self.words().items() if name not in ("line", "parent")}
        return _checked(OrganisationTargetForm, words | {"entered_by": by})


class TypedWithdrawal(_Typed):
    """A target is withdrawn."""

    target: Line
    reason: Line

    def form(self, by: str) -> WithdrawalForm:
        """Checked."""
        return _checked(WithdrawalForm, {"reason": self.reason, "entered_by": by})


def _checked(form: type[F], words: dict[str, Any]) -> F:
    """``EntryRefused`` names the first field that is wrong."""
    try:
        return form.model_validate(words)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else "form"
        said = str(first["msg"]).removeprefix("Value error, ")
        raise EntryRefused(said, where=where, advice="correct the field") from None
