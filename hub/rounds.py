"""Work beside the serving hub: round after round, in a thread of its own, until the hub ends."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOG = logging.getLogger(__name__)


@contextmanager
def repeating(
    name: str, work: Callable[[], None], every_s: float, *, at_once: bool = False, patience_s: float = 1.0
) -> Iterator[None]:
    """``work`` every ``every_s`` seconds until the block is left, first ``at_once`` or after the first wait.

    A round that fails, by a bug too, is logged in full and the next one comes. A round under way when the block is left
    has ``patience_s`` seconds to end.
    """
    stop = threading.Event()
    arguments = (stop, name, work, every_s, at_once)
    thread = threading.Thread(target=_repeat, args=arguments, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=patience_s)


def _repeat(stop: threading.Event, name: str, work: Callable[[], None], every_s: float, at_once: bool) -> None:
    wait = 0.0 if at_once else every_s
    while not stop.wait(wait):
        wait = every_s
        try:
            work()
        except Exception:  # noqa: BLE001 - the outermost edge of this thread: the next round may succeed
            _LOG.exception("a round of %s failed; the next one is in %g s", name, every_s)
