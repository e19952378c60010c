"""How a part lasts in the field: cohorts, life models of the whole and by component lot, forecasts with back-tests."""

import math
from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import lru_cache

from hub.analysis.contents import contents_of
from hub.analysis.field_views import Bounds, FieldView, ForecastView, LotModel, ModelView
from hub.analysis.fleet import Fleet, fleet_of
from hub.analysis.source import Source
from hub.named import Named
from hub.store.master.queries import part_name, parts_named
from hub.trace.catalogue import item_label, part_of_item
from traceability.identifier.item import ItemKind, parse_item
from traceability.quality.errors import OutOfDomain
from traceability.quality.field.back_test import Fit, back_test
from traceability.quality.field.forecast import forecast
from traceability.quality.field.life_model import CONFIDENCE, LifeModel, life_model, with_given_shape
from traceability.quality.field.lives import Fielded, Lives, failures_between, lives_at
from traceability.quality.field.triangle import triangle
from traceability.quality.refusal import Refused

AHEAD_DAYS = (30, 90, 180)
STEP_DAYS = 30
MOST_LOTS = 30


def fit_of(shape: float | None) -> Fit:
    """Maximum likelihood, or with a given shape; remembers what it has fitted, for back-tests over several periods."""

    @lru_cache(maxsize=64)
    def fit(lives: Lives) -> LifeModel | Refused:
        try:
            return life_model(lives, CONFIDENCE) if shape is None else with_given_shape(lives, shape, CONFIDENCE)
        except OutOfDomain as error:  # a quantile that doubles can't hold
            raise error.at("life model") from None

    return fit


def field_view(source: Source, part: str, plants: Collection[str], day: date, shape: float | None) -> FieldView:
    """The answer as known at the end of ``day``."""
    fleet = fleet_of(source, part, plants)
    lives_in_days = fleet.by_days()
    fit = fit_of(shape)
    return FieldView(
        part=part_name(parts_named(source.connection, {part}), part),
        day=day,
        log_size=source.log_size,
        units=len(fleet.units),
        failed=sum(unit.failed is not None for unit in fleet.units),
        shipped=fleet.shipped,
        unknown=fleet.unknown,
        impossible=fleet.impossible,
        repeated=fleet.repeated,
        triangle=triangle(lives_in_days, day),
        model=model_view(lives_at(lives_in_days, day), fit),
        lots=_lots(source, fleet, fit, day),
        forecasts=tuple(_forecast(lives_in_days, fit, day, ahead) for ahead in AHEAD_DAYS),
    )


def model_view(lives: Lives, fit: Callable[[Lives], LifeModel | Refused]) -> ModelView:
    """The model, or why there is none."""
    model = fit(lives)
    if isinstance(model, Refused):
        return ModelView(failures=lives.failures, units=lives.units, reason=model.reason.value, detail=model.detail)
    given = model.given_shape is not None
    best = model.distribution
    return ModelView(
        failures=model.failures,
        units=model.units,
        shape=_bounds(best.shape, best.shape, best.shape)
        if model.shape is None
        else _bounds(best.shape, model.shape.low, model.shape.high),
        shape_given=given,
        scale=_bounds(best.scale, model.scale.low, model.scale.high),
        b10=_bounds(model.life10, model.b10.low, model.b10.high),
        confidence=model.confidence,
    )


def _bounds(value: float, low: float, high: float) -> Bounds:
    return Bounds(value=value, low=low, high=high if math.isfinite(high) else None)


def _forecast(fleet: Collection[Fielded], fit: Fit, day: date, ahead: int) -> ForecastView:
    lives = lives_at(fleet, day)
    model = fit(lives)
    tested = back_test(tuple(fleet), fit, today=day, ahead_days=ahead, step_days=STEP_DAYS)
    return ForecastView(
        ahead_days=ahead,
        forecast=None if isinstance(model, Refused) else forecast(model, lives.running, float(ahead)),
        baseline=failures_between(fleet, day - timedelta(days=ahead), day),
        back_test=tested,
        better_than_baseline=tested.better,
    )


def _lots(source: Source, fleet: Fleet, fit: Fit, day: date) -> tuple[LotModel, ...]:
    """The lots in failed units, those with the most failures first."""
    failed = {unit.unit for unit in fleet.units if unit.failed is not None and unit.failed <= day}
    if not failed:
        return ()
    inside = contents_of(source, {unit.unit for unit in fleet.units})
    lots = {item: holders for item, holders in inside.within.items() if parse_item(item).kind is ItemKind.LOT}
    ordered = sorted(lots, key=lambda lot: (-len(lots[lot] & failed), lot))
    shown = [lot for lot in ordered if lots[lot] & failed][:MOST_LOTS]
    parts = {lot: part_of_item(parse_item(lot)) for lot in shown}
    names = parts_named(source.connection, set(parts.values()))
    found = []
    for lot in shown:
        lives = lives_at(fleet.by_days(lots[lot]), day)
        found.append(
            LotModel(
                lot=Named(lot, item_label(parse_item(lot))),
                part=part_name(names, parts[lot]),
                model=model_view(lives, fit),
                failed_share=lives.failures / lives.units if lives.units else 0.0,
            )
        )
    return tuple(found)
