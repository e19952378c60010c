"""From changes in the ledger to letters: who is told of what, in both languages.

Letters follow from the log, not from the act: a crash between the two, or a change that came from another hub, leaves
none unwritten, and each change makes at most one letter for each address.
"""

from typing import Any

from hub.notify.read import find
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.mail.letters import WAITING, Contact, changes_since, contact_of, write_letters, written_to
from traceability.notification.fold import Happened, Notification
from traceability.record.notification import (
    Attachment,
    EightDStep,
    Message,
    NotificationState,
    Reminder,
    Side,
    Transition,
)

QUIET = frozenset({NotificationState.CANCELED})


def write_due_letters(hub: Hub) -> int:
    """Write the letters of every change that has not been looked at; how many changes there were."""
    with hub.store.writing() as connection:
        changes = changes_since(connection, written_to(connection))
        letters = [letter for _, identity, name in changes for letter in _letters(connection, hub, identity, name)]
        if changes:
            write_letters(connection, letters, changes[-1][0] + 1)
    return len(changes)


def _letters(connection: Reading, hub: Hub, identity: str, name: str) -> list[dict[str, Any]]:
    _, now = find(connection, identity)
    happened = next((item for item in now.history if item.change == name), None)
    if happened is None or happened.disputed is not None or not _worth_telling(happened):
        return []
    told = now.content.receiver if happened.side is Side.SENDER else now.content.sender
    contact = contact_of(connection, told)
    return [] if contact is None else _to(contact, now, happened, to_micros(hub.clock()))


def _worth_telling(happened: Happened) -> bool:
    content = happened.content
    if isinstance(content, Transition):
        return content.to not in QUIET
    return isinstance(content, Message | Reminder | EightDStep | Attachment)


def _to(contact: Contact, now: Notification, happened: Happened, at: int) -> list[dict[str, Any]]:
    ways = [("mail", contact.mail), ("webhook", contact.webhook)]
    return [
        {
            "notification": now.id,
            "occasion": f"{happened.change}:{channel}",
            "channel": channel,
            "address": address,
            "subject": f"[{now.content.severity}] {now.content.title}",
            "body": _body(now, happened),
            "state": WAITING,
            "tries": 0,
            "next_at": at,
            "problem": "",
            "written_at": at,
        }
        for channel, address in ways
        if address
    ]


def _body(now: Notification, happened: Happened) -> str:
    """What happened, Chinese first; the content itself stays at the hub."""
    zh, en = _words(happened)
    lines = (
        f"{now.content.sender} → {now.content.receiver}: {now.content.title}",
        f"{zh} / {en}",
        f"状态 / state: {now.state}",
        f"期限 / due: {now.target_date or '–'}",
        f"编号 / id: {now.id}",
        f"内容摘要 / content: {now.content_hash}",
    )
    return "\n".join(lines) + "\n"


def _words(happened: Happened) -> tuple[str, str]:
    content = happened.content
    if isinstance(content, Transition):
        return f"状态变为 {content.to}", f"it became {content.to}"
    if isinstance(content, Reminder):
        return f"期限 {content.target_date} 将到或已过", f"an answer is due by {content.target_date}"
    if isinstance(content, EightDStep):
        return f"8D 报告 D{content.discipline} 已填写", f"D{content.discipline} of the 8D report was entered"
    if isinstance(content, Attachment):
        return f"新附件 {content.name}", f"a file was attached: {content.name}"
    return "有新留言", "there is a new message"
