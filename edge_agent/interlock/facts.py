"""What is known about a unit and about holds, wherever it came from."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from traceability.record.production import HoldScope
from traceability.unit import Verdict


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A stop that a person or a rule has put on one unit, lot (canonical identities) or station (its name).

    ``placed_by`` is a pseudonymous id. A hold that was released stays, with who released it, when and why.
    """

    id: str
    scope: HoldScope
    target: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit stands at one operation: the verdict of its last submission, None without one.

    ``at`` is when that was, None where it was not kept; ``unsure``: there was a submission, but its verdict was not
    kept (by an earlier version).
    """

    verdict: Verdict | None
    at: datetime | None = None
    unsure: bool = False


class UnitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one unit: its standings by operation, whether it is scrapped, what is in it.

    ``lots`` are the lots of material and the serialised components in it.
    """

    standings: Mapping[str, Standing] = {}
    scrapped: bool = False
    lots: frozenset[str] = frozenset()


class UnitState(msgspec.Struct, frozen=True, kw_only=True):
    """What came down from the hub about one unit: its last submission at an operation of another work cell, or its end.

    ``scrapped`` None says nothing about that; ``at`` orders states of the same unit and operation, however they
    arrive.
    """

    unit: str
    at: datetime
    operation: str | None = None
    verdict: Verdict | None = None
    scrapped: bool | None = None
    lots: tuple[str, ...] = ()
