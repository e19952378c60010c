"""Figures as the API shows them."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import Query
from pydantic import BaseModel

from hub.metric.figure import Counted, MetricFigure, Moments, Money
from traceability.quality.intervals import Interval
from traceability.record.metric import MetricName, MetricReference


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """What a period came to; ``value`` None where nothing can be told, and ``why``. ``fit`` False: not fit to be rated.

    A share is ``k`` of ``n``; values have ``mean`` and ``sd`` in ``uom``; a rate of money is ``amount`` over ``over``.
    """

    first: date
    last: date
    value: float | None
    n: int
    interval: Interval | None
    fit: bool
    why: str
    why_zh: str
    k: int | None = None
    mean: float | None = None
    sd: float | None = None
    uom: str | None = None
    amount: Decimal | None = None
    over: Decimal | None = None
    currency: str | None = None


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A metric at a place, period by period; ``whole`` is all of them together."""

    reference: MetricReference
    whole: FigureView
    figures: tuple[FigureView, ...]


class PlaceAsked(BaseModel):
    """Where a metric is asked for; what is left out is not narrowed."""

    line: Annotated[str, Query(max_length=200)] = ""
    operation: Annotated[str, Query(max_length=200)] = ""
    part: Annotated[str, Query(max_length=400)] = ""
    characteristic: Annotated[str, Query(max_length=200)] = ""
    defect: Annotated[str, Query(max_length=400)] = ""
    indicator: Annotated[str, Query(max_length=200)] = ""

    def reference(self, plant: str, metric: MetricName) -> MetricReference:
        """The metric there."""
        return MetricReference(metric=metric, plant=plant, **self.model_dump())


def figure_view(figure: MetricFigure) -> FigureView:
    """A figure with what it was made from."""
    told = FigureView(
        first=figure.first,
        last=figure.last,
        value=figure.value,
        n=figure.n,
        interval=figure.interval,
        fit=figure.fit,
        why=figure.why,
        why_zh=figure.why_zh or figure.why,
    )
    basis = figure.basis
    if isinstance(basis, Counted):
        return msgspec.structs.replace(told, k=basis.k)
    if isinstance(basis, Moments):
        return msgspec.structs.replace(told, mean=basis.mean, sd=basis.sd, uom=basis.uom)
    if isinstance(basis, Money):
        return msgspec.structs.replace(told, amount=basis.amount, over=basis.over, currency=basis.currency)
    return told
