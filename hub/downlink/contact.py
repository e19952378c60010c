"""An agent asks: is it the one it says, is it now, and how does it do. Its contact counts for the fleet's freshness.

Two machines with one key are seen by their instances: each start of an agent has a new random one, and one that comes
back after another was there still runs beside it.
"""

import logging
from datetime import timedelta

import msgspec

from hub.errors import PollRefused, UnknownAuthor
from hub.ingest.verify import refuse_revoked
from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.fleet.contacts import Contact, find_contact, keep_contact
from hub.store.fleet.silence import Sample, keep_sample, last_sample_at
from hub.store.ledger.authors import KeyInForce, key_in_force
from hub.store.ledger.batches import log_size
from hub.store.production.pictures import note_policy
from traceability.downlink import Poll, read_poll, verify_poll
from traceability.errors import Malformed, SignatureRefused

log = logging.getLogger(__name__)

TOLERANCE = timedelta(minutes=5)
CLONE_AGAIN = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_INSTANCES = 8
SAMPLE_EVERY = timedelta(minutes=5)
SAMPLES_KEPT = timedelta(days=30)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A poll that holds, and the plant of the agent whose it is."""

    poll: Poll
    plant: str


def receive_poll(hub: Hub, author: str, header: str) -> Asked:
    """Verify a poll and note the contact; ``PollRefused`` when its time is past or far off."""
    poll, envelope = read_poll(header)
    if poll.author != author:
        raise Malformed(f"the poll is signed as {poll.author[:80]!r}, the address names {author[:80]!r}")
    with hub.store.reading() as connection:
        key = key_in_force(connection, author, log_size(connection))
        if key is None:
            refuse_revoked(connection, author)
    if key is None or key.plant is None:
        raise UnknownAuthor(f"no key is registered for the author {author!r}", advice="enrol the agent first")
    verify_poll(poll, envelope, key.public_key, hub.signer.public_key)
    _note(hub, poll, key)
    return Asked(poll=poll, plant=key.plant)


def _note(hub: Hub, poll: Poll, key: KeyInForce) -> None:
    now, said = to_micros(hub.clock()), to_micros(poll.at)
    tolerance = TOLERANCE // _MICROSECOND
    if abs(said - now) > tolerance:
        raise PollRefused(
            f"the poll is of {poll.at.isoformat()}, the hub's time is {hub.clock().isoformat()}",
            advice="ask again with the time in this answer's Date header; look at the clock of the line PC",
        )
    with hub.store.writing() as connection:
        if key_in_force(connection, poll.author, log_size(connection)) != key:
            raise SignatureRefused("the author's key has changed meanwhile", advice="ask again")
        before = find_contact(connection, poll.author)
        if before is not None and said <= before.said_at <= now + tolerance:
            raise PollRefused("the poll is not later than the one before", advice="ask again with the present time")
        contact = _contact(before, poll, now, said)
        keep_contact(connection, contact)
        _sample(connection, contact)
        if poll.heartbeat.pictures is not None:
            note_policy(connection, poll.author, poll.heartbeat.pictures.policy)
    if before is not None and contact.clone_at != before.clone_at:
        log.error("CLONE: two machines use the key of %s at once; compare their data folders", poll.author)


def _sample(connection: Writing, contact: Contact) -> None:
    """How the agent does, for the picture of its page; one in ``SAMPLE_EVERY`` is enough."""
    last = last_sample_at(connection, contact.author)
    if last is not None and 0 <= contact.at - last < SAMPLE_EVERY // _MICROSECOND:
        return
    beat = contact.heartbeat
    sample = Sample(
        author=contact.author,
        at=contact.at,
        unsealed=beat.unsealed,
        unsent=beat.unsent,
        clock_ahead_ms=beat.clock_ahead_ms,
        devices=len(beat.devices),
        devices_down=sum(not device.connected for device in beat.devices),
    )
    keep_sample(connection, sample, contact.at - SAMPLES_KEPT // _MICROSECOND)


def _contact(before: Contact | None, poll: Poll, now: int, said: int) -> Contact:
    instances: tuple[str, ...] = ()
    clone_at = None
    if before is not None:
        instances, clone_at = before.instances, before.clone_at
        if poll.instance != before.instance:
            again = clone_at is None or now - clone_at > CLONE_AGAIN // _MICROSECOND
            if poll.instance in instances and again:
                clone_at = now
            instances = (*(known for known in instances if known != before.instance), before.instance)[-_INSTANCES:]
    return Contact(
        author=poll.author,
        at=now,
        said_at=said,
        instance=poll.instance,
        instances=instances,
        clone_at=clone_at,
        heartbeat=poll.heartbeat,
    )
