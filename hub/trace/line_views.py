"""What happened on the line beside the results, as the unit's page, the plant's page and the API show it."""

from datetime import datetime

import msgspec

from hub.trace.pointer import Pointer, SymbolView
from traceability.record.production import HoldScope


class CodesView(msgspec.Struct, frozen=True, kw_only=True):
    """What one code reader read for one result; ``reason`` says why it read nothing, or what was left out."""

    operation: str
    reader: str
    event_time: datetime
    symbols: tuple[SymbolView, ...]
    reason: str | None
    pointer: Pointer


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A hold and what became of it. A release that came before its placing stands without one."""

    hold_id: str
    author: str
    scope: HoldScope
    target: str
    label: str
    """Serial, lot or the station's name."""
    url: str | None
    reason: str | None
    placed_by: str | None
    placed_at: datetime | None
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None
    pointer: Pointer

    @property
    def is_open(self) -> bool:
        """Whether nobody has released it."""
        return self.released_at is None


class RefusalView(msgspec.Struct, frozen=True, kw_only=True):
    """The interlock did not clear the unit at a work cell; ``code`` is the reason's number."""

    operation: str
    work_cell: str
    code: int
    reason: str
    event_time: datetime
    pointer: Pointer


class OpenHolds(msgspec.Struct, frozen=True, kw_only=True):
    """Holds of a plant that nobody has released, latest first; ``truncated``: there are more."""

    holds: tuple[HoldView, ...]
    truncated: bool
