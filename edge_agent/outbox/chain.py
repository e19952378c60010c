"""The chain of this outbox: how it starts, and what it says when the configuration changes."""

import sqlite3
from datetime import datetime

import msgspec

from edge_agent.errors import OutboxUnusable
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from traceability.record.production import ChainStartRecord
from traceability.unit import Environment

_LONGEST = 2000


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records these are; an outbox holds those of one author in one environment for ever."""

    author: str
    environment: Environment


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain stands: ``head`` is the hash of the last header, the other two are the next numbers."""

    chain: str
    author: str
    environment: Environment
    config: str
    plan: str | None
    next_record: int
    next_batch: int
    head: str | None


def find_chain(connection: sqlite3.Connection) -> Chain | None:
    """The chain, if it was started."""
    names = Chain.__struct_fields__
    row = connection.execute(f"SELECT {', '.join(names)} FROM chain").fetchone()  # noqa: S608 - names of this class
    return None if row is None else msgspec.convert(dict(zip(names, row, strict=True)), Chain)


def started_chain(connection: sqlite3.Connection) -> Chain:
    """The chain; to be asked only after ``start_chain``."""
    chain = find_chain(connection)
    assert chain is not None
    return chain


def check_identity(chain: Chain, identity: Identity, file: str) -> None:
    """OutboxUnusable when the outbox is another author's or of another environment."""
    for what, held, asked in (
        ("author", chain.author, identity.author),
        ("environment", str(chain.environment), str(identity.environment)),
    ):
        if held != asked:
            raise OutboxUnusable(
                f"holds records of {what} {held!r}, the configuration says {asked!r}",
                where=file,
                advice=f"set agent.{what} back, or give the agent another data folder",
            )


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Why a chain begins, the hash of the last receipt known, and what is declared lost, in words."""

    reason: str = "first start of a new outbox; no earlier receipt is known to it"
    cites: str | None = None
    lost: str | None = None


def start_chain(
    connection: sqlite3.Connection,
    identity: Identity,
    *,
    chain: str,
    config: str,
    salt: Salt,
    now: datetime,
    start: Start | None = None,
) -> None:
    """Open the chain with the record that says why it begins."""
    why = start or Start()
    connection.execute(
        "INSERT INTO chain (id, chain, author, environment, config, next_record, next_batch) VALUES (1,?,?,?,?,1,1)",
        (chain, identity.author, str(identity.environment), config),
    )
    record = ChainStartRecord(
        id=chain,
        seq=UNNUMBERED,
        salt=UNSALTED,
        event_time=now,
        reason=why.reason[:_LONGEST],
        cites=why.cites,
        lost=why.lost and why.lost[:_LONGEST],
    )
    append_records(connection, [record], salt)


def change_config(connection: sqlite3.Connection, config: str) -> None:
    """From now on batches are sealed under this configuration."""
    connection.execute("UPDATE chain SET config = ?", (config,))
