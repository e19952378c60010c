"""What batches change in the roll-ups, in the transaction that takes them."""

from hub.rollup.entering import batch_results
from hub.rollup.first_pass import keep_first_pass
from hub.rollup.keep import keep_values
from hub.rollup.revise import revise
from hub.rollup.sample import sampled_of_batches
from hub.store.correction_queries import last_correction
from hub.store.database import Writing
from hub.store.rollup_sources import Chain, chains_of_batches, corrected_by


def roll_up(connection: Writing, first: int, last: int | None = None) -> None:
    """Add the batches from ``first`` to ``last``, whose rows were just written and which are the last ones written.

    What comes out is the same as if each were added by itself, which is done where they correct anything or speak of
    each other's results.
    """
    last = first if last is None else last
    chains = chains_of_batches(connection, first, last)
    corrects = last_correction(connection) >= first
    if len(chains) > 1 and (corrects or not _together(connection, chains)):
        for batch_id in sorted(chains):
            _alone(connection, batch_id, chains[batch_id], corrects=corrects)
    elif len(chains) == 1:
        _alone(connection, first, chains[first], corrects=corrects)


def _together(connection: Writing, chains: dict[int, Chain]) -> bool:
    """Whether it could be done."""
    first, last = min(chains), max(chains)
    read = batch_results(connection, first, last)
    sampled = sampled_of_batches(connection, chains, read)
    if sampled is None:
        return False
    keep_values(connection, sampled)
    keep_first_pass(connection, first, last, read)
    return True


def _alone(connection: Writing, batch_id: int, chain: Chain, *, corrects: bool) -> None:
    read = batch_results(connection, batch_id, batch_id)
    sampled = sampled_of_batches(connection, {batch_id: chain}, read)
    keep_values(connection, sampled or ())
    corrected = corrected_by(connection, batch_id) if corrects else []
    revise(connection, corrected)
    keep_first_pass(connection, batch_id, batch_id, read, corrected)
