"""Aspects of partners become records of the hub: all of a text or none; what is here already is not said again."""

from collections.abc import Sequence

import msgspec

from hub.entry.seal import Stamps, enter
from hub.epcis.limits import LIMITS
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.epcis.catenax import brought_already, given_to, organisations_by_number
from hub.store.trace.aliases import aliases_about
from traceability.catenax.aspects import Aspect, Batch, SerialPart
from traceability.catenax.identity import spelt_item, subject_of
from traceability.catenax.reading import AnyAspect, ReadAspect, linked_items, read_aspects, times_of
from traceability.encoding import sha256, tagged
from traceability.epcis.problem import Problem
from traceability.epcis.stored import event_parts
from traceability.errors import IdentifierRefused
from traceability.record.base import Record
from traceability.record.catenax import AspectRecord
from traceability.record.identity import AliasRecord

_MOST_TOLD = 20


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect that was taken: ``subject`` and ``item`` are identities; ``new`` is False where it was here."""

    pointer: str
    model: str
    subject: str
    item: str | None
    new: bool


class BroughtView(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken, and where the records stand; ``log_index`` is None when there was nothing new."""

    aspects: tuple[Brought, ...]
    log_index: int | None


def bring(hub: Hub, text: bytes, kind: type[Aspect], organisation: str) -> BroughtView:
    """Take one aspect or a list of them for ``organisation``; ``EntryRefused`` says what is wrong, by JSON pointer."""
    read = read_aspects(text, kind, hub.settings.entry_body)
    _refuse([problem for each in read for problem in (*each.problems, *_unfit(each))])
    found: list[Brought] = []

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        numbers = organisations_by_number(connection)
        hashes = [_hash(each) for each in read]
        known = brought_already(connection, organisation, hashes)
        records: list[Record] = []
        for each, content_hash in zip(read, hashes, strict=True):
            record = _record(each, content_hash, numbers, organisation, stamp if content_hash not in known else None)
            found.append(record[0])
            known.add(content_hash)
            records += record[1:]
        return [*records, *_returned(connection, read, stamp)]

    stored = enter(hub, draft)
    return BroughtView(aspects=tuple(found), log_index=None if stored is None else stored.id)


def _record(
    read: ReadAspect, content_hash: str, numbers: dict[str, str], organisation: str, stamp: Stamps | None
) -> tuple[Brought, *tuple[AspectRecord, ...]]:
    aspect = read.aspect
    assert aspect is not None  # faults were refused before
    subject = subject_of(aspect.catena_x_id)
    item = _item(aspect, numbers, read.pointer)
    told = Brought(pointer=read.pointer, model=read.model, subject=subject, item=item, new=stamp is not None)
    if stamp is None:
        return (told,)
    record = AspectRecord(
        id=tagged(sha256(f"{organisation}\0{content_hash}".encode())),
        model=read.model,
        content=event_parts(read.content),
        hash=content_hash,
        subject=subject,
        item=item,
        organisation=organisation,
        **stamp(),
    )
    return told, record


def _item(aspect: AnyAspect, numbers: dict[str, str], pointer: str) -> str | None:
    if not isinstance(aspect, SerialPart | Batch):
        return None
    try:
        return spelt_item(aspect, numbers)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"{pointer}/localIdentifiers", advice=error.advice) from None


def _returned(connection: Reading, read: list[ReadAspect], stamp: Stamps) -> list[AliasRecord]:
    """Ids that this hub gave and that come back for the first time: now it stands in the ledger whose they are."""
    mentioned = {subject_of(name) for each in read if each.aspect is not None for name in _ids(each.aspect)}
    given = given_to(connection, mentioned)
    said = {name for row in aliases_about(connection, given.keys()) for name in (row.one, row.other)}
    return [
        AliasRecord(
            id=f"catenax-{sha256(subject.encode()).hex()[:32]}", one=item, other=subject, reason="Catena-X", **stamp()
        )
        for subject, item in sorted(given.items())
        if subject not in said
    ]


def _ids(aspect: AnyAspect) -> list[str]:
    return [aspect.catena_x_id, *(item.catena_x_id for item in linked_items(aspect)[1])]


def _hash(read: ReadAspect) -> str:
    return tagged(sha256(read.content.encode()))


def _unfit(read: ReadAspect) -> list[Problem]:
    """What keeps a valid aspect out of the ledger, whose records and times are bounded."""
    if read.aspect is None:
        return []
    found = []
    if len(read.content.encode()) + read.content.count('"') + read.content.count("\\") > LIMITS.event_text:
        found.append(Problem(read.pointer, f"an aspect may have at most {LIMITS.event_text} bytes here"))
    if "\\u0000" in read.content:
        found.append(Problem(read.pointer, "a text holds the character NUL"))
    if not all(map(is_storable, times_of(read.aspect))):
        found.append(Problem(read.pointer, "a time is outside the years 2 to 9998"))
    return found


def _refuse(problems: list[Problem]) -> None:
    if problems:
        told = "; ".join(f"{each.pointer or '/'}: {each.what}" for each in problems[:_MOST_TOLD])
        more = f" (and {len(problems) - _MOST_TOLD} more)" if len(problems) > _MOST_TOLD else ""
        raise EntryRefused(told + more, advice=problems[0].advice or "correct what is named and send all of it again")
