"""Rows of improvements and of what was learnt, and what can't be taken as one."""

import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.store.core.instant import is_storable
from hub.store.writing.rows import Row
from traceability.improvement.content import plan_objection
from traceability.record.base import Record
from traceability.record.improvement import ImprovementChangeRecord, ImprovementRecord, PlanCheck
from traceability.record.knowledge import KnowledgeContent, KnowledgeRecord

IMPROVEMENT_HUB_ONLY: tuple[type[Record], ...] = (ImprovementRecord, ImprovementChangeRecord, KnowledgeRecord)


def improvement_rows(record: ImprovementRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.content.plant,
        "content": msgspec.to_builtins(record.content),
        "by": record.by,
    }
    return [("improvement", row)]


def improvement_change_rows(record: ImprovementChangeRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"id": record.id, "change": record.change, "record": msgspec.to_builtins(record)}
    return [("improvement_change", row)]


def knowledge_rows(record: KnowledgeRecord, place: Place) -> list[Row]:
    """The case, and one row for each organisation that may read it."""
    content = record.content
    row = evidence(record, place) | {
        "id": record.id,
        "plant": content.plant,
        "words": folded(" ".join(_texts(content))),
        "part": content.part,
        "characteristic": content.characteristic,
        "defect": content.defect,
        "operation": content.operation,
        "machine_type": content.machine_type,
        "improvement": content.improvement,
        "withdrawn": record.withdrawn,
        "record": msgspec.to_builtins(record),
    }
    shares: list[Row] = [
        ("knowledge_share", evidence(record, place) | {"item": number, "id": record.id, "organisation": one})
        for number, one in enumerate(dict.fromkeys(record.shared_with))
    ]
    return [("knowledge", row), *shares]


def folded(text: str) -> str:
    """As texts are compared: full width as half width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def _texts(content: KnowledgeContent) -> tuple[str, ...]:
    about = (content.part, content.characteristic, content.defect, content.operation, content.machine_type)
    return (content.title, content.problem, content.cause, content.action, content.result, *about, *content.evidence)


def _check_change(record: ImprovementChangeRecord, _sender: Sender) -> str:
    if not is_storable(record.made_at):
        return "'made_at' is outside the years 2 to 9998"
    return (plan_objection(record.content) or "") if isinstance(record.content, PlanCheck) else ""


IMPROVEMENT_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {ImprovementChangeRecord: _check_change}
