"""Rows of quality requirements, and what can't be taken as one."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.store.core.instant import is_storable
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.requirement import RequirementChangeRecord, RequirementRecord, RequirementStatusRecord
from traceability.requirement.content import RequirementRefused, check_content, content_hash

REQUIREMENT_HUB_ONLY: tuple[type[Record], ...] = (RequirementRecord, RequirementChangeRecord, RequirementStatusRecord)


def requirement_rows(record: RequirementRecord, place: Place) -> list[Row]:
    """One row."""
    content = record.content
    row = evidence(record, place) | {
        "id": record.id,
        "customer": content.customer,
        "supplier": content.supplier,
        "part": content.part,
        "passes_on": None if content.passes_on is None else content.passes_on.requirement,
        "content_hash": content_hash(content),
        "content": msgspec.to_builtins(content),
        "by": record.by,
    }
    return [("requirement", row)]


def requirement_change_rows(record: RequirementChangeRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "change": record.change,
        "record": msgspec.to_builtins(record),
    }
    return [("requirement_change", row)]


def requirement_status_rows(record: RequirementStatusRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"requirement": record.requirement, "record": msgspec.to_builtins(record)}
    return [("requirement_status", row)]


def _check_requirement(record: RequirementRecord, _sender: Sender) -> str:
    try:
        check_content(record.content)
    except RequirementRefused as error:
        return error.what
    return ""


def _check_change(record: RequirementChangeRecord, _sender: Sender) -> str:
    return "" if is_storable(record.made_at) else "'made_at' is outside the years 2 to 9998"


REQUIREMENT_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    RequirementRecord: _check_requirement,
    RequirementChangeRecord: _check_change,
}
