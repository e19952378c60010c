"""Records of statistical process control at a plant: limits frozen after phase I, and points left out of a chart.

They speak of charts alone. What is graded counts every value, whatever a chart leaves out.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Id, Instant, ItemId, Record, Text

Figure = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,18})?$")]


class ChartName(StrEnum):
    """The chart of location that limits are frozen of; its chart of spread goes with it."""

    MEANS = "xbar"
    """Means and standard deviations of subgroups."""
    INDIVIDUALS = "i"
    """Single values and moving ranges."""


class ChartSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart is of: one characteristic, measured by one work cell."""

    part: ItemId
    operation: Id
    characteristic: Id
    work_cell: Id


class ChartBaselineRecord(Record, frozen=True, kw_only=True, tag="chart-baseline"):
    """From now on this chart is judged by these limits, which nothing estimates again (phase II).

    ``centre`` and ``sigma`` (of single values) in ``uom``, by ``estimator`` from ``values`` values between ``first``
    and ``last``, which stand in batches ``first_batch`` to ``last_batch`` of the log; ``excluded`` points were left out
    and ``signals`` were left in. A later baseline of the same chart takes the place of this one, which stays on record.
    """

    plant: Id
    subject: ChartSubject
    chart: ChartName
    subgroup: Count
    centre: Figure
    sigma: Figure
    uom: Id
    estimator: Id
    values: Count
    first: Instant
    last: Instant
    first_batch: Count
    last_batch: Count
    excluded: Count = 0
    signals: Count = 0
    reason: Text
    entered_by: Id


class ChartBaselineEndRecord(Record, frozen=True, kw_only=True, tag="chart-baseline-end"):
    """The baseline ``baseline`` judges no more: limits are estimated from the points shown until there is another."""

    plant: Id
    baseline: Id
    reason: Text
    entered_by: Id


class ValuePlace(msgspec.Struct, frozen=True, order=True):
    """Where a measured value stands: batch of the log and line in it."""

    batch: Count
    line: Count


class PointExclusionRecord(Record, frozen=True, kw_only=True, tag="point-exclusion"):
    """These values of a chart neither estimate nor signal, for a reason; they stay visible, and stay in every figure
    that is graded."""

    plant: Id
    subject: ChartSubject
    places: Annotated[tuple[ValuePlace, ...], msgspec.Meta(min_length=1, max_length=50)]
    reason: Text
    entered_by: Id


class PointRestoredRecord(Record, frozen=True, kw_only=True, tag="point-restored"):
    """The exclusion ``exclusion`` is taken back: its values count in the chart again."""

    plant: Id
    exclusion: Id
    reason: Text
    entered_by: Id


SPC_RECORDS = (ChartBaselineRecord, ChartBaselineEndRecord, PointExclusionRecord, PointRestoredRecord)
