"""Letters leave by a real mail server and a real webhook; what fails is tried again, and says why."""

import asyncio
import email
import email.policy
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from small_hub import START, small_hub

from hub.entry.master import add_organisation
from hub.errors import DataDirectory
from hub.notify.act import Actor, change, make
from hub.notify.deliver import deliver
from hub.notify.letters import write_due_letters
from hub.notify.mail_server import read_mail_server
from hub.notify.worker import delivering
from hub.store.mail.letters import Contact, letters_of, put_contact
from traceability.encoding import from_base64
from traceability.record.notification import (
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)
from traceability.signing import signature_holds

PATIENCE_S = 60


class MailBox:
    """An SMTP server (RFC 5321, as much of it as a client needs) that keeps what it is given."""

    def __init__(self):
        self.messages = []

    async def talk(self, reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 box")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                await say("354 go on")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.messages.append(email.message_from_bytes(data[:-5], policy=email.policy.default))
            await say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                break
        writer.close()


@contextmanager
def running(box):
    started, ended, ports = threading.Event(), asyncio.Event(), []

    async def serve():
        server = await asyncio.start_server(box.talk, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        loops.append(asyncio.get_running_loop())
        started.set()
        async with server:
            await ended.wait()

    loops = []
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield ports[0]
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(PATIENCE_S)


@pytest.fixture
def hub(tmp_path):
    made = small_hub(tmp_path / "hub")
    for name in ("oem", "tier-1"):
        add_organisation(made, name, name)
    yield made
    made.store.close()


def told(hub, **contact):
    with hub.store.writing() as connection:
        put_contact(connection, Contact("tier-1", contact.get("mail", ""), contact.get("webhook", "")))
    content = NotificationContent(type=NotificationType.ALERT, severity=Severity.MAJOR, sender="oem", receiver="tier-1",
                                  title="裂纹 cracked\r\nBcc: x@y", description="secret words")  # fmt: skip
    identity = make(hub, content, "op").id
    change(hub, identity, Transition(to=NotificationState.SENT), Actor(Side.SENDER, "op"))
    write_due_letters(hub)
    return identity


def letters(hub, identity):
    with hub.store.reading() as connection:
        return letters_of(connection, identity)


def test_by_mail(hub):
    box = MailBox()
    with running(box) as port:
        text = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "hub@oem.example"\n'
        (hub.settings.data / "mail.toml").write_text(text)
        identity = told(hub, mail="q@tier-1.example")
        assert deliver(hub) == (1, 0)
        assert deliver(hub) == (0, 0)
    [message] = box.messages
    assert message["To"] == "q@tier-1.example"
    assert message["Subject"] == "[MAJOR] 裂纹 cracked Bcc: x@y"
    assert message["Bcc"] is None
    assert "SENT" in message.get_content()
    assert "secret words" not in message.get_content()
    assert [letter.state for letter in letters(hub, identity)] == ["sent"]


def test_by_webhook_signed_by_the_hub(hub):
    taken = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((body, self.headers["Zhuoyue-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        identity = told(hub, webhook=f"http://127.0.0.1:{server.server_port}/hook")
        assert deliver(hub) == (1, 0)
    finally:
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
    [(body, signature)] = taken
    assert msgspec.json.decode(body)["notification"] == identity
    raw = from_base64(signature.removeprefix("ed25519="), "signature")
    assert signature_holds(hub.signer.public_key, raw, body)


def test_without_a_mail_server_letters_wait_then_fail_and_say_why(hub):
    identity = told(hub, mail="q@tier-1.example")
    assert deliver(hub) == (0, 1)
    assert deliver(hub) == (0, 0), "not at once again"
    [letter] = letters(hub, identity)
    assert (letter.state, letter.tries) == ("waiting", 1)
    assert "mail.toml" in letter.problem
    for days in (1, 2, 3):
        deliver(msgspec.structs.replace(hub, clock=lambda days=days: START + timedelta(days=days)))
    assert letters(hub, identity)[0].state == "failed"


@pytest.mark.parametrize(
    "text", ["host = 1", "host=", 'host = "h"\nsender = "s"\nuser = "u"\nsecurity = "none"', 'sender = "s"']
)
def test_a_wrong_mail_file_is_named(hub, text):
    (hub.settings.data / "mail.toml").write_text(text)
    with pytest.raises(DataDirectory, match="mail"):
        read_mail_server(hub.settings.data)


def test_the_worker_delivers_by_itself(hub):
    box = MailBox()
    with running(box) as port:
        text = f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "hub@oem.example"\n'
        (hub.settings.data / "mail.toml").write_text(text)
        told(hub, mail="q@tier-1.example")
        with delivering(hub, every_s=0.05):
            deadline = threading.Event()
            for _ in range(PATIENCE_S * 20):
                if box.messages:
                    break
                deadline.wait(0.05)
    assert len(box.messages) == 1
