"""Which records were declared wrong by somebody who may, at a state of the log."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy import Column, Result, Row, Select, select

from hub.settings import HUB_AUTHOR
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import own_schema
from hub.store.core.instant import from_micros
from hub.store.core.listed import pairs_in
from hub.store.core.memo import once
from hub.store.core.quick import ask
from hub.store.tables.epcis import epcis_event
from hub.store.tables.every import batch, correction


class Place(msgspec.Struct, frozen=True):
    """A record as corrections name it: its author, chain, seq and id, and the plant of its author."""

    author: str
    chain: str
    seq: int
    record: str
    plant: str | None


class Recorded(Protocol):
    """What says of which result it is."""

    @property
    def author(self) -> str:
        """Who sealed it."""

    @property
    def chain(self) -> str:
        """In which of its chains."""

    @property
    def seq(self) -> int:
        """Where in it."""

    @property
    def result_id(self) -> str:
        """Of which result."""

    @property
    def plant(self) -> str | None:
        """The plant of its author."""


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One correction. ``binds``: its author may correct the target, and it was not withdrawn."""

    batch_id: int
    line: int
    author: str
    record: str
    event_time: datetime
    record_time: datetime
    reason: str
    corrective: tuple[str, ...]
    on_behalf_of: str | None
    binds: bool


def place_of(row: Row[Any] | Recorded) -> Place:
    """How corrections name the record of a projection row that has a ``result_id``."""
    return Place(row.author, row.chain, row.seq, row.result_id, row.plant)


def corrections_of(
    connection: Reading, places: Iterable[Place], log_size: int | None = None
) -> dict[Place, list[CorrectionRow]]:
    """What the first ``log_size`` batches of the log (None: all) say against each of ``places``, in log order."""
    if not any_correction(connection):
        return {}
    rows = _against(connection, set(places), log_size)
    strangers = _of_strangers(connection, rows)
    rows = {place: [row for row in several if id(row) not in strangers] for place, several in rows.items()}
    of_rows = {_place(row) for several in rows.values() for row in several}
    withdrawn = {
        place
        for place, several in _against(connection, of_rows, log_size).items()
        if any(_may(row, place) for row in several)
    }
    return {
        place: [_correction(row, place, withdrawn) for row in sorted(several, key=lambda row: (row.batch_id, row.line))]
        for place, several in rows.items()
    }


def erroneous(connection: Reading, places: Iterable[Place], log_size: int | None = None) -> set[Place]:
    """Those of ``places`` that count no more."""
    found = corrections_of(connection, places, log_size)
    return {place for place, several in found.items() if any(row.binds for row in several)}


def any_correction(connection: Reading) -> bool:
    """Whether anything was ever declared wrong."""
    return once(connection, any_correction, lambda: bool(ask(connection, _ANY)))


def last_correction(connection: Reading) -> int:
    """Log index of the latest correction; -1 when there is none."""
    found = ask(connection, _LAST)
    return int(found[0][0]) if found else -1


def _against(connection: Reading, places: set[Place], log_size: int | None) -> dict[Place, list[Row[Any]]]:
    by_seq, by_record = defaultdict(list), defaultdict(list)
    for place in places:
        by_seq[place.author, place.chain, place.seq].append(place)
        by_record[place.author, place.record].append(place)
    authors = sorted({place.author for place in places})
    found: dict[Place, list[Row[Any]]] = defaultdict(list)
    query = _corrections(log_size).where(correction.c.target_author.in_(authors))
    for seqs in in_chunks({place.seq for place in places}):
        for row in connection.execute(query.where(correction.c.target_seq.in_(seqs))):
            for place in by_seq.get((row.target_author, row.target_chain, row.target_seq), ()):
                found[place].append(row)
    for records in in_chunks({place.record for place in places}):
        for row in connection.execute(query.where(correction.c.target_record.in_(records))):
            for place in by_record.get((row.target_author, row.target_record), ()):
                found[place].append(row)
    return found


def _corrections(log_size: int | None) -> Select[Any]:
    joined = correction.join(batch, batch.c.id == correction.c.batch_id)
    query = select(correction, batch.c.record_time).select_from(joined)
    return query if log_size is None else query.where(correction.c.batch_id < log_size)


def _of_strangers(connection: Reading, rows: dict[Place, list[Row[Any]]]) -> set[int]:
    """Those of ``rows`` by which an organisation declares an event in error that another one captured.

    Both are kept; but nobody takes back another's word. The operator, who captures as the hub, may.
    """
    declared = [
        row
        for several in rows.values()
        for row in several
        if row.author == row.target_author == HUB_AUTHOR and row.on_behalf_of not in (None, HUB_AUTHOR)
    ]
    owners = _captured_by(connection, {(row.batch_id, row.line) for row in declared})
    unnamed = {row.target_record for row in declared} - owners.keys()
    owners |= _owners(connection, epcis_event.c.hash_id, unnamed)  # no index: declared under another name, which is odd
    return {
        id(row)
        for row in declared
        if owners.get(row.target_record) and row.on_behalf_of not in owners[row.target_record]
    }


def _past_views(connection: Reading, query: Select[Any]) -> Result[Any]:
    """Who captured an event decides, whether the asker may see that event or not."""
    return connection.execute(query, execution_options={"schema_translate_map": {None: own_schema(connection)}})


def _captured_by(connection: Reading, declarations: Collection[tuple[int, int]]) -> dict[str, set[str]]:
    """Hash -> who captured the event that has the name of one of ``declarations``."""
    table, names = epcis_event.c, set[str]()
    for chunk in in_chunks(declarations):
        query = select(table.event_id).where(pairs_in(connection, table.batch_id, table.line, chunk))
        names.update(_past_views(connection, query).scalars())
    return _owners(connection, table.event_id, names)


def _owners(connection: Reading, column: Column[str], values: Collection[str]) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = defaultdict(set)
    table = epcis_event.c
    for chunk in in_chunks(values):
        query = select(table.hash_id, table.organisation).where(column.in_(chunk), table.declaration.is_(None))
        for event in _past_views(connection, query):
            owners[event.hash_id].add(event.organisation)
    return dict(owners)


def _may(row: Row[Any], place: Place) -> bool:
    """The author itself, its plant, or the hub."""
    return row.author in (place.author, HUB_AUTHOR) or (row.plant is not None and row.plant == place.plant)


def _place(row: Row[Any]) -> Place:
    return Place(row.author, row.chain, row.seq, row.record, row.plant)


def _correction(row: Row[Any], place: Place, withdrawn: set[Place]) -> CorrectionRow:
    corrective: Sequence[str] = row.corrective
    return CorrectionRow(
        batch_id=row.batch_id,
        line=row.line,
        author=row.author,
        record=row.record,
        event_time=from_micros(row.event_time),
        record_time=from_micros(row.record_time),
        reason=row.reason,
        corrective=tuple(corrective),
        on_behalf_of=row.on_behalf_of,
        binds=_may(row, place) and _place(row) not in withdrawn,
    )


_ANY = select(correction.c.batch_id).limit(1)
_LAST = select(correction.c.batch_id).order_by(correction.c.batch_id.desc()).limit(1)
