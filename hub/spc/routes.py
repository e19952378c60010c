"""``/api/v1/plants/{plant}/characteristics``: control charts of the own plant, frozen limits, points left out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, Form, Name, entered
from hub.spc import decide
from hub.spc.standing import own_chart
from hub.spc.strata import Strata, strata
from hub.spc.views import OwnChart
from hub.suppliers.asked import Asked, Chart, Rules, subject_of
from traceability.record.spc import ValuePlace

router = APIRouter(prefix="/api/v1/plants/{plant}/characteristics/{characteristic}", tags=["spc"])
Question = Annotated[Asked, Depends()]
Position = Annotated[int, Field(ge=0, le=2**53 - 1)]


class ReasonForm(Form):
    """Why; who is whoever sends it."""

    reason: Name


class FreezeForm(ReasonForm):
    """Of which chart the limits are frozen; the period stands in the address."""

    chart: Chart


class ExcludeForm(ReasonForm):
    """Which point of which chart is left out: the one with the value on line ``line`` of the log's batch ``batch``."""

    chart: Chart
    batch: Position
    line: Position


@router.get("/chart", response_class=Response, responses=documented(OwnChart))
def get_own_chart(
    plant: str,
    characteristic: str,
    hub: UsesHub,
    asked: Question,
    *,
    chart: Chart | None = None,
    rules: Rules = Rules.WESTERN_ELECTRIC,
) -> Response:
    """The control chart by the plant's frozen limits, without the points left out; both with who, when and why."""
    with hub.store.reading() as connection:
        subject = subject_of(connection, plant, characteristic, asked, hub.clock())
        return json_answer(own_chart(connection, subject, chart, rules))


@router.get("/strata", response_class=Response, responses=documented(Strata))
def get_strata(plant: str, characteristic: str, hub: UsesHub, asked: Question) -> Response:
    """The values side by side by station and by tool."""
    with hub.store.reading() as connection:
        return json_answer(strata(connection, subject_of(connection, plant, characteristic, asked, hub.clock())))


@router.post("/baselines", status_code=201, dependencies=[AdminOnly])
def post_baseline(  # noqa: PLR0917 - what the route needs
    plant: str, characteristic: str, form: FreezeForm, hub: UsesHub, asker: UsesAsker, asked: Question
) -> dict[str, str]:
    """Freeze the limits that the points of the period give: from now on new points are judged by them."""
    identity = decide.freeze(
        hub, plant, characteristic, asked, chart=form.chart, reason=form.reason, entered_by=asker.signature
    )
    return {"id": identity}


@router.post("/baselines/{identity}/end", status_code=201, dependencies=[AdminOnly])
def post_baseline_end(  # noqa: PLR0917 - what the route needs
    plant: str, characteristic: str, identity: str, form: ReasonForm, hub: UsesHub, asker: UsesAsker, asked: Question
) -> Entered:
    """Judge by these limits no more; they stay on record."""
    stored = decide.end_baseline(
        hub, plant, characteristic, asked, baseline=identity, reason=form.reason, entered_by=asker.signature
    )
    return entered(stored)


@router.post("/exclusions", status_code=201, dependencies=[AdminOnly])
def post_exclusion(  # noqa: PLR0917 - what the route needs
    plant: str, characteristic: str, form: ExcludeForm, hub: UsesHub, asker: UsesAsker, asked: Question
) -> dict[str, str]:
    """Leave a point out of the chart; it stays visible there, and in every figure that is graded."""
    identity = decide.exclude(
        hub,
        plant,
        characteristic,
        asked,
        place=ValuePlace(form.batch, form.line),
        chart=form.chart,
        reason=form.reason,
        entered_by=asker.signature,
    )
    return {"id": identity}


@router.post("/exclusions/{identity}/restoration", status_code=201, dependencies=[AdminOnly])
def post_restoration(  # noqa: PLR0917 - what the route needs
    plant: str, characteristic: str, identity: str, form: ReasonForm, hub: UsesHub, asker: UsesAsker, asked: Question
) -> Entered:
    """Let the point count in the chart again."""
    stored = decide.restore(
        hub, plant, characteristic, asked, exclusion=identity, reason=form.reason, entered_by=asker.signature
    )
    return entered(stored)
