"""The counts of first passes, as every table that keeps them names them."""

PASS_COUNTS = (
    "submitted",
    "first_ok",
    "final_ok",
    "retest_ok",
    "retested",
    "reworked",
    "attempts",
    "invalid",
    "not_decidable",
    "undecided",
    "first_missing",
)
"""The fields of ``traceability.quality.first_pass.FirstPass``."""
