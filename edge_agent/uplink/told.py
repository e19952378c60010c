"""What the log says about a batch that was taken, or never will be."""

import logging

from edge_agent.log import say
from edge_agent.outbox.batches import SealedBatch
from edge_agent.uplink.answer import Accepted

_LOG = logging.getLogger(__name__)


def tell_taken(batch: SealedBatch, answer: Accepted) -> None:
    """Say what the receipt says beyond that it was taken."""
    if answer.quarantined:
        first = answer.quarantined[0]
        say(
            _LOG, logging.WARNING, "the hub keeps records it does not understand", seq=batch.seq,
            records=len(answer.quarantined), first_record=first.seq, reason=first.reason,
            next="update the hub or the agent so that their versions fit",
        )  # fmt: skip
    for notice in answer.notices:
        say(
            _LOG, logging.WARNING, "the hub took a batch and found something odd", seq=batch.seq,
            reason=notice.detail, next=notice.advice,
        )  # fmt: skip
    say(_LOG, logging.DEBUG, "batch taken", seq=batch.seq, records=batch.records, log_index=answer.log_index)


def tell_given_up(batch: SealedBatch, again: int) -> None:
    """Say that the hub will never take a batch of a chain that was ended here, nor those behind it."""
    say(
        _LOG, logging.ERROR, "the hub holds another history of a chain that was ended here", chain=batch.chain,
        seq=batch.seq, records_sealed_again=again, next="the other records are declared lost",
    )  # fmt: skip
