"""What an agent should hear of: states of units made at other work cells of its plant, holds, its plant's messages,
and answers to its alarms.

Gathered from the ledger in the order of the log, from where it was left off, so much at a time. Of several results of
one unit at one operation only the latest goes down: the interlock asks for nothing else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from hub.entry.seal import Stamps
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.fleet.contacts import find_contact
from hub.store.fleet.downlink import GatheredTo, count_forks, first_recorded_since
from hub.store.fleet.rollouts import withheld
from hub.store.ledger.batches import log_size
from hub.store.mail.alarms import StoredAnswer, answers_for
from hub.store.mail.news import (
    Message,
    Order,
    OtherLot,
    OtherResult,
    messages_between,
    orders_between,
    other_lots,
    other_results,
)
from traceability.record.alarm import AlarmAcknowledgementRecord
from traceability.record.base import Record
from traceability.record.downlink import (
    HoldOrderRecord,
    NoticeKind,
    NoticeRecord,
    PlantMessageRecord,
    UnitStateRecord,
)
from traceability.record.production import HoldScope, HoldState
from traceability.unit import Flag, Verdict, is_submission

MOST_RESULTS = 2_000
LOOK_BACK = timedelta(days=30)
"""How far back the states of units go that an agent hears of at its first question."""

_FORK = (
    "the hub was sent two histories of this agent's chain; one of them is refused",
    "two machines use one key, or one was restored from a copy: stop both, keep the right one, enrol the other anew",
)
_CLONE = (
    "two machines ask the hub with this agent's key at the same time",
    "stop the one that is a copy; give it an author id of its own and a new data folder, then enrol it with a token",
)
_NOTICES = {NoticeKind.FORK: _FORK, NoticeKind.CLONE: _CLONE}


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The last submission of a unit at an operation (or none), and lots that were joined to it."""

    unit: str
    at: datetime
    operation: str | None = None
    verdict: Verdict | None = None
    lots: tuple[str, ...] = ()


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What to tell of, and where gathering goes on."""

    states: tuple[State, ...]
    orders: tuple[Order, ...]
    messages: tuple[Message, ...]
    notices: tuple[NoticeKind, ...]
    answers: tuple[StoredAnswer, ...]
    gathered: GatheredTo

    @property
    def any(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.states or self.orders or self.messages or self.notices or self.answers)


def first_place(connection: Reading, now: datetime) -> GatheredTo:
    """Where gathering begins for an agent that knows nothing."""
    return GatheredTo(position=first_recorded_since(connection, to_micros(now - LOOK_BACK)))


def gather(connection: Reading, *, author: str, plant: str, since: GatheredTo) -> News:
    """What is new for ``author`` behind ``since``."""
    begin, end = since.position, log_size(connection)
    results = other_results(connection, plant=plant, author=author, begin=begin, end=end, most=MOST_RESULTS)
    if len(results) >= MOST_RESULTS:
        end = results[-1].batch_id + 1
    lots = other_lots(connection, plant=plant, author=author, begin=begin, end=end)
    contact = find_contact(connection, author)
    forks, clone_at = count_forks(connection, author), None if contact is None else contact.clone_at
    notices = [NoticeKind.FORK] if forks > since.forks else []
    if clone_at is not None and clone_at != since.clone_at:
        notices.append(NoticeKind.CLONE)
    return News(
        states=_states(results, lots),
        orders=tuple(orders_between(connection, plant=plant, begin=begin, end=end)),
        messages=_messages(connection, author, begin, end),
        notices=tuple(notices),
        answers=tuple(answers_for(connection, agent=author, begin=begin, end=end)),
        gathered=GatheredTo(position=end, forks=forks, clone_at=clone_at),
    )


def _messages(connection: Reading, author: str, begin: int, end: int) -> tuple[Message, ...]:
    """Those that are to go down still."""
    found = messages_between(connection, recipient=author, begin=begin, end=end)
    held = withheld(connection, author) if found else frozenset()
    return tuple(message for message in found if message.id not in held)


def records_of(news: News, stamp: Stamps) -> list[Record]:
    """The records that carry the news, states last because they are the many."""
    return [
        *(_notice(kind, stamp) for kind in news.notices),
        *(_order(order, stamp) for order in news.orders),
        *(
            AlarmAcknowledgementRecord(
                id=answer.id, agent=answer.agent, by=answer.by, cause=answer.cause, action=answer.action, **stamp()
            )
            for answer in news.answers
        ),
        *(
            PlantMessageRecord(id=message.id, recipient=message.recipient, envelope=message.envelope, **stamp())
            for message in news.messages
        ),
        *(
            UnitStateRecord(
                id=state.unit,
                at=state.at,
                operation=state.operation,
                verdict=state.verdict,
                lots=state.lots,
                **stamp(),
            )
            for state in news.states
        ),
    ]


def _notice(kind: NoticeKind, stamp: Stamps) -> NoticeRecord:
    text, advice = _NOTICES[kind]
    return NoticeRecord(id=str(kind), notice=kind, text=text, advice=advice, **stamp())


def _order(order: Order, stamp: Stamps) -> HoldOrderRecord:
    return HoldOrderRecord(
        id=order.id,
        plant=order.plant,
        scope=HoldScope(order.scope),
        target=order.target,
        state=HoldState(order.state),
        by=order.by,
        reason=order.reason,
        **stamp(),
    )


def _states(results: Iterable[OtherResult], lots: Iterable[OtherLot]) -> tuple[State, ...]:
    """One for each unit and operation: the latest by its author's clock; of two at one instant the one that fails."""
    latest: dict[tuple[str, str], OtherResult] = {}
    for result in results:
        if is_submission(Verdict(result.verdict), tuple(Flag(flag) for flag in result.flags)):
            place = (result.unit, result.operation)
            latest[place] = max(latest.get(place, result), result, key=_rank)
    states = [
        State(unit=unit, operation=operation, verdict=Verdict(result.verdict), at=result.event_time)
        for (unit, operation), result in latest.items()
    ]
    joined: dict[str, list[OtherLot]] = {}
    for entry in lots:
        joined.setdefault(entry.unit, []).append(entry)
    for unit, entries in joined.items():
        at = max(entry.event_time for entry in entries)
        states.append(State(unit=unit, at=at, lots=tuple(dict.fromkeys(entry.lot for entry in entries))))
    return tuple(states)


def _rank(result: OtherResult) -> tuple[datetime, bool]:
    return result.event_time, Verdict(result.verdict) is not Verdict.OK
