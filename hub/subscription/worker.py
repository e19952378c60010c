"""Beside the serving hub: new alarms become messages, and messages go out, every few seconds."""

import logging
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.subscription.deliver import deliver
from hub.subscription.tell import write_due_messages

EVERY_S = 10.0
_LOG = logging.getLogger(__name__)


def telling(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    audit = AuditDesk(hub)
    return repeating_alone(hub, "alarm messages", lambda: work(hub, audit), every_s)


def work(hub: Hub, audit: AuditDesk) -> None:
    """One round."""
    write_due_messages(hub, audit)
    sent, waiting = deliver(hub)
    audit.settle()
    if waiting:
        _LOG.warning("%d messages about alarms could not be delivered and wait; /subscriptions says why", waiting)
    if sent:
        _LOG.info("%d messages about alarms delivered", sent)
