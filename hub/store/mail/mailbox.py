"""Which notifications somebody has not read to their end."""

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_replace
from hub.store.tables.notify import notification, notification_change, notification_seen

MOST_UNREAD = 200
_change, _told, _seen = notification_change.c, notification.c, notification_seen.c


class MailReader(msgspec.Struct, frozen=True):
    """Somebody with an account; ``organisation`` "" reads for the operator of the hub."""

    person: str
    organisation: str


def unread(connection: Reading, reader: MailReader) -> tuple[str, ...]:
    """The notifications in which others did something since ``reader`` looked, the latest first; a bounded number."""
    last = func.max(_change.batch_id)
    query = (
        select(_change.id)
        .join(notification, _told.id == _change.id)
        .outerjoin(notification_seen, and_(_seen.person == reader.person, _seen.notification == _change.id))
        .where(notification_change.c.record["by"].as_string() != reader.person, _visible(reader.organisation))
        .group_by(_change.id)
        .having(last > func.coalesce(func.max(_seen.up_to), -1))
        .order_by(last.desc(), _change.id)
        .limit(MOST_UNREAD)
    )
    return tuple(row.id for row in connection.execute(query))


def mark_read(connection: Writing, reader: MailReader, identities: tuple[str, ...]) -> None:
    """``reader`` has read these to their end."""
    query = select(_change.id, func.max(_change.batch_id).label("up_to")).where(_change.id.in_(identities))
    for row in connection.execute(query.group_by(_change.id)).all():
        given = {"person": reader.person, "notification": row.id, "up_to": row.up_to}
        connection.execute(insert_or_replace(connection, notification_seen), [given])


def _visible(organisation: str) -> ColumnElement[bool]:
    """As the sharing rules have it: what is not sent yet is the sender's alone."""
    if not organisation:
        return _told.id.is_not(None)
    moves = notification_change.alias("moves")
    sent = exists().where(moves.c.id == _told.id, moves.c.record[("content", "to")].as_string() == "SENT")
    return or_(_told.sender == organisation, and_(_told.receiver == organisation, sent))
