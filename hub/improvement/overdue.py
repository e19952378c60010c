"""Actions that are overdue are told: once for each due date, by a record and a message that stand in one transaction.

The record says that it was told; the message goes to those who subscribed to everything of the plant. A new due date
that passes is told again.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial

import msgspec

from hub.alone import repeating_alone
from hub.entry.seal import Stamps, enter_within
from hub.improvement.act import HUB_ITSELF, new_name
from hub.improvement.read import day_at, find, folded
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import to_micros
from hub.store.mail.subscriptions import StoredSubscription, subscriptions, write_message
from hub.store.master.queries import read_master
from hub.store.quality.improvements import stored_improvements
from hub.subscription.of_plant import told_of_plant
from hub.subscription.subscribe import Channel
from traceability.encoding import sha256
from traceability.improvement.allowed import objection
from traceability.improvement.fold import after_all
from traceability.improvement.state import Improvement, ImprovementState
from traceability.record.base import Record
from traceability.record.improvement import ImprovementChangeRecord, Reminded

EVERY_S = 600.0
_LOG = logging.getLogger(__name__)


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    """An action that should have been done; ``days`` since then."""

    improvement: str
    plant: str
    title: str
    action: str
    text: str
    owner: str
    due: date
    days: int


class OverdueNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets."""

    subscription: str
    plant: str
    overdue: tuple[Overdue, ...]


def overdue_of(now: Improvement, today: date) -> tuple[Overdue, ...]:
    """The open actions of an open improvement whose day is over, the longest first."""
    if now.state is not ImprovementState.OPEN:
        return ()
    late = [one.action for one in now.round_actions if one.overdue(today)]
    return tuple(
        Overdue(
            improvement=now.id,
            plant=now.content.plant,
            title=now.content.title,
            action=one.action,
            text=one.text,
            owner=one.owner,
            due=one.due,
            days=(today - one.due).days,
        )
        for one in sorted(late, key=lambda one: (one.due, one.action))
    )


def remind(hub: Hub) -> tuple[Overdue, ...]:
    """Tell of every action that is overdue and was not told of; those that were told now."""
    at = hub.clock()
    with hub.store.reading() as connection:
        master = read_master(connection)
        due = [
            one
            for _, now in folded(connection, stored_improvements(connection))
            for one in overdue_of(now, day_at(master, now.content.plant, at))
            if (one.action, one.due) not in now.reminded
        ]
    return tuple(one for one in due if hub.store.write(partial(_told, hub=hub, one=one)))


def reminding(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    return repeating_alone(hub, "overdue actions", lambda: work(hub), every_s)


def work(hub: Hub) -> None:
    """One round."""
    told = remind(hub)
    if told:
        _LOG.info("%d actions are overdue", len(told))


def _told(connection: Writing, hub: Hub, one: Overdue) -> bool:
    """Seal that it is told, and let the messages wait; False when it was told or done meanwhile."""
    name = new_name(hub)
    told = Reminded(action=one.action, due=one.due)

    def draft(reading: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(reading, one.improvement)
        given = stamp()
        made_at = after_all(now, given["event_time"])
        if objection(now, told, made_at):
            return []
        change = ImprovementChangeRecord(
            id=now.id, change=name, after=now.heads, by=HUB_ITSELF, made_at=made_at, content=told, **given
        )
        return [change]

    if enter_within(connection, hub, draft) is None:
        return False
    _write_messages(connection, hub, one)
    return True


def _write_messages(connection: Writing, hub: Hub, one: Overdue) -> None:
    entry = read_master(connection).plants[one.plant]
    now = to_micros(hub.clock())
    for each in subscriptions(connection):
        if told_of_plant(connection, each, one.plant, entry.organisation.id):
            write_message(
                connection,
                subscription=each.id,
                occasion=sha256(f"{each.id}:{one.improvement}:{one.action}:{one.due}".encode()).hex(),
                alarms=0,
                subject=f"改进措施逾期 / action overdue: {one.plant}",
                body=_body(each, one),
                next_at=now,
                written_at=now,
            )


def _body(subscription: StoredSubscription, one: Overdue) -> str:
    if subscription.channel == Channel.WEBHOOK:
        news = OverdueNews(subscription=subscription.id, plant=one.plant, overdue=(one,))
        return msgspec.json.encode(news).decode()
    due = f"期限 / due {one.due} (+{one.days} d); 责任人 / owner {one.owner}"
    return f"{one.title}: {one.text}\n{due}\n{one.improvement}\n"
