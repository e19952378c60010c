"""What the hub can't take as a statement about quality costs (see ``objection``)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hub.projection.sender import Sender
from traceability.record.base import Record
from traceability.record.cost import CostReversalRecord, LossCauseRecord, QualityCostRecord

COST_HUB_ONLY: tuple[type[Record], ...] = (QualityCostRecord, CostReversalRecord, LossCauseRecord)
_LARGEST, _FINEST = Decimal(10) ** 18, -6


def _check_cost(record: QualityCostRecord, _sender: Sender) -> str:
    exponent = record.amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or not 0 <= record.amount < _LARGEST:
        return f"the amount {str(record.amount)[:40]} is not a sum of money"
    if record.accrued_until is not None and record.accrued_until < record.accrued_on:
        return "the cost accrues until a day before it begins"
    return ""


COST_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {QualityCostRecord: _check_cost}
