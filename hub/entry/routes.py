"""Routes by which people enter things. All need the admin token."""

from fastapi import APIRouter

from hub.api.access import AdminOnly, UsesHub
from hub.entry import economics, master
from hub.entry.forms import (
    AgentForm,
    AssessmentForm,
    Entered,
    LossForm,
    OrganisationForm,
    OutputValueForm,
    PlantForm,
    entered,
)
from traceability.record.economics import Answer

router = APIRouter(prefix="/api/v1", tags=["entry"], dependencies=[AdminOnly])


@router.post("/organisations", status_code=201)
def post_organisation(form: OrganisationForm, hub: UsesHub) -> Entered:
    """Enter a company, or its new name."""
    return entered(master.add_organisation(hub, form.id, form.name, form.name_zh))


@router.post("/plants", status_code=201)
def post_plant(form: PlantForm, hub: UsesHub) -> Entered:
    """Enter a plant, or what is new about it."""
    stored = master.add_plant(
        hub,
        form.id,
        organisation=form.organisation,
        name=form.name,
        name_zh=form.name_zh,
        time_zone=form.time_zone,
    )
    return entered(stored)


@router.post("/agents", status_code=201)
def post_agent(form: AgentForm, hub: UsesHub) -> Entered:
    """Register the key of an author."""
    return entered(master.add_agent(hub, form.author, plant=form.plant, public_key=form.public_key))


@router.post("/plants/{plant}/losses", status_code=201)
def post_loss(plant: str, form: LossForm, hub: UsesHub) -> Entered:
    """Enter a cost of poor quality."""
    stored = economics.enter_loss(
        hub,
        plant,
        item=form.item,
        amount=form.amount,
        currency=form.currency,
        accrued_on=form.accrued_on,
        evidence=form.evidence,
        entered_by=form.entered_by,
        about=economics.LossAbout(
            part=form.part, operation=form.operation, supplier=form.supplier, recovered=form.recovered
        ),
    )
    return entered(stored)


@router.post("/plants/{plant}/output-values", status_code=201)
def post_output_value(plant: str, form: OutputValueForm, hub: UsesHub) -> Entered:
    """Enter the output value of a year."""
    stored = economics.enter_output_value(
        hub,
        plant,
        year=form.year,
        amount=form.amount,
        currency=form.currency,
        evidence=form.evidence,
        entered_by=form.entered_by,
    )
    return entered(stored)


@router.post("/plants/{plant}/assessments", status_code=201)
def post_assessment(plant: str, form: AssessmentForm, hub: UsesHub) -> Entered:
    """Enter the answers about one dimension."""
    answers = [Answer(item=given.item, state=given.state, evidence=given.evidence) for given in form.answers]
    stored = economics.enter_assessment(
        hub, plant, dimension=form.dimension, answers=answers, entered_by=form.entered_by
    )
    return entered(stored)
