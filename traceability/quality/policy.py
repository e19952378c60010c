"""The reading of the notice that a grade was computed by, to be declared and printed with it.

Where the notice is ambiguous, the rules R1 to R22 (docs/en/quality-rules.md) decide; the few that leave a choice to the
plant stand here with the choice made. Two grades can be compared when their policies are equal.
"""

import msgspec

from traceability.quality.questionnaire import VERSION as QUESTIONNAIRE_VERSION
from traceability.quality.sampling import SamplingMode

RULES_VERSION = "2026-1"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of a plant under the rules; the defaults are the strict ones."""

    rules: str = RULES_VERSION
    questionnaire: str = QUESTIONNAIRE_VERSION
    window_months: int = 12
    net_losses: bool = False
    """R20: recoveries (salvage, suppliers) deducted from losses; False: gross."""
    sampling: SamplingMode = SamplingMode.INSPECTED
    """R14."""
    cpk_waiver: str = ""
    """R11: why no characteristic is measured as a variable, with the link to its evidence; empty: strict."""
