"""Beside the serving hub: agents that fall silent are noted, and those that come back."""

import logging
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.fleet.silence import note_silences
from hub.parts import Hub

EVERY_S = 30.0
_LOG = logging.getLogger(__name__)


def listening(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left; what was not heard before it began counts as nothing."""
    since = hub.clock()

    def work() -> None:
        noted = note_silences(hub, since)
        if noted:
            _LOG.warning("%d agents fell silent or are heard of again; /fleet names them", noted)

    return repeating_alone(hub, "silent agents", work, every_s)
