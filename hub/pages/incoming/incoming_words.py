"""What the pages of incoming material call states, methods, verdicts, decisions and reasons."""

from collections.abc import Mapping
from enum import StrEnum

from hub.incoming.due import Method
from hub.incoming.escapes import Blame
from hub.incoming.expected import Match
from hub.incoming.lots import LotState
from hub.pages.home_page import State
from hub.pages.speech import mark
from traceability.quality.sampling_plan.attributes import Severity
from traceability.quality.sampling_plan.skip_lot import Hindrance
from traceability.record.incoming import Decision, FoundIn, LotVerdict

LOT_STATES: Mapping[StrEnum, str] = {
    LotState.RELEASED: mark("released for use"),
    LotState.QUARANTINE: mark("waits for inspection"),
    LotState.REJECTED: mark("in quarantine, rejected"),
    LotState.RETURNED: mark("sent back"),
    LotState.SCRAPPED: mark("scrapped"),
    LotState.NOT_AGREED: mark("not held: no inspection is agreed"),
}
SEVERITIES: Mapping[StrEnum, str] = {
    Severity.NORMAL: mark("normal inspection"),
    Severity.TIGHTENED: mark("tightened inspection"),
    Severity.REDUCED: mark("reduced inspection"),
}
METHODS: Mapping[StrEnum, str] = {
    Method.SINGLE: mark("one sample"),
    Method.DOUBLE: mark("two samples"),
    Method.VARIABLES: mark("measured values"),
    Method.EVERY: mark("every item"),
}
VERDICTS: Mapping[StrEnum, str] = {
    LotVerdict.ACCEPTED: mark("accepted at inspection"),
    LotVerdict.REJECTED: mark("rejected"),
    LotVerdict.SKIPPED: mark("skipped: not inspected"),
}
DECISIONS: Mapping[StrEnum, str] = {
    Decision.CONCESSION: mark("release by concession"),
    Decision.QUARANTINE: mark("hold it again"),
    Decision.RETURN: mark("send it back"),
    Decision.SCRAP: mark("scrap it"),
    Decision.REDUCE: mark("agree to reduced inspection"),
    Decision.IRREGULAR: mark("production is irregular: end reduced inspection"),
    Decision.RESUME: mark("the supplier's action works: go on, tightened"),
}
MATCHES: Mapping[StrEnum, str] = {
    Match.LISTED: mark("as announced"),
    Match.QUANTITY: mark("another quantity than announced"),
    Match.SURPLUS: mark("not announced, of an announced part"),
    Match.UNKNOWN: mark("not announced"),
}
FOUND_IN: Mapping[StrEnum, str] = {
    FoundIn.PRODUCTION: mark("in production"),
    FoundIn.FIELD: mark("in the field"),
}
BLAMES: Mapping[StrEnum, str] = {
    Blame.CERTAIN: mark("one receipt for certain"),
    Blame.POSSIBLE: mark("one of several receipts"),
    Blame.UNTRACED: mark("not traced to a receipt"),
}
HINDRANCES: Mapping[StrEnum, str] = {
    Hindrance.TOO_FEW_LOTS: mark("too few lots so far"),
    Hindrance.LOT_REJECTED: mark("a lot was rejected"),
    Hindrance.TIGHTENED: mark("inspection is tightened"),
    Hindrance.ESCAPED: mark("something escaped"),
    Hindrance.TOO_OLD: mark("the lots lie too far back"),
    Hindrance.INTERRUPTED: mark("too long without a lot"),
    Hindrance.DATA_NOT_SHARED: mark("the supplier shares no process data"),
    Hindrance.DATA_ABOVE_AQL: mark("the supplier's own data are above the AQL"),
}
INCOMING_TABLES = (
    LOT_STATES, SEVERITIES, METHODS, VERDICTS, DECISIONS, MATCHES, FOUND_IN, BLAMES, HINDRANCES,
)  # fmt: skip
LOT_MARKS: Mapping[LotState, tuple[State, int]] = {
    LotState.REJECTED: (State.BAD, 4),
    LotState.QUARANTINE: (State.WARNING, 3),
    LotState.NOT_AGREED: (State.NEUTRAL, 2),
    LotState.RELEASED: (State.OK, 1),
    LotState.RETURNED: (State.NEUTRAL, 0),
    LotState.SCRAPPED: (State.NEUTRAL, 0),
}
MATCH_MARKS: Mapping[Match, State] = {
    Match.LISTED: State.OK,
    Match.QUANTITY: State.WARNING,
    Match.SURPLUS: State.WARNING,
    Match.UNKNOWN: State.BAD,
}
