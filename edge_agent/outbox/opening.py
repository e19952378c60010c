"""Opening the outbox whatever state its file is in; a broken one is put aside, salvaged and spoken of."""

import logging
import sqlite3
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.errors import OutboxUnusable
from edge_agent.log import say
from edge_agent.outbox.chain import Identity, find_chain
from edge_agent.outbox.damage import NEW, UNREADABLE, OutboxDamaged, check_sound, finish, is_damage
from edge_agent.outbox.former import base_of, former_chains
from edge_agent.outbox.mark import header_at, read_mark
from edge_agent.outbox.rescue import rescue
from edge_agent.outbox.schema import open_file
from traceability.batch.header import ChainId
from traceability.errors import ZhuoyueError
from traceability.record.base import Hash

_LOG = logging.getLogger(__name__)


def open_sound(path: Path, identity: Identity, now: datetime) -> sqlite3.Connection:
    """The file's connection, of a new file where the old one is broken; OutboxUnusable when neither can be had."""
    try:
        finish(path)
        return _opened(path)
    except OutboxDamaged as damage:
        return mended(path, identity, damage, now)
    except OSError as error:
        raise OutboxUnusable(f"cannot be used: {error.strerror}", where=str(path), advice="look at the disk") from None


def mended(path: Path, identity: Identity, damage: OutboxDamaged, now: datetime) -> sqlite3.Connection:
    """Put a broken file aside; the connection to the new one, which holds what could be salvaged."""
    try:
        found = rescue(path, identity, damage, now)
    except (sqlite3.Error, OSError, OutboxUnusable) as error:
        if isinstance(error, OutboxUnusable) and error.where != f"{path}{NEW}":
            raise
        raise OutboxUnusable(
            f"is broken ({damage.what}), and a new one cannot be made: {error}",
            where=str(path),
            advice="look at free space and rights; the broken file stays where it is",
        ) from None
    say(
        _LOG, logging.ERROR, "the outbox file was broken; it is put aside and a new chain begins", file=path,
        damage=damage.what, batches=found.batches, records=found.records, lost=found.told,
        next="keep the file that was put aside; look at this machine's disk",
    )  # fmt: skip
    return open_file(path)


def _opened(path: Path) -> sqlite3.Connection:
    check_sound(path)
    connection = open_file(path)
    try:
        _check_mark(connection, path)
        _check_chain(connection, path)
    except UNREADABLE as error:
        connection.close()
        if not is_damage(error):
            raise OutboxUnusable(
                f"cannot be read now: {error}", where=str(path), advice="look at the disk, then start again"
            ) from None
        raise OutboxDamaged(str(error), where=str(path)) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _check_mark(connection: sqlite3.Connection, path: Path) -> None:
    """OutboxDamaged when the file is behind its mark: it was replaced by an older one, or lost its newest part."""
    mark = read_mark(path)
    if mark is None or mark.chain in {former.chain for former in former_chains(connection)}:
        return
    chain = find_chain(connection)
    if chain is not None and chain.chain != mark.chain:
        raise OutboxDamaged("names another chain than the one that this machine sealed last", where=str(path))
    if chain is None:
        raise OutboxDamaged("the file is gone, or empty, that had sealed batches", where=str(path))
    if chain.next_batch < mark.next_batch:
        raise OutboxDamaged(
            f"is older than what this machine had sealed: it knows {chain.next_batch - 1} batches, "
            f"{mark.next_batch - 1} were sealed",
            where=str(path),
        )


def _check_chain(connection: sqlite3.Connection, path: Path) -> None:
    """OutboxDamaged when the chain's row does not fit its own last batch and the records behind it."""
    chain = find_chain(connection)
    if chain is None:
        return
    place = base_of(connection) + chain.next_batch - 1
    last = connection.execute("SELECT hash FROM batch WHERE seq = ?", (place,)).fetchone()
    try:
        msgspec.convert((chain.chain, chain.config), tuple[ChainId, Hash])
        fits = True
        if last is not None and chain.next_batch > 1:
            header = header_at(connection, place)
            following = header.first_record + header.records
            fits = (header.chain, header.seq, last[0]) == (chain.chain, chain.next_batch - 1, chain.head)
            fits = fits and following + _count(connection) == chain.next_record
    except (ZhuoyueError, msgspec.ValidationError):
        fits = False
    if not fits:
        raise OutboxDamaged("the chain does not fit its own last batch", where=str(path))


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])
