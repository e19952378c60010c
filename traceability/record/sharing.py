"""Records of sharing: what an organisation lets another one see of its records."""

from enum import StrEnum

from traceability.record.base import Id, Instant, ItemId, Record


class DataKind(StrEnum):
    """What is shared or withheld by itself; each is a kind of record, so a proof can withhold it too."""

    EXISTENCE = "existence"
    """That there are records of an item: how many of which kind, and their hashes."""
    GENEALOGY = "genealogy"
    """What is in what; packing and shipping."""
    VERDICTS = "verdicts"
    """Results, holds and refusals, and the first-pass yields made of them."""
    MEASUREMENTS = "measurements"
    """Measured values, the limits of the control plan, and statistics of both."""
    PICTURES = "pictures"
    """What cameras and code readers saw."""
    COSTS = "costs"
    """What poor quality costs."""
    GRADING = "grading"
    """What a plant's Level rests on besides: its self-assessment, and the output value that losses are related to."""


class Items(StrEnum):
    """Of which items a policy speaks."""

    ALL = "all"
    """Every item of the part, whomever it went to."""
    DELIVERED = "delivered"
    """Those that the owner, by its own shipment records, sent to the partner; also inside logistic units."""


class PolicyRecord(Record, frozen=True, kw_only=True, tag="policy"):
    """From ``valid_from`` on ``partner`` may see these ``kinds`` of the owner's records of ``part``, and no others.

    ``partner`` and ``part`` "" mean every one. ``kinds`` None takes the policy back: what is less particular holds.
    """

    owner: Id
    by: Id
    valid_from: Instant
    partner: Id | str = ""
    part: ItemId | str = ""
    kinds: tuple[DataKind, ...] | None = ()
    items: Items = Items.ALL
