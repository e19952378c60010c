"""A batch in, a receipt out."""

import logging

from hub.errors import Fork
from hub.ingest.admit import Taken
from hub.ingest.keys import KnownKeys
from hub.ingest.together import Outcome, store_together
from hub.ingest.verify import Signed, VerifiedBatch, identify, open_signed
from hub.parts import Hub
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)


def ingest(hub: Hub, sent: bytes, *, compressed: bool) -> Taken:
    """Verify, put in place, store; every refusal is a stated error, and only a fork leaves a trace."""
    return store(hub, open_logged(hub, identify_logged(hub, sent, compressed=compressed)))


def identify_logged(hub: Hub, sent: bytes, *, compressed: bool, known: KnownKeys | None = None) -> Signed:
    """``identify``, and a refusal stands in the hub's log."""
    try:
        return identify(hub, sent, compressed=compressed, known=known)
    except ZhuoyueError as error:
        log.warning("batch refused: %s", error)
        raise


def open_logged(hub: Hub, signed: Signed) -> VerifiedBatch:
    """``open_signed``, and a refusal stands in the hub's log."""
    try:
        return open_signed(hub, signed)
    except ZhuoyueError as error:
        log.warning("batch refused: %s", error)
        raise


def store(hub: Hub, verified: VerifiedBatch) -> Taken:
    """Ledger, log and projection in one transaction; ``OutOfOrder`` or ``Fork``."""
    return told(verified, store_together(hub, [verified])[0])


def told(verified: VerifiedBatch, outcome: Outcome) -> Taken:
    """What became of a batch, as its sender is told; what an operator should know stands in the hub's log."""
    if isinstance(outcome, Fork):
        log.error("FORK: %s", outcome)
    if isinstance(outcome, ZhuoyueError):
        raise outcome
    header = verified.opened.header
    for notice in outcome.notices:
        log.warning("batch %d of %s: %s", header.seq, header.author, notice.detail)
    return outcome
