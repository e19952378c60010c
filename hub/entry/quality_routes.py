"""Routes by which people state how quality is managed. All need the admin token."""

from fastapi import APIRouter

from hub.api.access import AdminOnly, UsesHub
from hub.entry import quality
from hub.entry.forms import Entered, entered
from hub.entry.quality_forms import (
    CalendarForm,
    CostRateForm,
    GaugeForm,
    GaugeStudyForm,
    PolicyForm,
    ReversalForm,
)
from traceability.record.quality import GaugeReading, GaugeUse, Shift

router = APIRouter(prefix="/api/v1", tags=["entry"], dependencies=[AdminOnly])


@router.post("/plants/{plant}/calendar", status_code=201)
def post_calendar(plant: str, form: CalendarForm, hub: UsesHub) -> Entered:
    """Enter planned production days."""
    shifts = [Shift(name=one.name, start=one.start, end=one.end) for one in form.shifts]
    given = form.model_dump(exclude={"shifts"})
    return entered(quality.enter_calendar(hub, plant, shifts=shifts, **given))


@router.post("/plants/{plant}/cost-rates", status_code=201)
def post_cost_rate(plant: str, form: CostRateForm, hub: UsesHub) -> Entered:
    """Enter what scrapping, reworking or inspecting one unit costs, or another activity each time."""
    return entered(quality.enter_cost_rate(hub, plant, **form.model_dump()))


@router.post("/plants/{plant}/losses/{loss}/reversal", status_code=201)
def post_reversal(plant: str, loss: str, form: ReversalForm, hub: UsesHub) -> Entered:
    """Undo a loss entry; both stay in the ledger."""
    stored = quality.reverse_loss(hub, plant, loss=loss, reason=form.reason, entered_by=form.entered_by)
    return entered(stored)


@router.post("/plants/{plant}/gauges", status_code=201)
def post_gauge(plant: str, form: GaugeForm, hub: UsesHub) -> Entered:
    """Enter a gauge, or what is new about it."""
    uses = [GaugeUse(part=one.part, characteristic=one.characteristic) for one in form.uses]
    given = form.model_dump(exclude={"id", "uses"})
    return entered(quality.enter_gauge(hub, plant, gauge=form.id, uses=uses, **given))


@router.post("/plants/{plant}/gauge-studies", status_code=201)
def post_gauge_study(plant: str, form: GaugeStudyForm, hub: UsesHub) -> Entered:
    """Enter a study of a gauge."""
    readings = [GaugeReading(part=one.part, operator=one.operator, value=f"{one.value:f}") for one in form.readings]
    given = form.model_dump(exclude={"readings"})
    return entered(quality.enter_gauge_study(hub, plant, readings=readings, **given))


@router.post("/plants/{plant}/policy", status_code=201)
def post_policy(plant: str, form: PolicyForm, hub: UsesHub) -> Entered:
    """Enter a plant's choices under the rules of grading."""
    return entered(quality.enter_policy(hub, plant, **form.model_dump()))
