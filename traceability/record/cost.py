"""Records of quality costs beside losses: what prevention and appraisal cost, entered for a plant, sealed by the hub.

Failures are entered as losses (``quality-loss``) and nowhere else. What caused a loss may be said of it later.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from traceability.record.base import Currency, Id, Record, Text

_Code = Annotated[str, msgspec.Meta(max_length=200)]


class QualityCostRecord(Record, frozen=True, kw_only=True, tag="quality-cost"):
    """A cost of prevention or appraisal; it accrues evenly from ``accrued_on`` to ``accrued_until`` (None: that day).

    ``activity`` is one of ``traceability.quality.cost.category.Activity``. Where it names no part, operation, supplier
    or cause it is allocated by ``driver`` (one of ``Driver``; empty: that of the activity, ``none``: not at all).
    """

    plant: Id
    activity: Id
    amount: Decimal
    currency: Currency
    accrued_on: date
    accrued_until: date | None = None
    evidence: Text
    entered_by: Id
    part: Annotated[str, msgspec.Meta(max_length=400)] = ""
    operation: _Code = ""
    supplier: _Code = ""
    cause: _Code = ""
    driver: _Code = ""


class CostReversalRecord(Record, frozen=True, kw_only=True, tag="cost-reversal"):
    """The cost entry ``reverses`` (the id of a quality-cost record) counts no more; both stay in the ledger."""

    plant: Id
    reverses: Id
    reason: Text
    entered_by: Id


class LossCauseRecord(Record, frozen=True, kw_only=True, tag="loss-cause"):
    """What caused the loss entry ``loss``: a defect code; of several statements the last one in the log counts."""

    plant: Id
    loss: Id
    cause: _Code
    evidence: Text = ""
    entered_by: Id
