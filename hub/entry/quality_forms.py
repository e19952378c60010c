"""What the routes of quality statements take, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hub.entry.forms import Amount, CurrencyCode, Form, Key, Minutes, Name, Note
from traceability.quality.sampling import SamplingMode
from traceability.record.quality import CostRateKind

Item = Annotated[str, Field(min_length=1, max_length=400)]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Exact = Annotated[Decimal, Field(max_digits=24, decimal_places=12, allow_inf_nan=False)]


class ShiftForm(Form):
    """A planned shift by the plant's clock."""

    name: Key
    start: Clock
    end: Clock


class CalendarForm(Form):
    """Planned production days; weekdays by ISO, 1 is Monday."""

    first: date
    last: date
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]
    closed: Annotated[tuple[date, ...], Field(max_length=4000)] = ()
    opened: Annotated[tuple[date, ...], Field(max_length=4000)] = ()
    shifts: Annotated[tuple[ShiftForm, ...], Field(max_length=20)] = ()
    entered_by: Key


class CostRateForm(Form):
    """Cost of scrapping one unit, or of another activity once; without a part or operation: of every one."""

    part: Annotated[str, Field(max_length=400)] = ""
    rate: CostRateKind
    amount: Amount
    currency: CurrencyCode = "CNY"
    valid_from: date
    operation: Annotated[str, Field(max_length=200)] = ""
    evidence: Note = ""
    entered_by: Key


class ReversalForm(Form):
    """Why a loss entry counts no more."""

    reason: Name
    entered_by: Key


class GaugeUseForm(Form):
    """What a gauge measures."""

    part: Item
    characteristic: Key


class GaugeForm(Form):
    """A gauge as it stands now."""

    id: Key
    name: Name
    name_zh: Note = ""
    uses: Annotated[tuple[GaugeUseForm, ...], Field(max_length=500)] = ()
    calibrated_on: date | None = None
    calibration_due: date | None = None
    calibration_minutes: Minutes | None = None
    """Of work that the latest calibration took; left out: not stated."""
    certificate: Note = ""
    withdrawn: bool = False
    entered_by: Key


class ReadingForm(Form):
    """One reading of a study."""

    part: Key
    operator: Key
    value: Exact


class GaugeStudyForm(Form):
    """A gauge study: its readings, or the share of the tolerance as a report states it (0.12 for 12 %)."""

    gauge: Key
    part: Item
    characteristic: Key
    performed_on: date
    tolerance: Annotated[Decimal, Field(gt=0, max_digits=24, decimal_places=12, allow_inf_nan=False)] | None = None
    readings: Annotated[tuple[ReadingForm, ...], Field(max_length=2000)] = ()
    stated_share: Annotated[Decimal, Field(ge=0, le=100, decimal_places=6, allow_inf_nan=False)] | None = None
    evidence: Note = ""
    entered_by: Key


class PolicyForm(Form):
    """Choices under rules R11, R14 and R20."""

    net_losses: bool = False
    sampling: SamplingMode = SamplingMode.INSPECTED
    cpk_waiver: Note = ""
    entered_by: Key


class AssessForm(Form):
    """Who assesses a plant's Level now."""

    assessed_by: Key
