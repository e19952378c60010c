"""Cases as they are answered."""

from datetime import datetime

import msgspec

from traceability.record.knowledge import KnowledgeContent


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case. ``matched`` counts how often the words that were asked for stand in it."""

    id: str
    organisation: str
    content: KnowledgeContent
    shared_with: tuple[str, ...]
    """Only its owner is told."""
    entered_by: str
    entered_at: datetime
    withdrawn: bool
    own: bool
    log_index: int
    line: int
    matched: int = 0


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases, best cases and those that match most first; ``total`` counts all that fit."""

    total: int
    cases: tuple[CaseView, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered."""

    id: str
    log_index: int
