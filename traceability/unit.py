"""The unit as a first-class object: one UnitResult is one pass of one unit through one operation.

Verdicts follow ResultEvaluation of OPC 40001-101 (0 Undefined, 1 OK, 2 NotOK, 3 NotDecidable). A result is a
*submission* (初次提交检验) only when its verdict is OK or NOT_OK and no flag says otherwise; anything else is counted
and shown, but neither passes nor fails.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """What the station decided."""

    OK = "OK"
    NOT_OK = "NOT_OK"
    NOT_DECIDABLE = "NOT_DECIDABLE"
    UNDEFINED = "UNDEFINED"


class Flag(StrEnum):
    """Why a result is not a full production result (OPC 40001-101 IsPartial, IsSimulated; PLC abort)."""

    PARTIAL = "partial"
    SIMULATED = "simulated"
    ABORTED = "aborted"
    NO_READ = "no-read"


class Purpose(StrEnum):
    """Why the unit is at the operation this time: first pass, retest without repair, or after rework."""

    FIRST = "first"
    RETEST = "retest"
    REWORK = "rework"


class Environment(StrEnum):
    """Where records come from; kept apart for ever, because it is sealed into every batch header."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


def is_submission(verdict: Verdict, flags: frozenset[Flag] | tuple[Flag, ...] = ()) -> bool:
    """Whether a result counts as a submission for first-pass yield (rule R12)."""
    return verdict in (Verdict.OK, Verdict.NOT_OK) and not flags
