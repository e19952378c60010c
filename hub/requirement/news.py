"""Messages about missed agreements, to those of both companies who subscribed to everything."""

from collections.abc import Sequence
from datetime import date

import msgspec

from hub.parts import Hub
from hub.requirement.views import Fulfilled
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.mail.subscriptions import StoredSubscription, subscriptions, write_message
from hub.store.sharing.queries import owners_of_plants
from hub.subscription.of_plant import told_of_companies
from hub.subscription.subscribe import Channel
from traceability.encoding import sha256
from traceability.record.requirement import Indicator, Metric, RequirementStatusRecord
from traceability.requirement.fold import Requirement

_AT_MOST = frozenset({Metric.PPM, Metric.RESPONSE})


class MissedIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator that came to be missed. ``wanted`` with its direction, or the kinds of data to be shared."""

    indicator: str
    metric: Metric
    wanted: str
    value: float | None
    n: int
    begin: date
    end: date
    why: str


class RequirementNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets."""

    subscription: str
    requirement: str
    title: str
    customer: str
    supplier: str
    part: str
    missed: tuple[MissedIndicator, ...]


def tell_missed(
    connection: Writing, hub: Hub, one: Requirement, missed: Sequence[tuple[Fulfilled, RequirementStatusRecord]]
) -> None:
    """Let one message wait for every subscription of either side, and of the operator."""
    if not missed:
        return
    owners = owners_of_plants(connection)
    sides = (one.content.customer, one.content.supplier)
    plants = {side: frozenset(plant for plant, owner in owners.items() if owner == side) for side in sides}
    told = tuple(_missed(found) for found, _ in missed)
    now = to_micros(hub.clock())
    for each in subscriptions(connection):
        if not told_of_companies(connection, each, plants):
            continue
        write_message(
            connection,
            subscription=each.id,
            occasion=sha256(f"{each.id}:{':'.join(record.id for _, record in missed)}".encode()).hex(),
            alarms=0,
            subject=f"质量要求未达成 {len(told)} 项 / requirement missed: {one.content.title}",
            body=_body(each, one, told),
            next_at=now,
            written_at=now,
        )


def _missed(found: Fulfilled) -> MissedIndicator:
    return MissedIndicator(
        indicator=found.indicator.name,
        metric=found.indicator.metric,
        wanted=_wanted(found.indicator),
        value=found.value,
        n=found.n,
        begin=found.begin,
        end=found.end,
        why=found.why,
    )


def _wanted(one: Indicator) -> str:
    if one.target is None:
        return ", ".join(kind.value for kind in one.kinds)
    return f"{'≤' if one.metric in _AT_MOST else '≥'} {one.target}"


def _body(subscription: StoredSubscription, one: Requirement, told: tuple[MissedIndicator, ...]) -> str:
    content = one.content
    if subscription.channel == Channel.WEBHOOK:
        news = RequirementNews(
            subscription=subscription.id,
            requirement=one.id,
            title=content.title,
            customer=content.customer,
            supplier=content.supplier,
            part=content.part,
            missed=told,
        )
        return msgspec.json.encode(news).decode()
    head = f"{content.title}: {content.customer} → {content.supplier}, {content.part}"
    return "\n".join([head, *map(_line, told), f"/requirements/{one.id}", ""])


def _line(one: MissedIndicator) -> str:
    value = "–" if one.value is None else f"{one.value:.6g}"
    why = f"; {one.why}" if one.why else ""
    return (
        f"{one.indicator} ({one.metric.value}): {value} — 要求 / asked {one.wanted}, "
        f"{one.begin} … {one.end}, n = {one.n}{why}"
    )
