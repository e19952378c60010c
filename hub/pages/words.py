"""The words for everything the hub knows by a code: verdicts, flags, states, reasons, metrics.

Each table covers its whole enumeration, and the catalogue of every language translates it; tests hold both true.
"""

from collections.abc import Mapping
from enum import StrEnum

from hub.fleet.views import Freshness
from hub.pages.account_words import ACCOUNT_TABLES
from hub.pages.after_sales.sales_words import AFTER_SALES_TABLES
from hub.pages.alarm_rows import ALARM_KINDS
from hub.pages.audit.audit_words import AUDIT_TABLES
from hub.pages.costs.cost_words import COST_TABLES
from hub.pages.fleet_words import FLEET_TABLES
from hub.pages.frame.preference import Theme
from hub.pages.improvement.turn_words import IMPROVEMENT_TABLES
from hub.pages.incoming.incoming_words import INCOMING_TABLES
from hub.pages.indicators.indicator_words import INDICATOR_TABLES
from hub.pages.metric_words import METRIC_TABLES
from hub.pages.notification_words import NOTIFICATION_TABLES
from hub.pages.requirements.requirement_words import REQUIREMENT_TABLES
from hub.pages.speech import mark
from hub.scorecard.views import BucketWidth
from hub.search.views import HitKind
from hub.suppliers.asked import Chart, Rules
from hub.suppliers.views import Trust
from hub.trace.views import LimitState
from traceability.measurement import Status
from traceability.quality.level import Level
from traceability.quality.questionnaire import Dimension
from traceability.quality.reason import Reason
from traceability.quality.sampling import SamplingMode
from traceability.quality.threshold import Metric
from traceability.record.production import HoldScope
from traceability.unit import Environment, Flag, Purpose, Verdict

METRICS: Mapping[StrEnum, str] = {
    Metric.SIGMA: mark("sigma level"),
    Metric.CPK: mark("process capability index (Cpk)"),
    Metric.RTY: mark("rolled throughput yield"),
    Metric.INTERNAL_LOSS: mark("internal quality loss rate"),
    Metric.EXTERNAL_LOSS: mark("external quality loss rate"),
}
DIMENSIONS: Mapping[StrEnum, str] = {
    Dimension.SYSTEM: mark("D1 effectiveness of the quality management system"),
    Dimension.DIGITAL: mark("D2 digital quality management"),
    Dimension.SUSTAINED_SUCCESS: mark("D3 ability for sustained success"),
}
LEVELS: Mapping[Level, str] = {
    Level.L0: mark("experience"),
    Level.L1: mark("inspection"),
    Level.L2: mark("assurance"),
    Level.L3: mark("prevention"),
    Level.L4: mark("excellence"),
}
SAMPLING: Mapping[StrEnum, str] = {
    SamplingMode.INSPECTED: mark("weighted by lot size"),
    SamplingMode.LOT: mark("accepted lots of all lots"),
}
REASONS: Mapping[StrEnum, str] = {
    Reason.NOT_MEASURED: mark("nothing was recorded for it"),
    Reason.INCONSISTENT_COUNTS: mark("the counts contradict each other"),
    Reason.EMPTY_ROUTE: mark("parts were made without a control plan, so their route is not known"),
    Reason.OPERATION_WITHOUT_SUBMISSION: mark("an operation of the route has no submission yet"),
    Reason.FAMILY_NOT_RATED: mark("a product family could not be rated"),
    Reason.NO_OUTPUT: mark("no finished unit in the period"),
    Reason.NO_VALUES: mark("no values were measured"),
    Reason.TOO_FEW_VALUES: mark("fewer than 100 values"),
    Reason.NO_LIMITS: mark("the characteristic has no limits"),
    Reason.INVALID_LIMITS: mark("a limit is not a usable number"),
    Reason.REVERSED_LIMITS: mark("the lower limit is not below the upper one"),
    Reason.ZERO_SPREAD: mark("all values are equal, so the gauge does not resolve the process"),
    Reason.UNSTABLE: mark("the process was not stable in the period"),
    Reason.NO_KEY_CHARACTERISTIC: mark("no control plan names a key characteristic"),
    Reason.GAUGE_NOT_STUDIED: mark("no gauge study (R&R)"),
    Reason.GAUGE_NOT_CAPABLE: mark("gauge R&R above 30 %"),
    Reason.GAUGE_NOT_CALIBRATED: mark("a gauge is out of calibration"),
    Reason.NOT_NORMAL: mark("the values are not normally distributed"),
    Reason.INVALID_VALUE: mark("a value is not a usable number"),
    Reason.NOT_ENOUGH_DATA: mark("fewer data than the estimate needs"),
    Reason.UNEQUAL_LENGTHS: mark("lists that belong together differ in length"),
    Reason.UNBALANCED: mark("the study does not hold equally many readings everywhere"),
    Reason.ZERO_DENOMINATOR: mark("a sample of size zero"),
    Reason.NO_EVENTS: mark("nothing occurred that limits could be computed from"),
    Reason.NOT_POSITIVE: mark("the model needs values above its origin"),
    Reason.NO_FIT: mark("no distribution fits the values"),
    Reason.NO_TARGET: mark("the characteristic has no target"),
    Reason.INVALID_TOLERANCE: mark("the tolerance is zero or negative"),
    Reason.ANOTHER_BASELINE: mark("the baseline belongs to another kind of chart"),
    Reason.OVERDISPERSED: mark("counts scatter otherwise than the chart's model allows"),
    Reason.TOO_COARSE: mark("the resolution is too coarse"),
    Reason.NO_OUTPUT_VALUE: mark("no output value was entered for the year"),
    Reason.MIXED_CURRENCY: mark("amounts are in more than one currency"),
    Reason.INVALID_AMOUNT: mark("an amount is not a usable sum of money"),
}
VERDICTS: Mapping[StrEnum, str] = {
    Verdict.OK: mark("OK"),
    Verdict.NOT_OK: mark("not OK"),
    Verdict.NOT_DECIDABLE: mark("not decidable"),
    Verdict.UNDEFINED: mark("undefined"),
}
FLAGS: Mapping[StrEnum, str] = {
    Flag.PARTIAL: mark("partial"),
    Flag.SIMULATED: mark("simulated"),
    Flag.ABORTED: mark("aborted"),
    Flag.NO_READ: mark("code not read"),
}
PURPOSES: Mapping[StrEnum, str] = {
    Purpose.FIRST: mark("first pass"),
    Purpose.RETEST: mark("retest"),
    Purpose.REWORK: mark("after rework"),
}
STATUSES: Mapping[StrEnum, str] = {
    Status.GOOD: mark("good"),
    Status.UNCERTAIN: mark("uncertain"),
    Status.BAD: mark("bad"),
}
LIMIT_STATES: Mapping[StrEnum, str] = {
    LimitState.WITHIN: mark("within limits"),
    LimitState.BELOW: mark("below the lower limit"),
    LimitState.ABOVE: mark("above the upper limit"),
    LimitState.NO_LIMITS: mark("no limits known"),
    LimitState.NO_VALUE: mark("no value"),
    LimitState.OTHER_UOM: mark("another unit of measure than the limits"),
}
FRESHNESS: Mapping[StrEnum, str] = {
    Freshness.FRESH: mark("fresh"),
    Freshness.LATE: mark("late"),
    Freshness.SILENT: mark("silent"),
    Freshness.NEVER: mark("never heard of"),
}
HIT_KINDS: Mapping[StrEnum, str] = {
    HitKind.UNIT: mark("unit"),
    HitKind.LOT: mark("lot"),
    HitKind.PART: mark("part"),
    HitKind.PLANT: mark("plant"),
    HitKind.AGENT: mark("agent"),
    HitKind.ORGANISATION: mark("organisation"),
}
HOLD_SCOPES: Mapping[StrEnum, str] = {
    HoldScope.UNIT: mark("unit"),
    HoldScope.LOT: mark("lot"),
    HoldScope.STATION: mark("station"),
}
ENVIRONMENTS: Mapping[StrEnum, str] = {
    Environment.PRODUCTION: mark("production data"),
    Environment.DEMO: mark("demo data"),
    Environment.TEST: mark("test data"),
}
THEMES: Mapping[StrEnum, str] = {
    Theme.AUTO: mark("as the device"),
    Theme.LIGHT: mark("light"),
    Theme.DARK: mark("dark"),
}
CHARTS: Mapping[StrEnum, str] = {
    Chart.XBAR_S: mark("means and deviations of five (x̄-s)"),
    Chart.I_MR: mark("single values (I-MR)"),
}
RULE_SETS: Mapping[StrEnum, str] = {
    Rules.WESTERN_ELECTRIC: mark("Western Electric 1–4"),
    Rules.NELSON: mark("Nelson 1–8"),
}
TRUST: Mapping[StrEnum, str] = {
    Trust.SOUND: mark("sound"),
    Trust.INCOMPLETE: mark("incomplete"),
    Trust.BROKEN: mark("broken"),
    Trust.UNKNOWN: mark("no agent"),
}
BUCKETS: Mapping[StrEnum, str] = {
    BucketWidth.MINUTE: mark("per minute"),
    BucketWidth.FIVE_MINUTES: mark("per 5 minutes"),
    BucketWidth.QUARTER: mark("per quarter of an hour"),
    BucketWidth.HOUR: mark("per hour"),
    BucketWidth.DAY: mark("per day"),
    BucketWidth.WEEK: mark("per week"),
    BucketWidth.MONTH: mark("per month"),
}

TABLES = (
    METRICS, DIMENSIONS, REASONS, VERDICTS, FLAGS, PURPOSES, STATUSES, LIMIT_STATES, FRESHNESS, HIT_KINDS,
    HOLD_SCOPES, ENVIRONMENTS, BUCKETS, SAMPLING, ALARM_KINDS, THEMES, TRUST, CHARTS, RULE_SETS,
    *NOTIFICATION_TABLES, *ACCOUNT_TABLES,
    *AFTER_SALES_TABLES,
    *AUDIT_TABLES,
    *FLEET_TABLES,
    *COST_TABLES,
    *IMPROVEMENT_TABLES,
    *METRIC_TABLES,
    *INDICATOR_TABLES,
    *REQUIREMENT_TABLES,
    *INCOMING_TABLES,
)  # fmt: skip
_WORDS: dict[tuple[type, str], str] = {
    (type(code), code.value): text for table in TABLES for code, text in table.items()
}


def word_for(code: StrEnum) -> str:
    """The English text of a code, to be said in the reader's language."""
    return _WORDS[type(code), code.value]


def subject_word(subject: str) -> str:
    """What a metric or dimension is called, by the id that a grade binds with (``cpk``, ``D2``)."""
    try:
        return METRICS[Metric(subject)]
    except ValueError:
        return DIMENSIONS[Dimension(subject)]
