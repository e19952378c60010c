"""``/api/v1/plants/{plant}/targets``: the tree with its status, targets stated and withdrawn, files in and out."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file
from hub.entry.forms import Entered, entered
from hub.indicator.enter import zone_of
from hub.kept import UsesKept
from hub.target.enter import state_target, withdraw
from hub.target.forms import TargetForm, WithdrawalForm
from hub.target.state import in_force, targets_of, tree
from hub.target.target_file import TARGETS, TargetFileReport, load, look, target_rows
from hub.target.views import TargetHistory, TargetsView, history_view, targets_view

router = APIRouter(prefix="/api/v1/plants/{plant}/targets", tags=["targets"])


@router.get("", response_class=Response, responses=documented(TargetsView))
def get_targets(plant: str, hub: UsesHub, asker: UsesAsker, kept: UsesKept) -> Response:
    """The targets in force, depth first: where each stands now, and whether its parts add up to it."""
    now = hub.clock()
    with hub.store.reading() as connection:
        return json_answer(
            kept.answer(connection, asker, plant, ("targets",), now, lambda: targets_view(connection, plant, now))
        )


@router.get("/file", response_class=Response, responses=TABLE_FILE)
def get_targets_file(plant: str, hub: UsesHub, *, form: Form = Form.CSV, language: Language = Language.EN) -> Response:
    """The targets in force as a table that can be changed and sent back."""
    with hub.store.reading() as connection:
        zone_of(connection, plant)
        standing = in_force(targets_of(connection, [plant]), plant)
    return table_file(TARGETS, list(target_rows(one for _, one in tree(standing))), form, language, "targets")


@router.post("/file", response_class=Response, responses=documented(TargetFileReport), dependencies=[AdminOnly])
def post_targets_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = True,
) -> Response:
    """Targets as CSV (UTF-8 or GB18030) or Excel. With `dry_run`, the default, it is only told what is in the file."""
    if dry_run:
        return json_answer(look(hub, plant, data))
    return json_answer(load(hub, plant, data, by=entered_by))


@router.post("", status_code=201, dependencies=[AdminOnly])
def post_target(plant: str, form: TargetForm, hub: UsesHub) -> Entered:
    """State a target, or anew what it is."""
    return entered(state_target(hub, plant, form))


@router.get("/{target}", response_class=Response, responses=documented(TargetHistory))
def get_target(plant: str, target: str, hub: UsesHub) -> Response:
    """Everything ever stated of a target, and where it stood."""
    with hub.store.reading() as connection:
        return json_answer(history_view(connection, plant, target))


@router.post("/{target}/withdrawal", status_code=201, dependencies=[AdminOnly])
def post_withdrawal(plant: str, target: str, form: WithdrawalForm, hub: UsesHub) -> Entered:
    """Let a target hold no more; what it was stays in the ledger."""
    return entered(withdraw(hub, plant, target, form))
