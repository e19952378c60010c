"""What a recall answers."""

from datetime import datetime
from typing import Any

import msgspec

from hub.named import Named
from hub.trace.doubt_views import ExpectedView
from traceability.identifier.item import ItemKind


class ShippedTo(msgspec.Struct, frozen=True, kw_only=True):
    """One end's word on where an item went."""

    party: Named
    site: Named | None
    step: str
    """``ship``: it left for there; ``receive``: it arrived."""
    event_time: datetime
    shipment: str
    inside: str | None
    """The logistic unit that it travelled in."""


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """One item that the recall reaches."""

    item: str
    kind: ItemKind
    label: str
    part: Named
    depth: int
    """Links between it and the nearest item that the question begins with."""
    certain: bool
    """False: a lot stands between, so it is affected only perhaps."""
    seed: bool
    finished: bool
    """A unit that nothing known holds."""
    plant: Named | None
    """Where it was made, by its latest result."""
    organisation: Named | None
    shipped: tuple[ShippedTo, ...]
    missing: bool
    """A unit of which nobody has sent a result."""
    url: str


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """A customer or own plant where affected goods are, by the last word on them; ``site`` None: not told."""

    party: Named
    site: Named | None
    shipped: bool
    """False: nobody told of a shipment, so it is where it was made."""
    items: int
    certain: int
    finished: int


class AffectedPart(msgspec.Struct, frozen=True, kw_only=True):
    """How many items of one part are affected."""

    part: Named
    items: int
    certain: int
    finished: int


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """A company that made affected items, or the lots they came from."""

    organisation: Named
    items: int
    certain: int
    finished: int


class SilentTier(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a part of which nobody has sent a result, and who should have."""

    part: Named
    units: int
    expected: tuple[ExpectedView, ...]


class RecallView(msgspec.Struct, frozen=True, kw_only=True):
    """A recall. While ``state`` is ``reaching`` or ``detailing`` the figures are those so far."""

    id: str
    url: str
    items_url: str
    state: str
    """``reaching``, ``detailing``, ``done``, ``failed`` or ``given-up``."""
    asked_at: datetime
    as_of: datetime | None
    log_size: int
    """The state of the log that it is answered from; what comes later changes nothing."""
    reached: int
    detailed: int
    certain: int
    potential: int
    finished: int
    truncated: bool
    """There is more than this: a limit of the question was reached."""
    truncation: str
    """Which limit, in words."""
    destinations: tuple[Destination, ...]
    parts: tuple[AffectedPart, ...]
    makers: tuple[Maker, ...]
    silent: tuple[SilentTier, ...]
    problem: str


class RecallListed(msgspec.Struct, frozen=True, kw_only=True):
    """One of the recalls that were asked; ``own``: the asker may give it up and remove it."""

    id: str
    url: str
    question: Any
    """As it was sent; see POST /api/v1/recall."""
    state: str
    asked_at: datetime
    reached: int
    own: bool


class RecallList(msgspec.Struct, frozen=True, kw_only=True):
    """The latest recalls that may be read, the latest first; those that were removed are not among them."""

    recalls: tuple[RecallListed, ...]


class AffectedPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some affected items in the order in which they are reached; ``next`` None: that was the end."""

    items: tuple[Affected, ...]
    position: int
    next: int | None
