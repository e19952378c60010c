"""A hub that forgot more than is kept here: its chain can't go on there, another one must."""

import sqlite3

from edge_agent.outbox.beginning import Author, NewChain, open_chain
from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.former import EVERYTHING, give_up
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, append_records
from edge_agent.outbox.sending import first_kept, forget_receipts
from traceability.record.production import DataLossRecord

_REASON = "the hub was restored from a backup older than what this line PC keeps"


def begin_after_hole(connection: sqlite3.Connection, author: Author, chain: str, after: int, next_record: int) -> int:
    """The hub has a chain up to batch ``after``, and the next one is gone here: how many records are lost for it.

    They are declared, from ``next_record`` on; what is kept behind them is sealed again in the chain in force, which is
    a new one if it was this. The hub waits for a batch that no longer exists, so it can never take those behind it.
    """
    kept = first_kept(connection, chain, after)
    last = (_first_unsealed(connection) if kept is None else kept[1]) - 1
    count = max(0, last - next_record + 1)
    forget_receipts(connection, chain, after)
    if started_chain(connection).chain == chain:
        lost = f"{count} records of chain {chain} from number {next_record} on"
        new = NewChain(reason=_REASON, lost=lost, refused_from=after + 1, own_since=EVERYTHING)
        open_chain(connection, author, new)
    else:
        give_up(connection, chain, after + 1, own_since=EVERYTHING, salt=author.salt, now=author.clock())
    if count:
        record = DataLossRecord(
            id=f"chain:{chain}:{next_record}",
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=author.clock(),
            stream=f"chain:{chain}",
            count=count,
            first=next_record,
            last=last,
            reason=f"{_REASON}; they were acknowledged long ago and are gone on both sides",
        )
        append_records(connection, [record], author.salt)
    return count


def _first_unsealed(connection: sqlite3.Connection) -> int:
    """The first record of the chain in force that is in no batch."""
    (first,) = connection.execute("SELECT min(seq) FROM record").fetchone()
    return started_chain(connection).next_record if first is None else int(first)
