"""What has become old moves to the cold tier, in the background; in one of all processes at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from hub.alone import repeating_alone
from hub.errors import HubError
from hub.parts import Hub
from hub.tiers.ledger import due_before, move_ledger
from hub.tiers.values import move_values

EVERY_S = 600.0
FILES_A_ROUND = 50
LEAST_DAYS, MOST_DAYS = 1, 36_500
_LOG = logging.getLogger(__name__)


@contextmanager
def moving_to_cold(hub: Hub, hot_days: int, every_s: float = EVERY_S) -> Iterator[None]:
    """Move in a thread until the block is left."""

    def work() -> None:
        try:
            before = due_before(hub.clock(), hot_days)
            made = move_ledger(hub, before, FILES_A_ROUND)
            values = move_values(hub, before, FILES_A_ROUND)
        except HubError as error:
            _LOG.warning("what is old stays in the store, nothing is lost: %s", error)
            return
        if made or values:
            _LOG.info("%d files of batches and %d of values moved to the cold tier", len(made), len(values))

    with repeating_alone(hub, "moving old batches to the cold tier", work, every_s, at_once=True):
        yield
