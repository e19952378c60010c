"""Claimed beside recomputed: what an author reported, and what the very records it reported on say."""

from collections.abc import Iterable

from hub.scorecard.views import ClaimCheck, ClaimedCounts
from hub.store.rollup.scores import ClaimRow, ScoredResult
from traceability.quality.first_pass import FirstPass, first_pass
from traceability.quality.first_pass_counts import claimable


def check_claim(claim: ClaimRow, results: Iterable[ScoredResult]) -> ClaimCheck:
    """Recompute ``claim`` from what it covers among ``results``: its chain, part and operation, up to ``through``."""
    covered = [
        result.attempt
        for result in results
        if result.part == claim.part
        and (result.attempt.author, result.attempt.chain) == (claim.author, claim.chain)
        and result.attempt.operation == claim.operation
        and result.attempt.record_seq <= claim.through
    ]
    counts = claimable(first_pass(covered).get(claim.operation, FirstPass()))
    recomputed = ClaimedCounts(
        submitted=counts.submitted, first_ok=counts.first_ok, attempts=counts.attempts, invalid=counts.invalid
    )
    return checked(claim, recomputed)


def checked(claim: ClaimRow, recomputed: ClaimedCounts) -> ClaimCheck:
    """``claim`` beside what its records say."""
    claimed = ClaimedCounts(
        submitted=claim.submitted, first_ok=claim.first_ok, attempts=claim.attempts, invalid=claim.invalid
    )
    return ClaimCheck(
        author=claim.author,
        chain=claim.chain,
        through=claim.through,
        claimed=claimed,
        recomputed=recomputed,
        agrees=claimed == recomputed,
    )
