"""Rows of early warnings and of their acknowledgements, and what can't be taken of them."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.projection.trace_objection import not_one_of
from hub.settings import HUB_AUTHOR
from hub.store.writing.rows import Row
from traceability.identifier.item import ItemKind
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.base import Record


def alarm_rows(record: AlarmRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": place.plant,
        "rule": record.rule,
        "warns_of": str(record.warns_of),
        "part": record.part,
        "operation": record.operation,
        "work_cell": record.work_cell,
        "unit": record.unit,
        "characteristic": record.characteristic,
        "false_alarm_every": record.false_alarm_every,
        "alarm": msgspec.to_builtins(record),
    }
    return [("alarm", row)]


def alarm_acknowledgement_rows(record: AlarmAcknowledgementRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "agent": record.agent or place.sender.author,
        "by": record.by,
        "cause": record.cause,
        "action": record.action,
    }
    return [("alarm_acknowledgement", row)]


def _check_alarm(record: AlarmRecord, _sender: Sender) -> str:
    return "" if record.unit is None else not_one_of(record.unit, (ItemKind.UNIT,))


def _check_acknowledgement(record: AlarmAcknowledgementRecord, sender: Sender) -> str:
    if not (record.cause.strip() and record.action.strip()):
        return "an alarm is acknowledged with its cause and with what was done"
    if record.agent is not None and sender.author not in (HUB_AUTHOR, record.agent):
        return "another agent's alarm is acknowledged by the hub alone"
    return ""


ALARM_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    AlarmRecord: _check_alarm,
    AlarmAcknowledgementRecord: _check_acknowledgement,
}
