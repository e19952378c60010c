"""Records of what was judged in lots and of what came back: entered for a plant and sealed by the hub."""

from datetime import date
from typing import Annotated

import msgspec

from traceability.record.base import Count, Id, ItemId, Record, Text

Positive = Annotated[int, msgspec.Meta(ge=1, le=10**12)]
Month = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")]


class LotInspectionRecord(Record, frozen=True, kw_only=True, tag="lot-inspection"):
    """One submission of a lot of ``size`` units at an operation: ``defective`` of ``sample`` inspected, the decision.

    ``submission`` counts how often the lot was submitted there (1, 2 ...). What was stated first about a submission
    stands; what was stated in error is corrected by a ``correction`` record and entered anew.
    """

    plant: Id
    part: ItemId
    operation: Id
    lot: ItemId
    size: Positive
    sample: Positive
    defective: Count
    accepted: bool
    submission: Positive = 1
    inspected_on: date
    evidence: Text = ""
    entered_by: Id


class FieldReturnRecord(Record, frozen=True, kw_only=True, tag="field-return"):
    """Of ``shipped`` units of a part that left a plant in a month, ``returned`` had failed in the field by ``as_of``.

    Both are totals; the statement of the latest ``as_of`` (of these the last one in the log) takes the place of
    earlier ones of the same part and month.
    """

    plant: Id
    part: ItemId
    cohort: Month
    shipped: Positive
    returned: Count
    as_of: date
    evidence: Text = ""
    entered_by: Id
