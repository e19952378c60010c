"""Work beside the web application: jobs that a stop interrupted, subscribers to be told, names and times of events."""

import logging
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.epcis.desk import work_off
from hub.epcis.names import name_beside
from hub.epcis.tell import tell
from hub.epcis.times import time_beside
from hub.parts import Hub

EVERY_S = 2.0
_LOG = logging.getLogger(__name__)


def serving_epcis(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    return repeating_alone(hub, "EPCIS", _Round(hub), every_s)


class _Round:
    """One round after the other; failing subscriptions are told when there are more of them than before."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._failing = 0

    def __call__(self) -> None:
        work_off(self._hub)
        time_beside(self._hub)
        name_beside(self._hub)
        before, self._failing = self._failing, tell(self._hub)[1]
        if self._failing > before:
            _LOG.warning("%d subscriptions could not be told; each says why", self._failing)
