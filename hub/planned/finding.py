"""What differs from the plan, as it is told."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from hub.named import Named
from hub.planned.covered import Covered


class FindingKind(StrEnum):
    """In the order in which they are told."""

    NOT_PLANNED = "component-not-planned"
    """Built in, and the bill of material of its day does not name it."""
    MISSING = "component-missing"
    """The bill of material names it, and no record says that it was built in."""
    QUANTITY = "wrong-quantity"
    RECIPE_UNKNOWN = "recipe-unknown"
    RECIPE_ENDED = "recipe-not-in-force"
    RECIPE_OF_ANOTHER = "recipe-of-another-part"
    """It is stated for another part or operation."""
    TOOL_UNKNOWN = "tool-unknown"
    TOOL_ENDED = "tool-not-in-force"
    DEFECT_NOT_LISTED = "defect-not-listed"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One difference of one unit. ``day`` is that of the plant's clock by which master data were asked.

    ``certain``: it follows from records about this very unit, and none that could say otherwise is withheld. A lot only
    may have gone in, and what is missing may still be built in until the unit is finished: both are possible only, and
    ``why`` says so. ``planned`` and ``built`` are in ``uom``, empty for pieces. ``since`` and ``until`` are the days
    between which the version of master data holds by which it was judged, both included.
    """

    kind: FindingKind
    unit: str
    subject: str
    """The component's part, the recipe, the tool or the defect code."""
    part: Named | None = None
    """The component."""
    certain: bool
    why: str = ""
    why_zh: str = ""
    day: date
    at: datetime | None = None
    """When it was built in or recorded; None of what is missing."""
    operation: str = ""
    items: tuple[str, ...] = ()
    """What was built in, at most ``MOST_ITEMS`` of them."""
    planned: Decimal | None = None
    built: Decimal | None = None
    uom: str = ""
    since: date | None = None
    until: date | None = None


MOST_ITEMS = 20


class AgainstPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One unit against master data. ``day`` None: nothing was built in or recorded, so nothing was judged.

    ``bill_since`` None: no bill of material that the asker may see held on that day, so components were not judged.
    No ``findings`` mean that nothing differs only of what ``covered`` says was compared.
    """

    day: date | None = None
    bill_since: date | None = None
    bill_until: date | None = None
    finished: bool = False
    """It passed a final operation of its plan, or went into something else."""
    findings: tuple[Finding, ...] = ()
    covered: tuple[Covered, ...] = ()
