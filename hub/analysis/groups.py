"""Who is compared with whom: suspects as they were told, and others that were made alike.

Others are units of the same part that passed the same operation in the same time and are no suspects, wherever they
were made. The operation is the one where the suspects failed, or the first one that most of them passed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

import msgspec

from hub.analysis.question import CommonQuestion, FailedAt
from hub.analysis.source import Source
from hub.analysis.zones import zone_in
from hub.errors import EntryRefused, NotFound
from hub.recall.stored import found_from
from hub.store.trace.analysis import Passed, Passing, units_passing
from hub.store.trace.recall_acts import REMOVED
from hub.store.trace.recalls import items_of_part, read_recall
from hub.trace.catalogue import part_of_item
from traceability.encoding import sha256
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.identifier.item import ItemKind, item_uri, parse_item, read_identity
from traceability.unit import Verdict, is_submission

MOST_SUSPECTS = 100_000
MOST_OF_PART = 50_000
_DAY = timedelta(days=1)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Units that are looked at; ``known`` how many there are, ``left_out`` how many are of another part or no unit."""

    units: tuple[str, ...]
    known: int
    left_out: int = 0
    drawn: bool = False
    """True: ``known`` are more than were to be looked at."""


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """Both groups, and by what the others were found: operations empty where nobody sent a result of the suspects."""

    part: str
    suspects: Group
    others: Group
    operations: tuple[str, ...]
    begin: datetime | None
    end: datetime | None
    failed_at: str | None = None


def groups_of(source: Source, question: CommonQuestion) -> Groups:
    """``EntryRefused`` or ``NotFound`` where the question names nothing that can be compared."""
    told = _suspects(source, question)
    part = part_named(question.part) if question.part else _commonest(part_of(unit) for unit in told)
    suspects = sorted(unit for unit in told if part_of(unit) == part)
    if not suspects:
        raise EntryRefused("there are no suspect units", where="suspects", advice="name serials of one part")
    looked_at = drawn(suspects, question.sample)
    failed = question.suspects.failed
    operations, begin, end = _where(source, question, looked_at)
    others = set(_given(source, question.others)) if question.others else _rest(source, part, operations, begin, end)
    rest = sorted(unit for unit in others - set(told) if part_of(unit) == part)
    seen = drawn(rest, question.sample)
    return Groups(
        part=part,
        suspects=Group(
            units=looked_at,
            known=len(suspects),
            left_out=len(told) - len(suspects),
            drawn=len(looked_at) < len(suspects),
        ),
        others=Group(units=seen, known=len(rest), drawn=len(seen) < len(rest)),
        operations=operations,
        begin=begin,
        end=end,
        failed_at=failed.operation if failed else None,
    )


def drawn(units: Sequence[str], most: int) -> tuple[str, ...]:
    """At most ``most`` of ``units``: by the hash of their names, so always the same ones, whatever they say."""
    if len(units) <= most:
        return tuple(units)
    return tuple(sorted(sorted(units, key=lambda unit: sha256(unit.encode()))[:most]))


def part_of(unit: str) -> str:
    """The part of a canonical identity; the identity itself where it tells none."""
    return part_of_item(parse_item(unit))


def _suspects(source: Source, question: CommonQuestion) -> set[str]:
    told = question.suspects
    if told.failed is not None:
        return _failed(source, told.failed, question)
    if told.recall is not None:
        return _recalled(source, told.recall)
    return set(_given(source, told.items))


def _given(source: Source, names: Collection[str]) -> list[str]:
    found = {_name(text) for text in names}
    source.known.naming.learn(found)
    items = {source.known.naming.canonical_of(name) for name in found}
    no_unit = sorted(item for item in items if _kind(item) is not ItemKind.UNIT)
    if no_unit:
        raise EntryRefused(
            f"{no_unit[0]} is no unit",
            where="items",
            advice="name serials; for a lot ask a recall of it, and give the recall's id",
        )
    return sorted(items)


def _kind(item: str) -> ItemKind | None:
    try:
        return parse_item(item).kind
    except IdentifierRefused:
        return None


def _name(text: str) -> str:
    try:
        return alias_name(text)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"items: {text[:100]}", advice=error.advice) from None


def part_named(text: str) -> str:
    """The canonical identity of a part in any spelling; ``EntryRefused`` for a text that names none."""
    try:
        return item_uri(read_identity(text))
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"part: {text[:100]}", advice=error.advice) from None


def _recalled(source: Source, identity: str) -> set[str]:
    row = read_recall(source.connection, identity)
    if row is None or row.state == REMOVED:
        raise NotFound(f"there is no recall {identity[:60]!r}", advice="POST /api/v1/recall asks one")
    found = found_from(source.connection, row.id, 0, MOST_SUSPECTS)
    return {each.item for each in found if _kind(each.item) is ItemKind.UNIT}


def _failed(source: Source, failed: FailedAt, question: CommonQuestion) -> set[str]:
    passing = Passing(
        operations=(failed.operation,),
        plants=(failed.plant,) if failed.plant else (),
        part=part_named(question.part) if question.part else None,
        work_cell=failed.work_cell,
        begin=failed.begin,
        end=failed.end,
        verdict=Verdict.NOT_OK,
    )
    return _units(source, units_passing(source.connection, passing, source.log_size).rows)


def _rest(
    source: Source, part: str, operations: tuple[str, ...], begin: datetime | None, end: datetime | None
) -> set[str]:
    if not operations:
        items = items_of_part(source.connection, part, source.log_size, MOST_OF_PART)
        return {item for item in items if _kind(item) is ItemKind.UNIT}
    plants = tuple(sorted(source.master.plants))  # named, so that the index serves
    passing = Passing(operations=operations, plants=plants, part=part, begin=begin, end=end)
    return _units(source, units_passing(source.connection, passing, source.log_size).rows)


def _units(source: Source, rows: Iterable[Passed]) -> set[str]:
    names = {row.unit for row in rows}
    source.known.naming.learn(names)
    return {source.known.naming.canonical_of(name) for name in names}


def _where(
    source: Source, question: CommonQuestion, suspects: Sequence[str]
) -> tuple[tuple[str, ...], datetime | None, datetime | None]:
    """Operations and time by which the others are found."""
    failed = question.suspects.failed
    begin, end = question.begin, question.end
    if failed is not None:
        begin, end = begin or failed.begin, end or failed.end
        if begin is not None and end is not None:
            return (failed.operation,), begin, end
    places = [
        (row.event_time, row.operation, row.plant)
        for rows in source.known.results(suspects).values()
        for row in rows
        if not row.erroneous and is_submission(row.verdict, row.flags)
    ]
    if failed is not None:
        places = [place for place in places if place[1] == failed.operation]
    if not places:
        return (), begin, end
    counts = Counter(operation for _, operation, _ in places)
    most = max(counts.values())
    reference = next(operation for _, operation, _ in sorted(places) if counts[operation] == most)
    at_reference = [place for place in places if place[1] == reference]
    first, last = min(at_reference), max(at_reference)
    return (
        (reference,),
        begin or _midnight(source, first[0], first[2], 0),
        end or _midnight(source, last[0], last[2], 1),
    )


def _midnight(source: Source, at: datetime, plant: str | None, days: int) -> datetime:
    """When the plant's day of ``at`` begins, ``days`` later."""
    zone = zone_in(source.master, plant)
    day = at.astimezone(zone).date() + days * _DAY
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _commonest(parts: Iterable[str]) -> str:
    counts = Counter(parts)
    return min(counts, key=lambda part: (-counts[part], part), default="")
