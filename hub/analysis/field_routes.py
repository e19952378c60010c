"""Routes of field quality: how long units of a part last, what is to be expected, and what is due."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.analysis.field import field_view
from hub.analysis.field_views import FieldView, RemindersView
from hub.analysis.groups import part_named
from hub.analysis.remind import reminders_view
from hub.analysis.source import Source
from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer

router = APIRouter(prefix="/api/v1/analysis", tags=["analysis"])
Part = Annotated[str, Query(min_length=1, max_length=400)]
Plants = Annotated[list[str] | None, Query(max_length=100)]
Shape = Annotated[float | None, Query(ge=0.1, le=20)]


@router.get("/field", response_class=Response, responses=documented(FieldView))
def get_field(
    part: Part, hub: UsesHub, *, plant: Plants = None, day: date | None = None, shape: Shape = None
) -> Response:
    """Cohorts, life models, forecasts and how such forecasts did; `shape` fixes the Weibull shape (Weibayes)."""
    with hub.store.reading() as connection:
        view = field_view(Source(connection), part_named(part), plant or (), day or hub.clock().date(), shape)
    return json_answer(view)


@router.get("/reminders", response_class=Response, responses=documented(RemindersView))
def get_reminders(
    part: Part,
    hub: UsesHub,
    *,
    plant: Plants = None,
    day: date | None = None,
    shape: Shape = None,
    lead_days: Annotated[int, Query(ge=1, le=365)] = 30,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> Response:
    """Units that reach the lower bound of B10 within `lead_days`, the most urgent first."""
    with hub.store.reading() as connection:
        view = reminders_view(
            Source(connection),
            part_named(part),
            plant or (),
            day=day or hub.clock().date(),
            shape=shape,
            lead_days=lead_days,
            limit=limit,
        )
    return json_answer(view)
