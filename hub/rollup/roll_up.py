"""What batches change in the roll-ups, in the transaction that takes them."""

from collections.abc import Sequence

from hub.rollup.alike import sorted_out
from hub.rollup.arrived import keep_arrivals
from hub.rollup.built_in import keep_components
from hub.rollup.changed import changed_by
from hub.rollup.claimed import keep_claims
from hub.rollup.entering import BatchResults, batch_results, results_among
from hub.rollup.first_pass import keep_first_pass
from hub.rollup.keep import keep_values
from hub.rollup.revise import revise
from hub.rollup.sample import sampled_of_batches
from hub.rollup.tally import is_tallied, keep_spans, keep_tallies
from hub.rollup.usual import rolled_up
from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns
from hub.store.production.corrections import last_correction
from hub.store.rollup.sources import Chain, Corrected, chains_of_batches, corrected_by
from hub.store.rollup.tally_sources import Beside, beside_in, beside_of_batches
from hub.store.writing.rows import Row


def roll_up(connection: Writing, batch_id: int) -> None:
    """Add the batch at ``batch_id``, whose rows are written, and which is the last one of its chain that is."""
    roll_up_new(connection, batch_id, batch_id)


def roll_up_new(
    connection: Writing,
    first: int,
    last: int,
    rows: Sequence[Row] | None = None,
    results: ResultColumns | None = None,
) -> None:
    """Add the batches from ``first`` to ``last``, the last ones written; ``rows`` are all that was written of them.

    What comes out is the same as if each were added by itself, which is done where they correct anything or speak of
    each other's results. Beside ``rows`` a single batch may have been written as ``results``.
    """
    if results is not None:
        if rolled_up(connection, results, rows or ()):
            return
        rows = [*results.rows(), *(rows or ())]
    chains = chains_of_batches(connection, first, last)
    corrects = last_correction(connection) >= first
    read = batch_results(connection, first, last) if rows is None else results_among(connection, first, rows)
    beside = beside_of_batches(connection, first, last) if rows is None else beside_in(rows)
    keep_arrivals(connection, first, last, read, rows)
    if len(chains) == 1:
        _alone(connection, first, chains[first], read, beside, corrects=corrects)
    elif chains and (corrects or not _together(connection, chains, read, beside)):
        for batch_id in sorted(chains):
            alone, said = (
                batch_results(connection, batch_id, batch_id),
                beside_of_batches(connection, batch_id, batch_id),
            )
            _alone(connection, batch_id, chains[batch_id], alone, said, corrects=corrects)


def _together(connection: Writing, chains: dict[int, Chain], read: BatchResults, beside: Beside) -> bool:
    """Whether it could be done."""
    sampled = sampled_of_batches(connection, chains, read)
    if sampled is None:
        return False
    keep_values(connection, sampled)
    _count(connection, min(chains), max(chains), read, beside)
    return True


def _alone(
    connection: Writing, batch_id: int, chain: Chain, read: BatchResults, beside: Beside, *, corrects: bool
) -> None:
    sampled = sampled_of_batches(connection, {batch_id: chain}, read)
    keep_values(connection, sampled or ())
    corrected = corrected_by(connection, batch_id) if corrects else []
    revise(connection, corrected)
    _count(connection, batch_id, batch_id, read, beside, corrected)


def _count(  # noqa: PLR0917 - likewise
    connection: Writing,
    first: int,
    last: int,
    read: BatchResults,
    beside: Beside,
    corrected: Sequence[Corrected] = (),
) -> None:
    changed = changed_by(connection, first, last, read, corrected)
    groups, rest = sorted_out(changed)
    passes = keep_first_pass(connection, groups, rest)
    plants = {placed.scored.plant for placed in changed.every} | {one.plant for one in beside.claims}
    if not is_tallied(connection, first, plants | {one.plant for one in beside.built}):
        return
    keep_spans(connection, passes)
    keep_tallies(connection, groups, rest, last, corrected)
    keep_claims(connection, groups, rest, changed, beside.claims)
    named = (placed.scored.attempt.unit for placed in read.results)
    keep_components(connection, first, last, named, beside.built)
