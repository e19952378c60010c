"""Messages go out, by mail or to a webhook; what fails is tried again for two days, and each try can be seen.

A webhook gets ``POST`` with ``application/json`` and ``Zhuoyue-Signature: ed25519=BASE64`` over the body, by the hub's
key. Where it leads is looked at anew each time (see ``hub.epcis.webhook``).
"""

from collections.abc import Callable
from datetime import timedelta

from hub.epcis.webhook import send_to
from hub.errors import DataDirectory, NotFound
from hub.notify.deliver import NotDelivered, send_mail
from hub.notify.mail_server import read_mail_server
from hub.parts import Hub
from hub.store.core.instant import to_micros
from hub.store.mail.letters import Letter
from hub.store.mail.subscriptions import (
    FAILED,
    SENT,
    WAITING,
    StoredMessage,
    StoredSubscription,
    due_messages,
    forget_messages,
    note_attempt,
    subscription_by_id,
)
from hub.subscription.subscribe import Channel
from traceability.encoding import to_base64

MOST = 50
PATIENCE = timedelta(days=2)
KEPT = timedelta(days=30)
_FIRST_WAIT_S = 60
_LONGEST_WAIT_S = 6 * 3600
Post = Callable[[StoredMessage, StoredSubscription], None]
"""Delivers a message, or raises ``OSError`` saying why not."""


def deliver(hub: Hub, post: Post | None = None) -> tuple[int, int]:
    """Try every message that is due, at most ``MOST``; how many went out and how many did not."""
    now = to_micros(hub.clock())
    with hub.store.reading() as connection:
        due = [(one, subscription_by_id(connection, one.subscription)) for one in due_messages(connection, now, MOST)]
    went = 0
    for message, subscription in due:
        problem = "" if subscription is None else _attempt(message, subscription, post or poster(hub))
        went += problem == ""
        _note(hub, message, now, problem)
    with hub.store.writing() as connection:
        forget_messages(connection, now - int(KEPT / timedelta(microseconds=1)))
    return went, len(due) - went


def poster(hub: Hub) -> Post:
    """By mail or webhook, as the subscription says."""

    def post(message: StoredMessage, subscription: StoredSubscription) -> None:
        if subscription.channel == Channel.MAIL:
            _mail(hub, message, subscription)
        else:
            _webhook(hub, message, subscription)

    return post


def _mail(hub: Hub, message: StoredMessage, subscription: StoredSubscription) -> None:
    try:
        found = read_mail_server(hub.settings.data)
    except DataDirectory as error:
        raise NotDelivered(str(error)) from None
    if found is None:
        raise NotDelivered("no mail server is set up: there is no mail.toml in the hub's data folder")
    letter = Letter(
        id=message.id,
        notification=subscription.id,
        occasion=message.occasion,
        channel=subscription.channel,
        address=subscription.address,
        subject=message.subject,
        body=message.body,
        state=message.state,
        tries=message.tries,
        next_at=message.next_at,
        problem=message.problem,
        written_at=message.written_at,
    )
    send_mail(letter, *found)


def _webhook(hub: Hub, message: StoredMessage, subscription: StoredSubscription) -> None:
    body = message.body.encode()
    headers = {
        "Content-Type": "application/json",
        "Zhuoyue-Signature": f"ed25519={to_base64(hub.signer.sign(body))}",
        "Zhuoyue-Message": message.occasion,
    }
    status = send_to(hub.settings.data)(subscription.address, body, headers)
    if not 200 <= status < 300:
        raise NotDelivered(f"the webhook answered {status}")


def _attempt(message: StoredMessage, subscription: StoredSubscription, post: Post) -> str:
    try:
        post(message, subscription)
    except (OSError, ValueError, NotFound) as error:
        return str(error) or type(error).__name__
    return ""


def _note(hub: Hub, message: StoredMessage, now: int, problem: str) -> None:
    tries = message.tries + 1
    wait = min(_FIRST_WAIT_S * 2 ** min(message.tries, 12), _LONGEST_WAIT_S) * 1_000_000
    given_up = now - message.written_at > PATIENCE / timedelta(microseconds=1)
    state = SENT if not problem else FAILED if given_up else WAITING
    with hub.store.writing() as connection:
        note_attempt(connection, message.id, state=state, tries=tries, next_at=now + wait, problem=problem[:2000])
