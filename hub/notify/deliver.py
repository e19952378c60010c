"""Letters go out: by mail, or as JSON to a webhook. What fails is tried again for two days and then shown as failed.

A webhook gets ``POST`` with ``application/json`` and the header ``Zhuoyue-Signature: ed25519=BASE64`` over the body, by
the hub's key. Redirects are not followed.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

from hub.errors import DataDirectory
from hub.notify.mail_server import MailServer, Security, read_mail_server
from hub.parts import Hub
from hub.store.core.instant import to_micros
from hub.store.mail.letters import FAILED, SENT, WAITING, Letter, due_letters, note_outcome
from traceability.encoding import to_base64

MOST = 50
TIMEOUT_S = 20.0
PATIENCE = timedelta(days=2)
_FIRST_WAIT_S = 60
_LONGEST_WAIT_S = 6 * 3600

Post = Callable[[Letter], None]
"""Delivers a letter, or raises ``OSError`` (also every error of SMTP and HTTP) saying why not."""


class NotDelivered(OSError):
    """A letter could not be handed over; the text says why."""


def deliver(hub: Hub, post: Post | None = None) -> tuple[int, int]:
    """Try every letter that is due, at most ``MOST``; how many went out and how many did not."""
    now = to_micros(hub.clock())
    with hub.store.reading() as connection:
        due = due_letters(connection, now, MOST)
    went = 0
    for letter in due:
        problem = _attempt(letter, post or poster(hub))
        went += problem == ""
        _note(hub, letter, now, problem)
    return went, len(due) - went


def poster(hub: Hub) -> Post:
    """By mail or webhook, as the letter says."""

    def post(letter: Letter) -> None:
        if letter.channel == "mail":
            try:
                found = read_mail_server(hub.settings.data)
            except DataDirectory as error:
                raise NotDelivered(str(error)) from None
            if found is None:
                raise NotDelivered("no mail server is set up: there is no mail.toml in the hub's data folder")
            send_mail(letter, *found)
        else:
            send_webhook(letter, hub)

    return post


def send_mail(letter: Letter, server: MailServer, password: str | None) -> None:
    """Hand one letter to the mail server."""
    message = EmailMessage()
    message["From"], message["To"] = server.sender, letter.address
    message["Subject"] = _one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(letter.body)
    context = ssl.create_default_context()
    if server.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    with connection:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        if server.user is not None:
            connection.login(server.user, password or "")
        connection.send_message(message)


def send_webhook(letter: Letter, hub: Hub) -> None:
    """Post one letter as JSON, signed."""
    body = json.dumps(
        {
            "notification": letter.notification,
            "occasion": letter.occasion,
            "subject": letter.subject,
            "text": letter.body,
        },
        ensure_ascii=False,
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "Zhuoyue-Signature": f"ed25519={to_base64(hub.signer.sign(body))}",
    }
    request = urllib.request.Request(letter.address, data=body, headers=headers, method="POST")  # noqa: S310 - checked when it was entered
    with _opener.open(request, timeout=TIMEOUT_S):
        pass


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        """A webhook that moved must be entered anew."""


_opener = urllib.request.build_opener(_NoRedirect)


def _attempt(letter: Letter, post: Post) -> str:
    try:
        post(letter)
    except (OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""


def _note(hub: Hub, letter: Letter, now: int, problem: str) -> None:
    tries = letter.tries + 1
    wait = min(_FIRST_WAIT_S * 2 ** min(letter.tries, 12), _LONGEST_WAIT_S) * 1_000_000
    given_up = now - letter.written_at > PATIENCE / timedelta(microseconds=1)
    state = SENT if not problem else FAILED if given_up else WAITING
    with hub.store.writing() as connection:
        note_outcome(connection, letter.id, state=state, tries=tries, next_at=now + wait, problem=problem[:2000])


def _one_line(text: str) -> str:
    return " ".join(text.split())
