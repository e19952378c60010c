"""What one batch changes in the roll-ups, in the transaction that takes it."""

from hub.rollup.first_pass import keep_first_pass
from hub.rollup.keep import keep_values
from hub.rollup.revise import revise
from hub.rollup.sample import batch_results, sampled_of_batch
from hub.store.correction_queries import last_correction
from hub.store.database import Writing
from hub.store.rollup_sources import chain_of_batch, corrected_by


def roll_up(connection: Writing, batch_id: int) -> None:
    """Add the batch at ``batch_id``, whose rows were just written and which is the last one written."""
    chain = chain_of_batch(connection, batch_id)
    read = batch_results(connection, batch_id)
    keep_values(connection, sampled_of_batch(connection, chain, batch_id, read), batch_id)
    corrected = corrected_by(connection, batch_id) if last_correction(connection) == batch_id else []
    revise(connection, corrected)
    keep_first_pass(connection, batch_id, read, corrected)
