"""What the hub can't take as a declared indicator or a target (see ``objection``)."""

from collections.abc import Callable
from typing import Any

from hub.projection.sender import Sender
from traceability.record.base import Record
from traceability.record.indicator import (
    IndicatorRecord,
    IndicatorReversalRecord,
    IndicatorValueRecord,
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
    TargetRecord,
    TargetStatusRecord,
)
from traceability.record.metric import MetricName

INDICATOR_HUB_ONLY: tuple[type[Record], ...] = (
    IndicatorRecord,
    IndicatorReversalRecord,
    IndicatorValueRecord,
    TargetRecord,
    TargetStatusRecord,
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
)


def _check_value(record: IndicatorValueRecord, _sender: Sender) -> str:
    if record.last < record.first:
        return "the period ends before it begins"
    if (record.value is None) == (record.k is None) or (record.k is None) != (record.n is None):
        return "either a value is stated, or k and n"
    if record.k is not None and record.n is not None and record.k > record.n:
        return f"{record.k} of {record.n}"
    return "" if record.n != 0 else "0 of 0 says nothing"


def _check_target(record: TargetRecord, _sender: Sender) -> str:
    if record.reference.plant != record.plant:
        return "a target is of one plant"
    if record.last is not None and record.last < record.first:
        return "the target ends before it begins"
    if record.parent == record.id:
        return "a target is no part of itself"
    if (record.reference.metric is MetricName.INDICATOR) != bool(record.reference.indicator):
        return "an indicator is named where the metric is one, and nowhere else"
    return ""


def _check_whole(record: OrganisationTargetRecord, _sender: Sender) -> str:
    if record.last is not None and record.last < record.first:
        return "the target ends before it begins"
    if (record.metric is MetricName.INDICATOR) != bool(record.indicator):
        return "an indicator is named where the metric is one, and nowhere else"
    return ""


INDICATOR_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    IndicatorValueRecord: _check_value,
    TargetRecord: _check_target,
    OrganisationTargetRecord: _check_whole,
}
