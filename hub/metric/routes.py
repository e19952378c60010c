"""``/api/v1/plants/{plant}/metrics/{metric}``: any metric at a place, over any period, step by step."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.metric.asked import Step
from hub.metric.measure import measure, series
from hub.metric.views import PlaceAsked, SeriesView, figure_view
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from traceability.quality.window import Window, year_to
from traceability.record.metric import MetricName

router = APIRouter(prefix="/api/v1", tags=["metrics"])
Place = Annotated[PlaceAsked, Depends()]


@router.get("/plants/{plant}/metrics/{metric}", response_class=Response, responses=documented(SeriesView))
def get_metric(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    metric: MetricName,
    hub: UsesHub,
    place: Place,
    begin: date | None = None,
    end: date | None = None,
    step: Step = Step.MONTH,
) -> Response:
    """The metric at a place from `begin` to `end` (by default the last twelve months) and of each month or week."""
    reference = place.reference(plant, metric)
    now = hub.clock()
    with hub.store.reading() as connection:
        window = window_of(connection, plant, begin, end, now)
        whole = measure(connection, reference, window.first, window.last, now)
        found = series(connection, reference, window.first, window.last, step, now)
    return json_answer(
        SeriesView(reference=reference, whole=figure_view(whole), figures=tuple(figure_view(one) for one in found))
    )


def window_of(connection: Reading, plant: str, begin: date | None, end: date | None, now: datetime) -> Window:
    """The days asked for; by default the twelve months up to today, by the plant's clock."""
    entry = read_master(connection).plants.get(plant)
    today = now.astimezone(ZoneInfo(entry.time_zone)).date() if entry else now.date()
    last = end or today
    return Window(begin or year_to(last).first, last)
