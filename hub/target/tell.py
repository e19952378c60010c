"""Messages about missed targets, to those who subscribed to alarms of every kind at the plant."""

from collections.abc import Sequence
from datetime import date

import msgspec

from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.mail.subscriptions import StoredSubscription, subscriptions, write_message
from hub.store.master.queries import read_master
from hub.subscription.of_plant import told_of_plant, told_of_whole
from hub.subscription.subscribe import Channel
from hub.target.figures import Watched
from hub.target.organisation import WholeWatched, as_target
from traceability.encoding import sha256
from traceability.record.indicator import OrganisationTargetStatusRecord, TargetRecord, TargetStatusRecord
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
    organisation: str = ""
    """Where the targets are those of all its plants; then ``plant`` is empty."""
    missed: tuple[MissedTarget, ...]


def tell_missed(
    connection: Writing, hub: Hub, plant: str, missed: Sequence[tuple[Watched, TargetStatusRecord]]
) -> None:
    """Let one message wait for every subscription that sees the plant."""
    if not missed:
        return
    owner = read_master(connection).plants[plant].organisation.id
    told = tuple(_missed(one.target.now, record) for one, record in missed)
    to = [one for one in subscriptions(connection) if told_of_plant(connection, one, plant, owner)]
    _write(connection, hub, to, TargetNews(subscription="", plant=plant, missed=told), [one.id for _, one in missed])


def tell_missed_wholes(
    connection: Writing,
    hub: Hub,
    organisation: str,
    missed: Sequence[tuple[WholeWatched, OrganisationTargetStatusRecord]],
) -> None:
    """Let one message wait for every subscription that sees all plants of the organisation."""
    if not missed:
        return
    told = tuple(_missed(as_target(one.target.now), record) for one, record in missed)
    to = [one for one in subscriptions(connection) if told_of_whole(connection, one, organisation)]
    news = TargetNews(subscription="", plant="", organisation=organisation, missed=told)
    _write(connection, hub, to, news, [one.id for _, one in missed])


def _write(
    connection: Writing, hub: Hub, to: Sequence[StoredSubscription], news: TargetNews, records: Sequence[str]
) -> None:
    now, count = to_micros(hub.clock()), len(news.missed)
    whose = news.plant or news.organisation
    for one in to:
        write_message(
            connection,
            subscription=one.id,
            occasion=sha256(f"{one.id}:{':'.join(records)}".encode()).hex(),
            alarms=0,
            subject=f"质量目标未达成 {count} 项 / {count} target{'s' if count > 1 else ''} missed: {whose}",
            body=_body(one, news),
            next_at=now,
            written_at=now,
        )


def _missed(target: TargetRecord, record: TargetStatusRecord | OrganisationTargetStatusRecord) -> MissedTarget:
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


def _body(one: StoredSubscription, news: TargetNews) -> str:
    if one.channel == Channel.WEBHOOK:
        return msgspec.json.encode(msgspec.structs.replace(news, subscription=one.id)).decode()
    return "\n".join(map(_line, news.missed)) + "\n"


def _line(one: MissedTarget) -> str:
    where = one.reference
    place = " ".join(filter(None, (where.line, where.operation, where.part, where.characteristic, where.indicator)))
    named = one.name or one.target
    return (
        f"{named} ({where.metric.value}{' ' + place if place else ''}): {one.value} — 目标 / target {one.wanted}, "
        f"{one.first} … {one.last}, n = {one.n}; 责任人 / owner {one.owner}"
    )
