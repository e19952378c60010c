"""First-pass counts kept while results happen: what an agent claims about its own records.

The agent needs no history, only whether this unit already had a submission at this operation. The hub gets the same
counts from all the records with :func:`traceability.quality.first_pass.first_pass`.
"""

from collections.abc import Iterable

import msgspec

from traceability.quality.first_pass import FirstPass, Outcome, outcome_of
from traceability.unit import Flag, Verdict


class FirstPassCounts(msgspec.Struct, frozen=True):
    """What can be claimed as results happen, per operation: units submitted and OK at first; results of each kind."""

    submitted: int = 0
    first_ok: int = 0
    attempts: int = 0
    invalid: int = 0
    not_decidable: int = 0


def counted(
    counts: FirstPassCounts, verdict: Verdict, flags: Iterable[Flag] = (), *, submitted_before: bool
) -> FirstPassCounts:
    """The counts after one more result; ``submitted_before``: this unit already had a submission here."""
    outcome = outcome_of(verdict, flags)
    if outcome is Outcome.INVALID:
        return msgspec.structs.replace(counts, invalid=counts.invalid + 1)
    if outcome is Outcome.NOT_DECIDABLE:
        return msgspec.structs.replace(counts, not_decidable=counts.not_decidable + 1)
    first = not submitted_before
    return msgspec.structs.replace(
        counts,
        submitted=counts.submitted + int(first),
        first_ok=counts.first_ok + int(first and verdict is Verdict.OK),
        attempts=counts.attempts + 1,
    )


def claimable(recomputed: FirstPass) -> FirstPassCounts:
    """The part of recomputed counts that a claim states, to compare the two."""
    return FirstPassCounts(
        submitted=recomputed.submitted,
        first_ok=recomputed.first_ok,
        attempts=recomputed.attempts,
        invalid=recomputed.invalid,
        not_decidable=recomputed.not_decidable,
    )
