"""What an evidence file may speak of: its subject, everything below it, and the keys and plans that explain them."""

from collections.abc import Callable, Sequence

from traceability.errors import ProofRefused
from traceability.evidence import DECLARATION, RECORD, Evidence
from traceability.record.codec import AnyRecord
from traceability.record.correction import CorrectionRecord
from traceability.record.epcis import EventRecord
from traceability.record.keys import AuthorKeyRevokedRecord, KeyProofRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    HoldRecord,
    HoldScope,
    InterlockRefusalRecord,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)
from traceability.verify.named import links_stated, names_joined, packings_stated, things_named

EXPLAINING = (
    AuthorKeyRecord,
    AuthorKeyRevokedRecord,
    KeyProofRecord,
    ControlPlanRecord,
    OrganisationRecord,
    PlantRecord,
)
Rule = Callable[[int, AnyRecord], bool]
_OF_A_UNIT = (UnitResultRecord, MeasurementsRecord, PicturesRecord, CodesRecord, InterlockRefusalRecord)


def item_of_record(record: AnyRecord) -> str | None:
    """The unit (or, of a hold, the lot) a record is about; None when it is about neither."""
    if isinstance(record, AssociationRecord):
        return record.parent
    if isinstance(record, HoldRecord):
        return None if record.scope is HoldScope.STATION else record.target
    return record.unit if isinstance(record, _OF_A_UNIT) else None


def check_subject(evidence: Evidence, records: Sequence[AnyRecord]) -> None:
    """``ProofRefused`` unless the subject has records here and every other record is about it or its components."""
    subject = evidence.subject
    about, belongs = _rules(evidence, records)
    if not evidence.withheld and not any(about(number, record) for number, record in enumerate(records)):
        raise ProofRefused(f"no record in the file is about {subject[:200]}", where="subject")
    for number, record in enumerate(records):
        explains = isinstance(record, EXPLAINING) or _corrects(record, records)
        if not explains and not belongs(number, record):
            raise ProofRefused(f"is not about {subject[:200]} or anything in it", where=f"records[{number}]")


def _rules(evidence: Evidence, records: Sequence[AnyRecord]) -> tuple[Rule, Rule]:
    """Which records are about the subject itself, and which may stand beside them."""
    subject = evidence.subject
    if subject.startswith(DECLARATION):
        declared = subject.removeprefix(DECLARATION)

        def has_id(_number: int, record: AnyRecord) -> bool:
            return record.id == declared

        return has_id, has_id
    if subject.startswith(RECORD):

        def is_it(number: int, _record: AnyRecord) -> bool:
            return f"{RECORD}{evidence.records[number].batch}:{evidence.records[number].index}" == subject

        return is_it, is_it
    below = _everything_below(subject, records)

    holding = _containers_of(below, records)

    def is_about(_number: int, record: AnyRecord) -> bool:
        return item_of_record(record) == subject or subject in things_named(record)

    def is_below(number: int, record: AnyRecord) -> bool:
        if item_of_record(record) in below or is_about(number, record):
            return True
        named = things_named(record)
        return not below.isdisjoint(named) or (_moves(record) and not holding.isdisjoint(named))

    return is_about, is_below


def _corrects(record: AnyRecord, records: Sequence[AnyRecord]) -> bool:
    """Whether ``record`` says that one of the others in the file was recorded in error."""
    if not isinstance(record, CorrectionRecord):
        return False
    target = record.target
    return any(target.record == other.id or target.seq == other.seq for other in records if other is not record)


def _everything_below(subject: str, records: Sequence[AnyRecord]) -> set[str]:
    """The subject, what went into it, and the other names of all of these."""
    below: dict[str, list[str]] = {}
    for parent, child in links_stated(records):
        below.setdefault(parent, []).append(child)
    for record in records:
        names = names_joined(record)
        if names is not None:
            below.setdefault(names[0], []).append(names[1])
            below.setdefault(names[1], []).append(names[0])
    return _reached({subject}, below)


def _containers_of(items: set[str], records: Sequence[AnyRecord]) -> set[str]:
    """What ``items`` travelled in, by the records in the file."""
    into: dict[str, list[str]] = {}
    for record in records:
        for inner, outer in packings_stated(record):
            into.setdefault(inner, []).append(outer)
    return _reached(items, into)


def _moves(record: AnyRecord) -> bool:
    """Whether it says what was packed or sent where."""
    return isinstance(record, ShipmentRecord | PackingRecord | EventRecord)


def _reached(start: set[str], leading: dict[str, list[str]]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        for item in leading.get(waiting.pop(), ()):
            if item not in reached:
                reached.add(item)
                waiting.append(item)
    return reached
