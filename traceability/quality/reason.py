"""Why there is no number, or why a number does not count: the typed reasons shown in its place."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason; the text is a stable code, its wording in two languages belongs to the pages."""

    NOT_MEASURED = "not-measured"
    """Nothing was recorded for this metric or dimension (未做统计)."""

    INCONSISTENT_COUNTS = "inconsistent-counts"
    """More failures than trials, or a negative count."""

    # rolled yield
    EMPTY_ROUTE = "empty-route"
    OPERATION_WITHOUT_SUBMISSION = "operation-without-submission"
    FAMILY_NOT_RATED = "family-not-rated"
    NO_OUTPUT = "no-output"

    # capability
    NO_VALUES = "no-values"
    TOO_FEW_VALUES = "too-few-values"
    NO_LIMITS = "no-limits"
    INVALID_LIMITS = "invalid-limits"
    REVERSED_LIMITS = "reversed-limits"
    ZERO_SPREAD = "zero-spread"
    UNSTABLE = "unstable"
    NO_KEY_CHARACTERISTIC = "no-key-characteristic"
    GAUGE_NOT_STUDIED = "gauge-not-studied"
    GAUGE_NOT_CAPABLE = "gauge-not-capable"
    GAUGE_NOT_CALIBRATED = "gauge-not-calibrated"
    NOT_NORMAL = "not-normal"

    # charts, fits and gauge studies
    INVALID_VALUE = "invalid-value"
    """Not a number, infinite, or of a size that no measurement has."""
    NOT_ENOUGH_DATA = "not-enough-data"
    """Fewer values, subgroups, parts or repeats than the estimate needs."""
    UNEQUAL_LENGTHS = "unequal-lengths"
    """Two lists that belong together differ in length."""
    UNBALANCED = "unbalanced"
    """A study whose cells do not all hold equally many readings."""
    ZERO_DENOMINATOR = "zero-denominator"
    """A sample of size zero, or nothing inspected."""
    NO_EVENTS = "no-events"
    """Not a single nonconformity (or nothing else), so the data give no limits."""
    NOT_POSITIVE = "not-positive"
    """The model needs values above its origin."""
    NO_FIT = "no-fit"
    """No distribution could be fitted to the values."""
    NO_TARGET = "no-target"
    INVALID_TOLERANCE = "invalid-tolerance"
    """A tolerance that is zero or negative."""
    ANOTHER_BASELINE = "another-baseline"
    """The baseline belongs to another kind of chart."""
    OVERDISPERSED = "overdispersed"
    """Counts scatter more (or less) than the binomial or Poisson model allows: Laney's chart fits better."""
    TOO_COARSE = "too-coarse"
    """The resolution is too coarse for the spread: few distinct values."""

    # losses
    NO_OUTPUT_VALUE = "no-output-value"
    MIXED_CURRENCY = "mixed-currency"
    INVALID_AMOUNT = "invalid-amount"
