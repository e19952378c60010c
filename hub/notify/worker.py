"""Beside the serving hub: reminders, letters and their delivery, every minute."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hub.notify.deliver import deliver
from hub.notify.letters import write_due_letters
from hub.notify.remind import remind
from hub.parts import Hub

EVERY_S = 60.0
_LOG = logging.getLogger(__name__)


@contextmanager
def delivering(hub: Hub, every_s: float = EVERY_S) -> Iterator[None]:
    """Work in a thread until the block is left."""
    stop = threading.Event()
    thread = threading.Thread(target=_work_until, args=(stop, hub, every_s), name="letters", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=1.0)


def work(hub: Hub) -> tuple[int, int]:
    """One round; how many letters went out and how many did not."""
    remind(hub)
    write_due_letters(hub)
    return deliver(hub)


def _work_until(stop: threading.Event, hub: Hub, every_s: float) -> None:
    while not stop.wait(every_s):
        try:
            sent, waiting = work(hub)
        except Exception:  # noqa: BLE001 - the outermost edge of this thread: the next round may succeed
            _LOG.exception("reminders and letters could not be worked on; the next round is in %.0f s", every_s)
            continue
        if waiting:
            _LOG.warning("%d letters could not be delivered and wait; the notifications say why", waiting)
        if sent:
            _LOG.info("%d letters delivered", sent)
