"""Records of what became of units in the field, entered at the hub and sealed by it."""

from datetime import date
from typing import Annotated

import msgspec

from traceability.record.base import Id, ItemId, Record, Text

Used = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")]
Uom = Annotated[str, msgspec.Meta(max_length=20)]


class FieldFailureRecord(Record, frozen=True, kw_only=True, tag="field-failure"):
    """A unit failed in the field, or was claimed for; the record's id is the claim's.

    ``plant`` answers for it, ``component`` is what was found at fault (a unit, a lot or a part), ``used`` how much the
    unit had been used by then, in ``uom`` (``h``, ``km``, ``{cycles}``).
    """

    plant: Id
    unit: ItemId
    failed_on: date
    mode: Text = ""
    component: Annotated[str, msgspec.Meta(max_length=400)] = ""
    used: Used | None = None
    uom: Uom = ""
    evidence: Text = ""
    entered_by: Id


class FieldUsageRecord(Record, frozen=True, kw_only=True, tag="field-usage"):
    """How much a unit had been used by a day, in ``uom``."""

    plant: Id
    unit: ItemId
    read_on: date
    used: Used
    uom: Uom
    entered_by: Id
