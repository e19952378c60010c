"""What a record that was entered on the hub says of itself: who made it, and what it is about."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from hub.store.core.instant import from_micros
from hub.store.ledger.batches import StoredBatch
from traceability.record.base import Record, kind_of
from traceability.record.correction import CorrectionRecord
from traceability.record.logistics import ShipmentRecord, ShipmentStep

_AUTHOR = ("entered_by", "by", "declared_by", "assessed_by")
_ABOUT = ("unit", "part", "characteristic", "gauge", "indicator", "supplier", "partner", "target", "item", "about")
MADE_BY_THE_HUB = frozenset({
    "agent-silence",
    "comparison-members",
    "comparison-table",
    "epcis-event",
    "history-result",
    "key-proof",
    "notice",
    "organisation-target-status",
    "plant-message",
    "requirement-status",
    "target-status",
    "unit-state",
})  # fmt: skip
"""What nobody enters: the hub finds it out itself, or passes on what a program or a file brought."""
EXCHANGED = frozenset(
    {"notification", "notification-change", "requirement", "requirement-change", "improvement-change"}
)
"""Records that name no plant and no company themselves: who may see them is told by what they belong to."""
_NAMES_ITSELF = {"plant": "plant", "organisation": "organisation", "comparison-consent": "organisation"}


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """``records`` of one kind by one person about one plant, entered together: the first of them in ``line`` of the
    batch at ``log_index``.

    ``by`` is a pseudonymous id, '' where the record names nobody. ``about`` is what the record speaks of.
    """

    at: datetime
    log_index: int
    line: int
    kind: str
    id: str
    records: int
    plant: str
    organisation: str
    about: str
    by: str


class Statement(Entered, frozen=True, kw_only=True):
    """What was entered, and what decides who may know of it."""

    corrects: str
    """Whose record it says is wrong, of a correction."""

    @property
    def is_exchanged(self) -> bool:
        """Whether it is about something that two sides see."""
        return self.kind in EXCHANGED


def is_entered(record: Record, kind: str = "") -> bool:
    """Whether somebody entered it, and it is of ``kind`` if one is asked for."""
    named = kind_of(record)
    return named not in MADE_BY_THE_HUB and kind in ("", named)


def statements_of(stored: StoredBatch, entered: Sequence[tuple[int, Record]]) -> list[Statement]:
    """The records of one batch, by line; those that follow each other and say the same of themselves are one."""
    found = []
    for (kind, by, plant, organisation), several in groupby(entered, key=lambda one: _same(one[1])):
        lines = list(several)
        line, first = lines[0]
        found.append(
            Statement(
                at=from_micros(stored.record_time),
                log_index=stored.id,
                line=line,
                kind=kind,
                id=first.id,
                records=len(lines),
                plant=plant,
                organisation=organisation,
                about=_about(first),
                by=by,
                corrects=first.target.author if isinstance(first, CorrectionRecord) else "",
            )
        )
    return found


def _same(record: Record) -> tuple[str, str, str, str]:
    kind = kind_of(record)
    return kind, _author(record), _plant(record, kind), _organisation(record, kind)


def _author(record: Record) -> str:
    return next((text for name in _AUTHOR if (text := _text(record, name))), _text(_inner(record, "version"), "by"))


def _plant(record: Record, kind: str) -> str:
    if _NAMES_ITSELF.get(kind) == "plant":
        return record.id
    return _text(record, "plant") or _text(_inner(record, "content"), "plant") or _text(_inner(record, "body"), "plant")


def _organisation(record: Record, kind: str) -> str:
    if _NAMES_ITSELF.get(kind) == "organisation":
        return record.id
    if kind == "policy":
        return _text(record, "owner")  # of an indicator or a target it is a person
    if isinstance(record, ShipmentRecord):
        return (record.source if record.step is ShipmentStep.SHIP else record.destination).party
    return _text(record, "organisation") or _text(_inner(record, "body"), "organisation")


def _about(record: Record) -> str:
    inner = _inner(record, "content")
    for name in _ABOUT:
        text = _text(record, name) or _text(inner, name)
        if text:
            return text
    return _text(inner, "title")


def _inner(record: Record, name: str) -> object:
    return getattr(record, name, None)


def _text(record: object, name: str) -> str:
    found = getattr(record, name, "")
    return found if isinstance(found, str) else ""
