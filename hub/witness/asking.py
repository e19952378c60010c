"""While the hub serves, its witnesses are asked from time to time, in a thread of their own."""

import logging
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.witness.collect import Post, ask_witnesses
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)
INTERVAL_S = 60.0


def asking_witnesses(hub: Hub, post: Post, interval_s: float = INTERVAL_S) -> AbstractContextManager[None]:
    """Ask at once and then every ``interval_s`` seconds, until the block ends."""
    return repeating_alone(hub, "witnesses", lambda: _ask(hub, post), interval_s, at_once=True, patience_s=30)


def _ask(hub: Hub, post: Post) -> None:
    try:
        for asked in ask_witnesses(hub, post):
            if asked.problem:
                log.warning("witness %s did not cosign: %s", asked.name, asked.problem)
    except ZhuoyueError as error:  # the policy file itself can't be read, or the store is busy
        log.warning("witnesses were not asked: %s", error)
