"""Beside the serving hub: reminders, letters and their delivery, every minute."""

import logging
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.notify.deliver import deliver
from hub.notify.letters import write_due_letters
from hub.notify.remind import remind
from hub.parts import Hub

EVERY_S = 60.0
_LOG = logging.getLogger(__name__)


def delivering(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    return repeating_alone(hub, "letters", lambda: work(hub), every_s)


def work(hub: Hub) -> None:
    """One round: what is due is reminded of, written and delivered."""
    remind(hub)
    write_due_letters(hub)
    sent, waiting = deliver(hub)
    if waiting:
        _LOG.warning("%d letters could not be delivered and wait; the notifications say why", waiting)
    if sent:
        _LOG.info("%d letters delivered", sent)
