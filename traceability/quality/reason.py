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
    NOT_NORMAL = "not-normal"

    # losses
    NO_OUTPUT_VALUE = "no-output-value"
    MIXED_CURRENCY = "mixed-currency"
    INVALID_AMOUNT = "invalid-amount"
