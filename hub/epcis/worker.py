"""Work beside the web application: jobs that a stop interrupted, subscribers to be told, names of our own events."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hub.epcis.desk import work_off
from hub.epcis.names import catch_up_names
from hub.epcis.tell import tell
from hub.parts import Hub

EVERY_S = 2.0
_NAMES_A_ROUND = 5
_LOG = logging.getLogger(__name__)


@contextmanager
def serving_epcis(hub: Hub, every_s: float = EVERY_S) -> Iterator[None]:
    """Work in a thread until the block is left."""
    stop = threading.Event()
    thread = threading.Thread(target=_work_until, args=(stop, hub, every_s), name="epcis", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=1.0)


def _work_until(stop: threading.Event, hub: Hub, every_s: float) -> None:
    failing = 0
    while not stop.wait(every_s):
        try:
            work_off(hub)
            catch_up_names(hub, _NAMES_A_ROUND)
            before, failing = failing, tell(hub)[1]
        except Exception:  # noqa: BLE001 - the outermost edge of this thread: the next round may succeed
            _LOG.exception("EPCIS work beside the requests failed; the next round is in %.0f s", every_s)
            continue
        if failing > before:
            _LOG.warning("%d subscriptions could not be told; each says why", failing)
