"""Messages about missed targets, to those who subscribed to alarms of every kind at the plant."""

from collections.abc import Sequence
from datetime import date

import msgspec

from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.mail.subscriptions import StoredSubscription, subscriptions, write_message
from hub.store.master.queries import read_master
from hub.subscription.of_plant import told_of_plant
from hub.subscription.subscribe import Channel
from hub.target.figures import Watched
from traceability.encoding import sha256
from traceability.record.indicator import TargetStatusRecord
from traceability.record.metric import MetricReference


class MissedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target that came to be missed."""

    target: str
    name: str
    owner: str
    reference: MetricReference
    wanted: str
    value: str | None
    n: int
    first: date
    last: date
    why: str


class TargetNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets."""

    subscription: str
    plant: str
    missed: tuple[MissedTarget, ...]


def tell_missed(
    connection: Writing, hub: Hub, plant: str, missed: Sequence[tuple[Watched, TargetStatusRecord]]
) -> None:
    """Let one message wait for every subscription that sees the plant."""
    if not missed:
        return
    entry = read_master(connection).plants[plant]
    told = tuple(_missed(one, record) for one, record in missed)
    now = to_micros(hub.clock())
    for one in subscriptions(connection):
        if not told_of_plant(connection, one, plant, entry.organisation.id):
            continue
        write_message(
            connection,
            subscription=one.id,
            occasion=sha256(f"{one.id}:{':'.join(record.id for _, record in missed)}".encode()).hex(),
            alarms=0,
            subject=f"质量目标未达成 {len(told)} 项 / {len(told)} target{'s' if len(told) > 1 else ''} missed: {plant}",
            body=_body(one, plant, told),
            next_at=now,
            written_at=now,
        )


def _missed(one: Watched, record: TargetStatusRecord) -> MissedTarget:
    target = one.target.now
    return MissedTarget(
        target=target.id,
        name=target.name,
        owner=target.owner,
        reference=target.reference,
        wanted=f"{'≥' if target.direction == 'higher' else '≤'} {target.value} {target.currency}".strip(),
        value=record.value,
        n=record.n,
        first=record.first,
        last=record.last,
        why=record.why,
    )


def _body(one: StoredSubscription, plant: str, told: tuple[MissedTarget, ...]) -> str:
    if one.channel == Channel.WEBHOOK:
        return msgspec.json.encode(TargetNews(subscription=one.id, plant=plant, missed=told)).decode()
    return "\n".join(map(_line, told)) + "\n"


def _line(one: MissedTarget) -> str:
    where = one.reference
    place = " ".join(filter(None, (where.line, where.operation, where.part, where.characteristic, where.indicator)))
    named = one.name or one.target
    return (
        f"{named} ({where.metric.value}{' ' + place if place else ''}): {one.value} — 目标 / target {one.wanted}, "
        f"{one.first} … {one.last}, n = {one.n}; 责任人 / owner {one.owner}"
    )
