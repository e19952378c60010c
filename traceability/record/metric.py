"""What a target, an action or a review is about: one metric at one place. Part of records, no record itself."""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Id

_Optional = Annotated[str, msgspec.Meta(max_length=400)]


class MetricName(StrEnum):
    """What is measured; a share is k of n, a rate is money over money."""

    FIRST_PASS_YIELD = "first-pass-yield"  # noqa: S105 - no password
    """Share of units that pass at their first submission; needs ``operation`` unless of all operations."""
    ROLLED_YIELD = "rolled-throughput-yield"
    """Product of the first-pass yields over the operations of the part's routing."""
    DEFECT_SHARE = "defect-share"
    """Share of first submissions with the defect code ``defect``."""
    CAPABILITY = "capability"
    """Cpk (Ppk where not stable) of ``characteristic``."""
    CHARACTERISTIC_MEAN = "characteristic-mean"
    """Mean of ``characteristic`` in its uom."""
    INTERNAL_LOSS_RATE = "internal-loss-rate"
    EXTERNAL_LOSS_RATE = "external-loss-rate"
    LOSS_RATE = "loss-rate"
    QUALITY_COST = "quality-cost"
    """Sum of allocated quality costs, in money of one currency."""
    FIELD_FAILURE_SHARE = "field-failure-share"
    """Units that failed in the field, of those shipped."""
    RESPONSE_HOURS = "response-hours"
    """Hours from alarm to acknowledgement."""
    ACTION_HOURS = "action-hours"
    """Hours from alarm to the release of the hold it placed, or to the acknowledgement where it placed none."""
    INVALID_SHARE = "invalid-share"
    """Results that are no submission (aborted, no-read, partial …), of all results: the way yields are gamed."""
    REWORK_SHARE = "rework-share"
    """Units that came back after rework, of the units submitted."""
    INSPECTION_COVERAGE = "inspection-coverage"
    """Planned operations and characteristics with data, of those planned for the parts made."""
    INDICATOR = "indicator"
    """A declared series, named by ``indicator``."""


class MetricReference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A metric at a place; what is left empty is not narrowed."""

    metric: MetricName
    plant: Id
    line: _Optional = ""
    operation: _Optional = ""
    part: _Optional = ""
    characteristic: _Optional = ""
    defect: _Optional = ""
    indicator: _Optional = ""
