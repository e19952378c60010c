"""``/api/v1/organisations/{organisation}/targets``: what is asked of all plants together, and where it stands."""

from fastapi import APIRouter, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, entered
from hub.target.forms import WithdrawalForm
from hub.target.organisation_enter import state_whole, withdraw_whole
from hub.target.organisation_forms import OrganisationTargetForm
from hub.target.organisation_views import WholeHistory, WholeTargetsView, whole_history, wholes_view

router = APIRouter(prefix="/api/v1/organisations/{organisation}/targets", tags=["targets"])


@router.get("", response_class=Response, responses=documented(WholeTargetsView))
def get_organisation_targets(organisation: str, hub: UsesHub, asker: UsesAsker) -> Response:
    """The targets in force, over all plants and plant by plant, and whether the plants' targets add up to them."""
    own = asker.organisation in ("", organisation)
    with hub.store.reading() as connection:
        return json_answer(wholes_view(connection, organisation, hub.clock(), own=own))


@router.post("", status_code=201, dependencies=[AdminOnly])
def post_organisation_target(organisation: str, form: OrganisationTargetForm, hub: UsesHub) -> Entered:
    """State a target, or anew what it is."""
    return entered(state_whole(hub, organisation, form))


@router.get("/{target}", response_class=Response, responses=documented(WholeHistory))
def get_organisation_target(organisation: str, target: str, hub: UsesHub) -> Response:
    """Everything ever stated of a target, and where it stood."""
    with hub.store.reading() as connection:
        return json_answer(whole_history(connection, organisation, target))


@router.post("/{target}/withdrawal", status_code=201, dependencies=[AdminOnly])
def post_organisation_withdrawal(organisation: str, target: str, form: WithdrawalForm, hub: UsesHub) -> Entered:
    """Let a target hold no more; what it was stays in the ledger."""
    return entered(withdraw_whole(hub, organisation, target, form))
