"""``/api/v1/organisations/{organisation}/targets``: what is asked of all plants together, and where it stands."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.of_organisation import EntersFor
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file
from hub.entry.forms import Entered, entered
from hub.entry.stated_table import TableReport, load, look
from hub.target.forms import WithdrawalForm
from hub.target.organisation_enter import state_whole, withdraw_whole
from hub.target.organisation_file import WHOLE_TABLE, WHOLE_TARGETS, standing_in_order, whole_rows
from hub.target.organisation_forms import OrganisationTargetForm
from hub.target.organisation_views import WholeHistory, WholeTargetsView, require_own, whole_history, wholes_view

router = APIRouter(prefix="/api/v1/organisations/{organisation}/targets", tags=["targets"])


@router.get("", response_class=Response, responses=documented(WholeTargetsView))
def get_organisation_targets(organisation: str, hub: UsesHub, asker: UsesAsker) -> Response:
    """The targets in force, over all plants and plant by plant, and whether the plants' targets add up to them."""
    own = asker.organisation in ("", organisation)
    with hub.store.reading() as connection:
        return json_answer(wholes_view(connection, organisation, hub.clock(), own=own))


@router.get("/file", response_class=Response, responses=TABLE_FILE)
def get_organisation_targets_file(
    organisation: str, hub: UsesHub, asker: UsesAsker, *, form: Form = Form.CSV, language: Language = Language.EN
) -> Response:
    """The targets in force as a table that can be changed and sent back."""
    with hub.store.reading() as connection:
        require_own(connection, organisation, own=asker.organisation in ("", organisation))
        rows = list(whole_rows(standing_in_order(connection, organisation)))
    return table_file(WHOLE_TARGETS, rows, form, language)


@router.post("/file", response_class=Response, responses=documented(TableReport))
def post_organisation_targets_file(
    organisation: str,
    hub: EntersFor,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = True,
) -> Response:
    """Targets as CSV (UTF-8 or GB18030) or Excel. With `dry_run`, the default, it is only told what is in the file."""
    if dry_run:
        return json_answer(look(hub, organisation, data, WHOLE_TABLE, entered_by))
    return json_answer(load(hub, organisation, data, WHOLE_TABLE, by=entered_by))


@router.post("", status_code=201)
def post_organisation_target(organisation: str, form: OrganisationTargetForm, hub: EntersFor) -> Entered:
    """State a target, or anew what it is."""
    return entered(state_whole(hub, organisation, form))


@router.get("/{target}", response_class=Response, responses=documented(WholeHistory))
def get_organisation_target(organisation: str, target: str, hub: UsesHub) -> Response:
    """Everything ever stated of a target, and where it stood."""
    with hub.store.reading() as connection:
        return json_answer(whole_history(connection, organisation, target))


@router.post("/{target}/withdrawal", status_code=201)
def post_organisation_withdrawal(organisation: str, target: str, form: WithdrawalForm, hub: EntersFor) -> Entered:
    """Let a target hold no more; what it was stays in the ledger."""
    return entered(withdraw_whole(hub, organisation, target, form))
