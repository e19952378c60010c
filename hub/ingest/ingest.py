"""A batch in, a receipt out."""

import logging

from hub.errors import Fork
from hub.ingest.admit import Taken, admit
from hub.ingest.verify import verify
from hub.parts import Hub
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)


def ingest(hub: Hub, sent: bytes, *, compressed: bool) -> Taken:
    """Verify, put in place, store; every refusal is a stated error, and only a fork leaves a trace."""
    try:
        verified = verify(hub, sent, compressed=compressed)
    except ZhuoyueError as error:
        log.warning("batch refused: %s", error)
        raise
    with hub.store.writing() as connection:
        outcome = admit(connection, hub, verified)
    if isinstance(outcome, Fork):
        log.error("FORK: %s", outcome)
        raise outcome
    return outcome
