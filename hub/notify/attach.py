"""Attaching a file to a notification, and handing it out."""

from urllib.parse import quote

from fastapi import Response

from hub.errors import EntryRefused, NotFound
from hub.notify import files
from hub.notify.act import Actor, change
from hub.notify.read import find
from hub.notify.views import Made
from hub.parts import Hub
from traceability.record.notification import Attachment


def attach(hub: Hub, identity: str, name: str, content: bytes, actor: Actor) -> Made:
    """Keep the file, then say so in the ledger."""
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    if len(now.attachments) >= files.MAX_FILES:
        raise EntryRefused(
            f"it has {files.MAX_FILES} attachments already", where=identity, advice="put files into one zip"
        )
    kept = files.keep(hub.settings.data, content)
    attachment = Attachment(sha256=kept.sha256, size=kept.size, name=_plain(name), media_type=kept.media_type)
    return change(hub, identity, attachment, actor)


def download(hub: Hub, attachments: tuple[Attachment, ...], hash_: str) -> Response:
    """One of ``attachments``, as a file that no browser runs or shows in place."""
    for attachment in attachments:
        if attachment.sha256 == hash_:
            headers = {
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name)}",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            }
            return Response(files.read(hub.settings.data, hash_), media_type=attachment.media_type, headers=headers)
    raise NotFound("no such attachment", where=hash_[:80], advice="the notification lists its attachments")


def _plain(name: str) -> str:
    """A file name without folders and control characters, at most 200 long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:200].strip(". ") or "file"
