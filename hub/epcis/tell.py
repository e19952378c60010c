"""Subscribers are told of what is new: at least once, in the order of the log, and again until they answer.

What fails is tried again, ever less often, for two days; then the subscription rests as *failed*, says why, and is made
anew by whoever wants it. A subscriber that knows an event already ignores it by its name.
"""

from datetime import datetime, timedelta

import msgspec

from hub.epcis.answer import query_document
from hub.epcis.problems import EpcisRefused
from hub.epcis.query_routes import parse_named
from hub.epcis.schedule import Schedule
from hub.epcis.walk import Found, Walk
from hub.epcis.webhook import Send, send_to, signed
from hub.errors import DataDirectory
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.epcis.subscriptions import (
    FAILED,
    Subscription,
    due_subscriptions,
    put_subscription,
    query_of,
)
from hub.store.ledger.batches import log_size
from traceability.encoding import to_base64
from traceability.epcis.query import EventQuery, Predicate
from traceability.event.timestamp import instant

MOST = 100
EVENTS_AT_ONCE = 500
PATIENCE = timedelta(days=2)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 3600


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscription has not been told: documents, and the place of the log up to which they go."""

    documents: list[bytes]
    until: int
    all: bool


def tell(hub: Hub, send: Send | None = None) -> tuple[int, int]:
    """One round over the subscriptions that are due: how many were told something, and how many can't be reached."""
    now = hub.clock()
    with hub.store.reading() as connection:
        due = due_subscriptions(connection, to_micros(now), MOST)
    told = failing = 0
    for subscription in due:
        after = _round(hub, subscription, now, send or send_to(hub.settings.data))
        told += after.last_notified_at != subscription.last_notified_at
        failing += after.failing_since is not None
        if after != subscription:
            with hub.store.writing() as connection:
                put_subscription(connection, after)
    return told, failing


def news_for(hub: Hub, connection: Reading, subscription: Subscription) -> News:
    """What is new; whole batches of the log, until there is enough for one round."""
    size = log_size(connection)
    kept = query_of(connection, subscription.query)
    found: list[Found] = []
    until, complete = size, True
    if kept is not None and subscription.cursor < size:
        walk = Walk(connection, _query(kept.query, subscription), (subscription.cursor, -1, 0), size)
        for each in walk:
            if len(found) >= EVENTS_AT_ONCE and walk.at[0] > found[-1].place[0]:
                until, complete = walk.at[0], False
                break
            if each is not None:
                found.append(each)
    pieces = [found[begin : begin + EVENTS_AT_ONCE] for begin in range(0, len(found), EVENTS_AT_ONCE)]
    if not pieces and subscription.report_if_empty and not subscription.stream:
        pieces = [[]]
    documents = [query_document(hub, connection, piece, subscription.query, subscription.id) for piece in pieces]
    return News(documents=documents, until=until, all=complete)


def next_time(subscription: Subscription, now: datetime, *, more: bool) -> int | None:
    """When to look again; None when the schedule never comes again."""
    if subscription.schedule is None or more:
        return to_micros(now)
    due = Schedule(subscription.schedule).after(now)
    return None if due is None else to_micros(due)


def _round(hub: Hub, subscription: Subscription, now: datetime, send: Send) -> Subscription:
    try:
        with hub.store.reading() as connection:
            news = news_for(hub, connection, subscription)
        for document in news.documents:
            _deliver(hub, subscription, document, send)
    except (OSError, DataDirectory, EpcisRefused) as error:
        return _failed(subscription, now, str(error) or type(error).__name__)
    due = next_time(subscription, now, more=not news.all)
    return msgspec.structs.replace(
        subscription,
        cursor=news.until,
        next_at=subscription.next_at if subscription.stream and not news.documents else due or subscription.next_at,
        tries=0,
        failing_since=None,
        problem="" if due is not None else "the schedule has no further time",
        state=subscription.state if due is not None else FAILED,
        last_notified_at=to_micros(now) if news.documents else subscription.last_notified_at,
    )


def _deliver(hub: Hub, subscription: Subscription, document: bytes, send: Send) -> None:
    headers = {
        "Content-Type": "application/json",
        "GS1-EPCIS-Version": "2.0.0",
        "Zhuoyue-Signature": f"ed25519={to_base64(hub.signer.sign(document))}",
    }
    if subscription.signature_token is not None:
        headers["GS1-Signature"] = signed(document, subscription.signature_token)
    status = send(subscription.dest, document, headers)
    if not 200 <= status < 300:
        raise OSError(f"the subscriber answered {status}")


def _failed(subscription: Subscription, now: datetime, problem: str) -> Subscription:
    wait = timedelta(seconds=min(_FIRST_WAIT_S * 2 ** min(subscription.tries, 12), _LONGEST_WAIT_S))
    since = subscription.failing_since or to_micros(now)
    given_up = now - from_micros(since) > PATIENCE
    return msgspec.structs.replace(
        subscription,
        tries=subscription.tries + 1,
        failing_since=since,
        next_at=to_micros(now + wait),
        problem=problem[:2000],
        state=FAILED if given_up else subscription.state,
    )


def _query(text: str, subscription: Subscription) -> EventQuery:
    query = parse_named(text)
    predicates = query.predicates
    if subscription.initial_record_time is not None:
        first = (instant(subscription.initial_record_time),)
        predicates += (Predicate(parameter="initialRecordTime", op="GE", field="recordTime", values=first),)
    return EventQuery(predicates=predicates)
