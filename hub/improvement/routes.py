"""``/api/v1/plants/{plant}/improvements``: from the weak point to the standard, one record, as PDCA and as 8D."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, download, table_file, workbook_file
from hub.errors import NotFound
from hub.improvement import act
from hub.improvement.check import make_check
from hub.improvement.forms import (
    ActionForm,
    By,
    CauseForm,
    CloseForm,
    DoneForm,
    ImprovementForm,
    PlanCheckForm,
    ReasonForm,
    RemarkForm,
    SetTargetForm,
    StandardForm,
    TeamForm,
)
from hub.improvement.overdue import Overdue, overdue_of
from hub.improvement.read import day_at, find, improvements_of, list_view, view
from hub.improvement.sheets import CHECKS, EIGHT_D, IMPROVEMENTS, check_rows, eight_d_rows, improvement_rows
from hub.improvement.views import ImprovementList, ImprovementView, Made
from hub.improvement.weak import EffectUnit, WeakPoints
from hub.improvement.weak_points import weak_points
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from traceability.improvement.stages import Stage
from traceability.improvement.state import Improvement, ImprovementState
from traceability.record.improvement import (
    ActionDropped,
    Cancel,
    Close,
    ImprovementStep,
    NextRound,
    Remark,
)

router = APIRouter(prefix="/api/v1/plants/{plant}", tags=["improvement"])
_NEW: dict[int | str, dict[str, Any]] = {201: documented(Made)[200]}
_ONE = "/improvements/{identity}"


class Shape(StrEnum):
    """Of one improvement taken away."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class OverdueList(msgspec.Struct, frozen=True, kw_only=True):
    """Actions that should have been done, the longest first."""

    total: int
    actions: tuple[Overdue, ...]


@router.get("/weak-points", response_class=Response, responses=documented(WeakPoints))
def get_weak_points(plant: str, hub: UsesHub, by: EffectUnit = EffectUnit.UNITS) -> Response:
    """Where the plant loses most, from its records: each with figure, n, effect and what the next Level needs."""
    with hub.store.reading() as connection:
        return json_answer(weak_points(connection, plant, hub.clock(), by))


@router.post("/improvements", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_improvement(plant: str, form: ImprovementForm, hub: UsesHub) -> Response:
    """Begin one, from a weak point; the target may follow."""
    target = None if form.target is None else form.target.at(plant)
    return _created(act.begin(hub, form.at(plant), form.by, target))


@router.get("/improvements", response_class=Response, responses=documented(ImprovementList))
def get_improvements(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    hub: UsesHub,
    state: ImprovementState | None = None,
    stage: Stage | None = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Those that fit, the latest first."""
    with hub.store.reading() as connection:
        return json_answer(list_view(connection, plant, hub.clock(), state, stage, offset, limit))


@router.get("/improvements/file", response_class=Response, responses=TABLE_FILE)
def get_improvements_file(
    plant: str, hub: UsesHub, form: Form = Form.CSV, language: Language = Language.ZH
) -> Response:
    """All of them as a table."""
    with hub.store.reading() as connection:
        lines = [line for line, _ in improvements_of(connection, plant, hub.clock())]
    return table_file(IMPROVEMENTS, improvement_rows(lines), form, language)


@router.get("/improvements/overdue", response_class=Response, responses=documented(OverdueList))
def get_overdue(plant: str, hub: UsesHub) -> Response:
    """Actions that should have been done."""
    with hub.store.reading() as connection:
        today = day_at(read_master(connection), plant, hub.clock())
        every = improvements_of(connection, plant, hub.clock(), state=ImprovementState.OPEN)
    late = sorted((one for _, now in every for one in overdue_of(now, today)), key=lambda one: (one.due, one.action))
    return json_answer(OverdueList(total=len(late), actions=tuple(late)))


@router.get(_ONE, response_class=Response, responses=documented(ImprovementView))
def get_improvement(plant: str, identity: str, hub: UsesHub) -> Response:
    """Everything of one, as PDCA and as 8D: two views of the same record."""
    with hub.store.reading() as connection:
        return json_answer(_view(connection, plant, identity, hub))


@router.get(_ONE + "/8d", response_class=Response, responses=TABLE_FILE)
def get_eight_d(
    plant: str, identity: str, hub: UsesHub, form: Shape = Shape.XLSX, language: Language = Language.ZH
) -> Response:
    """The 8D report: as a workbook with the checks behind it, as CSV, or all of the record as JSON."""
    with hub.store.reading() as connection:
        found = _view(connection, plant, identity, hub)
    if form is Shape.JSON:
        return download(msgspec.json.encode(found), "application/json", f"{identity}-8d.json")
    rows = list(eight_d_rows(found))
    if form is Shape.CSV:
        return table_file(EIGHT_D, rows, form, language, f"{identity}-8d")
    return workbook_file([(EIGHT_D, rows), (CHECKS, list(check_rows(found.now)))], language, f"{identity}-8d")


@router.post(_ONE + "/target", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_target(plant: str, identity: str, form: SetTargetForm, hub: UsesHub) -> Response:
    """Set the target, before a check of it is planned."""
    return _step(hub, plant, identity, form, form.step(plant))


@router.post(_ONE + "/team", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_team(plant: str, identity: str, form: TeamForm, hub: UsesHub) -> Response:
    """Say who leads and who works on it."""
    return _step(hub, plant, identity, form, form.step())


@router.post(_ONE + "/causes", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_cause(plant: str, identity: str, form: CauseForm, hub: UsesHub) -> Response:
    """Add a cause to the analysis with what shows it, or say more of one."""
    return _step(hub, plant, identity, form, form.step(act.new_name(hub)))


@router.post(_ONE + "/actions", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_action(plant: str, identity: str, form: ActionForm, hub: UsesHub) -> Response:
    """Plan an action, or change one that is open."""
    return _step(hub, plant, identity, form, form.step(act.new_name(hub)))


@router.post(
    _ONE + "/actions/{action}/done", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly]
)
def post_done(plant: str, identity: str, action: str, form: DoneForm, hub: UsesHub) -> Response:
    """An action was carried out."""
    return _step(hub, plant, identity, form, form.step(action))


@router.post(
    _ONE + "/actions/{action}/drop", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly]
)
def post_drop(plant: str, identity: str, action: str, form: ReasonForm, hub: UsesHub) -> Response:
    """An action will not be carried out."""
    return _step(hub, plant, identity, form, ActionDropped(action=action, reason=form.reason))


@router.post(_ONE + "/checks", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_plan(plant: str, identity: str, form: PlanCheckForm, hub: UsesHub) -> Response:
    """Plan how it will be seen whether it worked, before the days it looks at; the test is never changed."""
    with hub.store.reading() as connection:
        target = _found(connection, plant, identity).target
    return _step(hub, plant, identity, form, form.step(act.new_name(hub), target))


@router.post(
    _ONE + "/checks/{check}/result",
    status_code=201,
    response_class=Response,
    responses=_NEW,
    dependencies=[AdminOnly],
)
def post_check(plant: str, identity: str, check: str, form: By, hub: UsesHub) -> Response:
    """Make a planned check, once its days are over; what it finds is never changed."""
    _require(hub, plant, identity)
    return _created(make_check(hub, identity, check, form.by))


@router.post(_ONE + "/standards", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_standard(plant: str, identity: str, form: StandardForm, hub: UsesHub) -> Response:
    """Make it a standard: a control plan's version, a document."""
    return _step(hub, plant, identity, form, form.step())


@router.post(_ONE + "/close", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_close(plant: str, identity: str, form: CloseForm, hub: UsesHub) -> Response:
    """It worked, and a standard keeps it."""
    return _step(hub, plant, identity, form, Close(lesson=form.lesson, recognition=form.recognition))


@router.post(_ONE + "/next-round", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_next_round(plant: str, identity: str, form: ReasonForm, hub: UsesHub) -> Response:
    """Plan anew."""
    return _step(hub, plant, identity, form, NextRound(reason=form.reason))


@router.post(_ONE + "/cancel", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_cancel(plant: str, identity: str, form: ReasonForm, hub: UsesHub) -> Response:
    """Give it up."""
    return _step(hub, plant, identity, form, Cancel(reason=form.reason))


@router.post(_ONE + "/remarks", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_remark(plant: str, identity: str, form: RemarkForm, hub: UsesHub) -> Response:
    """Say something."""
    return _step(hub, plant, identity, form, Remark(text=form.text))


def _step(hub: Hub, plant: str, identity: str, form: By, content: ImprovementStep) -> Response:
    _require(hub, plant, identity)
    return _created(act.step(hub, identity, content, form.by))


def _require(hub: Hub, plant: str, identity: str) -> None:
    with hub.store.reading() as connection:
        _found(connection, plant, identity)


def _found(connection: Reading, plant: str, identity: str) -> Improvement:
    """``NotFound`` also for one of another plant: the address says for whom one may act."""
    _, now = find(connection, identity)
    if now.content.plant != plant:
        raise NotFound(f"plant {plant[:100]!r} has no improvement {identity[:100]!r}", advice="check the id")
    return now


def _view(connection: Reading, plant: str, identity: str, hub: Hub) -> ImprovementView:
    _found(connection, plant, identity)
    return view(connection, identity, hub.clock())


def _created(made: Made) -> Response:
    return json_answer(made, 201)
