"""``/api/v1/plants/{plant}/indicators``: what is declared, what is measured, values in and out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file
from hub.entry.forms import Entered, entered
from hub.indicator.enter import define, state_value, take_back, zone_of
from hub.indicator.forms import EnteredValue, IndicatorForm, ReversalForm
from hub.indicator.usual import USUAL, Usual
from hub.indicator.value_file import RECORDED, ValueFileReport, load, look, value_rows
from hub.indicator.views import IndicatorsView, ValuesView, indicators_view, values_view
from hub.metric.asked import Over, Step
from hub.metric.declared import declared_series
from hub.metric.routes import Place, window_of

router = APIRouter(prefix="/api/v1/plants/{plant}/indicators", tags=["indicators"])


@router.get("", response_class=Response, responses=documented(IndicatorsView))
def get_indicators(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    hub: UsesHub,
    place: Place,
    begin: date | None = None,
    end: date | None = None,
    step: Step = Step.MONTH,
) -> Response:
    """Declared series of a plant, and apart from them what its records measure (there narrowed to a place)."""
    now = hub.clock()
    with hub.store.reading() as connection:
        over = Over(window_of(connection, plant, begin, end, now), step)
        return json_answer(indicators_view(connection, plant, over, place, now))


@router.get("/usual", response_class=Response, responses=documented(tuple[Usual, ...]))
def get_usual(plant: str, hub: UsesHub) -> Response:
    """Series that plants usually declare, to begin a definition with."""
    with hub.store.reading() as connection:
        zone_of(connection, plant)
    return json_answer(USUAL)


@router.get("/values/file", response_class=Response, responses=TABLE_FILE)
def get_values_file(
    plant: str, hub: UsesHub, *, form: Form = Form.CSV, language: Language = Language.EN, indicator: str = ""
) -> Response:
    """Every stated value, those that were taken back too; the file can be filled in and sent back."""
    with hub.store.reading() as connection:
        zone_of(connection, plant)
        every = declared_series(connection, [plant])
    found = [series for (_, name), series in every.items() if indicator in ("", name)]
    return table_file(RECORDED, list(value_rows(found)), form, language, "indicator-values")


@router.post("/values/file", response_class=Response, responses=documented(ValueFileReport), dependencies=[AdminOnly])
def post_values_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = True,
) -> Response:
    """Values as CSV (UTF-8 or GB18030) or Excel. With `dry_run`, the default, it is only told what is in the file."""
    if dry_run:
        return json_answer(look(hub, plant, data))
    return json_answer(load(hub, plant, data, by=entered_by))


@router.post("/values/reversals", status_code=201, dependencies=[AdminOnly])
def post_reversal(plant: str, form: ReversalForm, hub: UsesHub) -> Entered:
    """Take a value back; both records stay in the ledger."""
    return entered(take_back(hub, plant, form))


@router.post("", status_code=201, dependencies=[AdminOnly])
def post_indicator(plant: str, form: IndicatorForm, hub: UsesHub) -> Entered:
    """Define a series, or state anew what it is."""
    return entered(define(hub, plant, form))


@router.get("/{indicator}", response_class=Response, responses=documented(ValuesView))
def get_indicator(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    indicator: str,
    hub: UsesHub,
    begin: date | None = None,
    end: date | None = None,
    step: Step = Step.MONTH,
) -> Response:
    """One declared series with every value that was stated, and what was taken back."""
    now = hub.clock()
    with hub.store.reading() as connection:
        over = Over(window_of(connection, plant, begin, end, now), step)
        return json_answer(values_view(connection, plant, indicator, over, now))


@router.post("/{indicator}/values", status_code=201, dependencies=[AdminOnly])
def post_value(plant: str, indicator: str, form: EnteredValue, hub: UsesHub) -> Entered:
    """State what a series came to in a period."""
    return entered(state_value(hub, plant, indicator, form, by=form.entered_by))
