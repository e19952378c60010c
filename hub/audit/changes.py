"""What people entered: the records of the hub's own chain, read from the ledger itself, the latest first.

Every entry is there, of whatever kind, with the id of who made it, and nothing is left out that some table does not
show. One question reads ``MOST_BATCHES`` batches at most and says how far back that was.

A company sees what was entered about itself and its plants, and both sides of what it exchanges with others; somebody
of some plants sees what was entered about these.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from hub.accounts.asker import Asker
from hub.audit.statement import Entered, Statement, is_entered, statements_of
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.account.people import accounts_of
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.ledger.batches import StoredBatch, batch_by_id, batches_with_bodies, positions_of_author
from hub.store.sharing.queries import owners_of_authors, owners_of_plants, places_seen_whole
from traceability.batch.open import decompress, open_batch
from traceability.errors import ZhuoyueError
from traceability.record.base import Record
from traceability.record.codec import decode_record

MOST_BATCHES = 500
_AT_ONCE = 50


class ChangesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Below the log index ``before``; '' and None ask for all."""

    before: int | None = None
    limit: int = 100
    kind: str = ""
    by: str = ""
    plant: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Owners(msgspec.Struct, frozen=True):
    """Whose plants and authors are whose: id -> organisation."""

    plants: dict[str, str]
    authors: dict[str, str]


class ChangeView(Entered, frozen=True, kw_only=True):
    """What was entered, and ``login``: whose account ``by`` is, '' where it is none that the reader may know."""

    login: str
    evidence: str


class ChangesView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first. ``batches`` of the hub's own were read; ``next`` is the cursor of what is earlier."""

    changes: tuple[ChangeView, ...]
    batches: int
    back_to: datetime | None
    next: int | None


def changes(hub: Hub, seen: Reading, asker: Asker, asked: ChangesAsked) -> ChangesView:
    """What fits; ``hub`` is the whole hub, ``seen`` a reading of what the asker may see."""
    with hub.store.reading() as connection:
        names = {one.id: one.login for one in accounts_of(connection, asker.organisation or None)}
        plants = owners_of_plants(connection)
        owners = Owners(plants, owners_of_authors(connection, plants))
        found: list[ChangeView] = []
        batches, oldest = 0, None
        following: int | None = None
        for several in _back(connection, asked):
            statements = [one for stored, body in several for one in _read(hub, stored, body, asked)]
            told = _told(statements, seen, asker, owners, asked)
            for stored, _ in several:
                batches, oldest = batches + 1, stored
                found += [_view(one, names) for one in told if one.log_index == stored.id]
                if len(found) >= asked.limit or batches >= MOST_BATCHES:
                    following = stored.id
                    break
            if following is not None:
                break
        return ChangesView(
            changes=tuple(found),
            batches=batches,
            back_to=None if oldest is None else from_micros(oldest.record_time),
            next=following,
        )


def _back(connection: Reading, asked: ChangesAsked) -> Iterator[list[tuple[StoredBatch, bytes]]]:
    """The hub's own batches of the time in question, some at a time."""
    places = positions_of_author(connection, HUB_AUTHOR)
    if asked.before is not None:
        places = places[: bisect_left(places, asked.before)]
    if asked.until is not None:
        places = places[: _first_at(connection, places, to_micros(asked.until))]
    if asked.since is not None:
        places = places[_first_at(connection, places, to_micros(asked.since)) :]
    for end in range(len(places), 0, -_AT_ONCE):
        yield batches_with_bodies(connection, places[max(0, end - _AT_ONCE) : end])


def _first_at(connection: Reading, places: Sequence[int], at: int) -> int:
    """How many of ``places`` came before ``at``: the log is in the order of time."""

    def came(place: int) -> int:
        stored = batch_by_id(connection, place)
        return 0 if stored is None else stored.record_time

    return bisect_left(places, at, key=came)


def _read(hub: Hub, stored: StoredBatch, body: bytes, asked: ChangesAsked) -> list[Statement]:
    try:
        opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    except ZhuoyueError:
        return []  # a check of the log tells what is wrong with it
    entered: list[tuple[int, Record]] = []
    for line, data in enumerate(opened.lines, start=2):
        try:
            record = decode_record(data)
        except ZhuoyueError:
            continue
        if is_entered(record, asked.kind):
            entered.append((line, record))
    return [one for one in statements_of(stored, entered) if not asked.by or one.by == asked.by]


def _told(
    statements: Sequence[Statement], seen: Reading, asker: Asker, owners: Owners, asked: ChangesAsked
) -> list[Statement]:
    """Those of the asker's business."""
    wanted = [one for one in statements if not asked.plant or one.plant == asked.plant]
    if asker.is_operator:
        return wanted
    if asker.plants:
        return [
            one for one in wanted if one.plant in asker.plants and owners.plants.get(one.plant) == asker.organisation
        ]
    both = [one for one in wanted if one.is_exchanged]
    shown = places_seen_whole(seen, {(one.log_index, one.line) for one in both})
    return [
        one
        for one in wanted
        if asker.organisation in (owners.plants.get(one.plant), one.organisation, owners.authors.get(one.corrects))
        or (one.is_exchanged and (one.log_index, one.line) in shown)
    ]


def _view(one: Statement, names: dict[str, str]) -> ChangeView:
    entered = {name: getattr(one, name) for name in Entered.__struct_fields__}
    evidence = f"/api/v1/records/{one.log_index}/{one.line}/evidence"
    return ChangeView(**entered, login=names.get(one.by, ""), evidence=evidence)
