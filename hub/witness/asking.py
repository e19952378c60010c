"""While the hub serves, its witnesses are asked from time to time, in a thread of their own."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hub.parts import Hub
from hub.witness.collect import Post, ask_witnesses
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)
INTERVAL_S = 60.0


@contextmanager
def asking_witnesses(hub: Hub, post: Post, interval_s: float = INTERVAL_S) -> Iterator[None]:
    """Ask at once and then every ``interval_s`` seconds, until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_ask_until, args=(stop, hub, post, interval_s), name="witnesses", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def _ask_until(stop: threading.Event, hub: Hub, post: Post, interval_s: float) -> None:
    while not stop.is_set():
        try:
            for asked in ask_witnesses(hub, post):
                if asked.problem:
                    log.warning("witness %s did not cosign: %s", asked.name, asked.problem)
        except ZhuoyueError as error:  # the policy file itself can't be read, or the store is busy
            log.warning("witnesses were not asked: %s", error)
        stop.wait(interval_s)
