"""Fresh rows to the nodes, in the background; one process at a time, which the store sees to itself."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import HubError
from hub.parts import Hub
from hub.rounds import repeating
from hub.store.spread.mover import move_all
from hub.store.spread.store import SpreadStore

EVERY_S = 30.0
WORTH_MOVING = 1000
"""Fewer fresh rows wait."""
_LOG = logging.getLogger(__name__)


@contextmanager
def moving_rows(hub: Hub, every_s: float = EVERY_S) -> Iterator[None]:
    """Move in a thread until the block is left; nothing for a store that is not spread."""
    if not isinstance(hub.store, SpreadStore):
        yield
        return
    with repeating("moving rows to the nodes", _Round(hub.store), every_s):
        yield


class _Round:
    """One round after the other; a node that is away is told of once, and once more when it is back."""

    def __init__(self, store: SpreadStore) -> None:
        self._store = store
        self._trouble = ""

    def __call__(self) -> None:
        try:
            move_all(self._store, least=WORTH_MOVING)
        except HubError as error:
            if str(error) != self._trouble:
                _LOG.warning("rows stay where they are fresh, nothing is lost: %s", error)
            self._trouble = str(error)
            return
        if self._trouble:
            _LOG.warning("rows go to the nodes again")
        self._trouble = ""
