"""The words of metrics at a place, as targets, improvements and reviews name them."""

from collections.abc import Mapping
from enum import StrEnum

from hub.pages.speech import mark
from traceability.record.metric import MetricName

METRIC_NAMES: Mapping[StrEnum, str] = {
    MetricName.FIRST_PASS_YIELD: mark("first-pass yield"),
    MetricName.ROLLED_YIELD: mark("rolled throughput yield"),
    MetricName.DEFECT_SHARE: mark("share of a defect"),
    MetricName.CAPABILITY: mark("process capability index (Cpk)"),
    MetricName.CHARACTERISTIC_MEAN: mark("mean of a characteristic"),
    MetricName.INTERNAL_LOSS_RATE: mark("internal quality loss rate"),
    MetricName.EXTERNAL_LOSS_RATE: mark("external quality loss rate"),
    MetricName.LOSS_RATE: mark("quality loss rate"),
    MetricName.QUALITY_COST: mark("quality costs"),
    MetricName.FIELD_FAILURE_SHARE: mark("share of units that failed in the field"),
    MetricName.RESPONSE_HOURS: mark("hours from alarm to acknowledgement"),
    MetricName.ACTION_HOURS: mark("hours from alarm to action"),
    MetricName.INVALID_SHARE: mark("share of invalid results"),
    MetricName.REWORK_SHARE: mark("share of units reworked"),
    MetricName.INSPECTION_COVERAGE: mark("coverage of planned inspection"),
    MetricName.INDICATOR: mark("declared indicator"),
}
METRIC_TABLES = (METRIC_NAMES,)
