"""From new alarms to messages: each subscription is told of what its owner may see, and of nothing else.

All alarms of a round make one message, so that a storm of alarms is no storm of mails. What an owner sees is read
through the sharing policy at the moment of writing, and noted in the audit log like any other reading. A subscription
of somebody whose account was disabled tells nothing.
"""

from collections.abc import Sequence

import msgspec

from hub.alarm.views import AlarmView, alarm_views
from hub.parts import Hub
from hub.sharing.audit import AuditDesk, Question
from hub.sharing.seen import seen_by
from hub.store.account.people import account_by_id
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.fleet.silence import StoredSilence
from hub.store.ledger.batches import log_size
from hub.store.mail.subscriptions import (
    StoredSubscription,
    move_cursor,
    new_alarms,
    subscriptions,
    write_message,
)
from hub.subscription.silence import silence_line, silence_subject, silences_told
from hub.subscription.subscribe import Channel
from traceability.encoding import sha256
from traceability.quality.alarm.rule import AlarmKind

SHOWN = 20
"""Alarms that one message tells of in full; the others are counted."""
KINDS_TOLD = {
    AlarmKind.RULE_VIOLATED: "异常模式 / unusual pattern",
    AlarmKind.TREND_TO_LIMIT: "趋向规格限 / trend to a limit",
    AlarmKind.YIELD_DROP: "合格率下降 / yield drop",
    AlarmKind.CONSECUTIVE_NOT_OK: "连续不合格 / failures in a row",
    AlarmKind.NO_READ_RATE: "读码失败 / codes not read",
    AlarmKind.DEVICE_DRIFT: "漂移 / drift",
}


class AlarmNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets: the first alarms as ``/api/v1/alarms`` shows them, and how many there are in all.

    ``silences``: agents that fell silent or are heard of again; they count in ``total``.
    """

    subscription: str
    total: int
    alarms: tuple[AlarmView, ...]
    silences: tuple[StoredSilence, ...] = ()


def write_due_messages(hub: Hub, audit: AuditDesk) -> int:
    """Write a message for each subscription that has new alarms; how many there were."""
    with hub.store.reading() as connection:
        size, every = log_size(connection), subscriptions(connection)
    return sum(_write(hub, audit, one, size) for one in every if one.cursor < size)


def _write(hub: Hub, audit: AuditDesk, one: StoredSubscription, size: int) -> bool:
    with hub.store.reading() as connection:
        whose = account_by_id(connection, one.person) if one.person else None
    able = not one.person or (whose is not None and whose.disabled_at is None)
    plants = frozenset(whose.plants) if whose is not None and whose.organisation else frozenset[str]()
    with _eyes(hub, audit, one, plants).store.reading() as connection:
        total, views = _found(connection, one, size) if able else (0, ())
        quiet = silences_told(connection, one, size) if able else ()
    now = to_micros(hub.clock())
    with hub.store.writing() as connection:
        if total or quiet:
            write_message(
                connection,
                subscription=one.id,
                occasion=sha256(f"{one.id}:{one.cursor}:{size}".encode()).hex(),
                alarms=total + len(quiet),
                subject=silence_subject(quiet) if quiet and not total else _subject(total, views),
                body=_body(one, total, views, quiet),
                next_at=now,
                written_at=now,
            )
        move_cursor(connection, one.id, size)
    return total > 0 or bool(quiet)


def _eyes(hub: Hub, audit: AuditDesk, one: StoredSubscription, plants: frozenset[str]) -> Hub:
    """What the owner may see; somebody who made it and works for some plants sees no others."""
    if not one.owner:
        return hub
    question = Question(asker=one.owner, token=f"subscription:{one.id}", asked="subscription")
    return seen_by(hub, question, audit, plants)


def _found(connection: Reading, one: StoredSubscription, size: int) -> tuple[int, Sequence[AlarmView]]:
    total, stored = new_alarms(connection, (one.cursor, size), one.plants, one.kinds, SHOWN)
    return total, alarm_views(connection, stored)


def _subject(total: int, views: Sequence[AlarmView]) -> str:
    plants = sorted({view.plant or view.agent for view in views})
    named = ", ".join(plants[:3]) + (" …" if len(plants) > 3 else "")
    return f"预警 {total} 条 / {total} alarm{'s' if total > 1 else ''}: {named}"


def _body(one: StoredSubscription, total: int, views: Sequence[AlarmView], quiet: Sequence[StoredSilence] = ()) -> str:
    if one.channel == Channel.WEBHOOK:
        every = total + len(quiet)
        news = AlarmNews(subscription=one.id, total=every, alarms=tuple(views), silences=tuple(quiet))
        return msgspec.json.encode(news).decode()
    lines = [*(silence_line(silence) for silence in quiet), *(_line(view) for view in views)]
    if total > len(views):
        lines.append(f"… 另有 {total - len(views)} 条 / {total - len(views)} more")
    return "\n".join(lines) + "\n"


def _line(view: AlarmView) -> str:
    measured = f" {view.characteristic} = {view.value}" if view.characteristic and view.value else ""
    at = view.at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{at} {view.plant or view.agent} {view.work_cell}: {KINDS_TOLD[view.warns_of]} ({view.rule}){measured}"
