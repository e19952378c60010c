"""How a chain begins, goes on under another configuration, and ends because another one must begin."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from edge_agent.outbox import chain
from edge_agent.outbox.batches import LARGEST, SealedBatch, seal_next
from edge_agent.outbox.chain import Identity, Start
from edge_agent.outbox.closing import seal_salvaged
from edge_agent.outbox.former import end_chain, give_up
from edge_agent.outbox.holds import record_holds
from edge_agent.outbox.mark import newest_receipt
from edge_agent.outbox.records import append_records
from edge_agent.outbox.rescue import loss_records, pending_rescue
from edge_agent.outbox.stated_plans import put_in_force
from edge_agent.plans import Plans
from traceability.signing import Signer

RandomBytes = Callable[[int], bytes]
Clock = Callable[[], datetime]
_ALL = 10_000
"""Records per batch where no configured limit applies."""


@dataclass(frozen=True)
class Author:
    """Who seals, with what makes its records: key, clock, randomness."""

    identity: Identity
    signer: Signer
    clock: Clock
    random_bytes: RandomBytes

    def salt(self) -> str:
        """The salt of a new record."""
        return self.random_bytes(16).hex()

    def seal(self, connection: sqlite3.Connection, max_records: int, max_bytes: int = LARGEST) -> SealedBatch | None:
        """Make the next batch; None when no record waits."""
        return seal_next(connection, max_records, self.signer, self.salt, self.clock(), max_bytes=max_bytes)


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """Under what records are made now: the configuration's hash, and the control plan in its versions."""

    config: str
    plans: Plans


class NewChain(msgspec.Struct, frozen=True, kw_only=True):
    """Why another chain is opened.

    ``cites`` is the hash of the last receipt known (of the newest one here when it is None), ``lost`` what is missing
    in words. ``refused_from``: the hub will never take the old chain's batches from that number on; of their records
    those made from ``own_since`` on are sealed again in the new chain, the others declared lost (``former`` says why);
    without it the same is done when the hub answers so.
    """

    reason: str
    cites: str | None = None
    lost: str | None = None
    refused_from: int | None = None
    own_since: datetime | None = None


def begin(connection: sqlite3.Connection, author: Author, force: InForce, file: str) -> None:
    """Start or continue the chain; OutboxUnusable when the file is someone else's."""
    found = chain.find_chain(connection)
    if found is None:
        _begin_first(connection, author, force)
    else:
        chain.check_identity(found, author.identity, file)
        if found.config != force.config:
            _seal_all(connection, author)
            chain.change_config(connection, force.config)
    put_in_force(connection, force.plans, author.salt, author.clock())
    record_holds(connection, author.salt)


def open_chain(connection: sqlite3.Connection, author: Author, new: NewChain) -> str:
    """End the chain in force and open another one; its name. The plan in force follows at the next ``begin``.

    What is not sealed yet becomes the old chain's last batch, so that the hub alone decides whether it has it already.
    """
    _seal_all(connection, author)
    old = chain.started_chain(connection)
    end_chain(connection, author.clock(), new.own_since)
    start = Start(reason=new.reason, cites=new.cites or newest_receipt(connection), lost=new.lost)
    name = _start(connection, author, old.config, start)
    if new.refused_from is not None:
        give_up(connection, old.chain, new.refused_from, own_since=new.own_since, salt=author.salt, now=author.clock())
    return name


def _begin_first(connection: sqlite3.Connection, author: Author, force: InForce) -> None:
    """The first chain of a new file, or the one after a file that was broken."""
    seal_salvaged(connection, author.identity, author.signer, author.salt, author.clock())
    found = pending_rescue(connection)
    if found is None:
        _start(connection, author, force.config, Start())
        return
    name = _start(connection, author, force.config, Start(reason=found.reason, cites=found.cites, lost=found.told))
    append_records(connection, loss_records(found, name, author.clock()), author.salt)
    connection.execute("UPDATE rescue SET pending = 0")


def _start(connection: sqlite3.Connection, author: Author, config: str, start: Start) -> str:
    name = author.random_bytes(16).hex()
    chain.start_chain(
        connection, author.identity, chain=name, config=config, salt=author.salt, now=author.clock(), start=start
    )
    return name


def _seal_all(connection: sqlite3.Connection, author: Author) -> None:
    while author.seal(connection, _ALL) is not None:
        pass
