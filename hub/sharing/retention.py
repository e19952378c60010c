"""Audit entries are kept as long as the operator says; what was removed stands in the log as a number and a time."""

import logging
from contextlib import AbstractContextManager
from datetime import timedelta

from hub.parts import Hub
from hub.rounds import repeating
from hub.store.account.audit import remove_reads
from hub.store.core.instant import to_micros

LEAST_DAYS = 30
EVERY_S = 3600.0
_LOG = logging.getLogger(__name__)


def forgetting_reads(hub: Hub, days: int, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Remove audit entries that are older than ``days`` until the block is left."""
    return repeating("audit retention", lambda: forget_reads(hub, days), every_s, at_once=True)


def forget_reads(hub: Hub, days: int) -> None:
    """Remove audit entries that are older than ``days``."""
    now = hub.clock()
    with hub.store.writing() as connection:
        removed = remove_reads(connection, to_micros(now - timedelta(days=days)), to_micros(now))
    if removed:
        _LOG.info("%d audit entries older than %d days were removed; their owners are told", removed, days)
