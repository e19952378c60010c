"""The next batch for an agent: the one it did not take yet, or a new one of what there is to tell.

The hub keeps one chain for each agent. A chain is given up for a new one, of the next *epoch*, when the agent cannot
go on with it: the agent has a new outbox, or the hub was restored from a backup and lacks what the agent has taken.
An agent takes only a greater epoch in place of its own, so nothing old can be given to it as new.
"""

import msgspec

from hub.downlink.contact import Asked
from hub.downlink.gather import News, first_place, gather, records_of
from hub.entry.seal import CHAIN_BYTES, seal, stamps
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.fleet.downlink import (
    GatheredTo,
    StoredDownlink,
    find_downlink,
    find_place,
    keep_downlink,
    keep_place,
    latest_downlink,
)
from traceability.batch.open import compress, open_batch
from traceability.downlink import DOWNLINK_LIMITS, Poll
from traceability.record.base import Record
from traceability.record.downlink import DownlinkStartRecord

FAR = 500
"""Log positions with nothing to tell, after which it is remembered that they were looked at."""


class _Next(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer rests on: the newest batch for the agent, whether a new chain must begin, and from where."""

    latest: StoredDownlink | None
    anew: bool
    since: GatheredTo


def next_batch(hub: Hub, asked: Asked) -> bytes | None:
    """The bytes (zstd) of the next batch for the agent that asked; None while there is nothing to tell."""
    poll = asked.poll
    with hub.store.reading() as connection:
        due = _due(connection, hub, poll)
        if isinstance(due, StoredDownlink):
            return due.body
        news = gather(connection, author=poll.author, plant=asked.plant, since=due.since)
    if not news.any and news.gathered.position - due.since.position < FAR:
        return None
    with hub.store.writing() as connection:
        due = _due(connection, hub, poll)
        if isinstance(due, StoredDownlink):  # another request of the same agent was quicker
            return due.body
        news = gather(connection, author=poll.author, plant=asked.plant, since=due.since)
        if not news.any:
            keep_place(connection, poll.author, news.gathered)
            return None
        made = _made(hub, poll, due, news)
        keep_downlink(connection, made, news.gathered)
    return made.body


def _due(connection: Reading, hub: Hub, poll: Poll) -> StoredDownlink | _Next:
    """The stored batch that the agent has to take next, or what a new one rests on."""
    latest = latest_downlink(connection, poll.author)
    place = find_place(connection, poll.author) or first_place(connection, hub.clock())
    if latest is None:
        return _Next(latest=None, anew=True, since=place)
    if poll.chain == latest.chain:
        if poll.after == latest.seq:
            return _Next(latest=latest, anew=False, since=place)
        stored = find_downlink(connection, poll.author, latest.epoch, poll.after + 1)
        return stored or _Next(latest=latest, anew=True, since=place)
    first = find_downlink(connection, poll.author, latest.epoch, 1)
    if first is not None and poll.epoch < latest.epoch and (poll.chain is not None or latest.seq == 1):
        return first  # the first batch of this chain was not taken yet
    if poll.chain is None:  # a new outbox knows nothing of what was told before
        place = first_place(connection, hub.clock())
    return _Next(latest=latest, anew=True, since=place)


def _made(hub: Hub, poll: Poll, due: _Next, news: News) -> StoredDownlink:
    latest = due.latest
    if latest is None or due.anew:
        known = 0 if latest is None else latest.epoch
        epoch, chain, seq, prev, first = max(known, poll.epoch) + 1, hub.random_bytes(CHAIN_BYTES).hex(), 1, None, 1
    else:
        epoch, chain, seq, prev = latest.epoch, latest.chain, latest.seq + 1, latest.hash
        first = latest.last_record + 1
    stamp = stamps(hub, first)
    records: list[Record] = []
    if seq == 1:
        reason = "first batch for this agent" if latest is None else "the chain before can't be continued"
        cites = None if latest is None else latest.hash
        records.append(DownlinkStartRecord(id=poll.author, epoch=epoch, reason=reason, cites=cites, **stamp()))
    records += records_of(news, stamp)
    sealed = seal(hub, records, chain=chain, seq=seq, prev=prev)
    return StoredDownlink(
        recipient=poll.author,
        epoch=epoch,
        seq=seq,
        chain=chain,
        hash=open_batch(sealed, DOWNLINK_LIMITS).hash,
        last_record=first + len(records) - 1,
        made_at=to_micros(hub.clock()),
        body=compress(sealed),
    )
