"""What an evidence file may speak of: its subject, everything below it, and the keys and plans that explain them."""

from collections.abc import Sequence

from traceability.errors import ProofRefused
from traceability.record.codec import AnyRecord
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

EXPLAINING = (AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord)
_OF_A_UNIT = (UnitResultRecord, MeasurementsRecord, PicturesRecord, CodesRecord, InterlockRefusalRecord)


def item_of_record(record: AnyRecord) -> str | None:
    """The unit (or, of a hold, the lot) a record is about; None when it is about neither."""
    if isinstance(record, AssociationRecord):
        return record.parent
    if isinstance(record, HoldRecord):
        return None if record.scope is HoldScope.STATION else record.target
    return record.unit if isinstance(record, _OF_A_UNIT) else None


def check_subject(subject: str, records: Sequence[AnyRecord]) -> None:
    """``ProofRefused`` unless the subject has records here and every other record is about it or its components."""
    if subject not in {item_of_record(record) for record in records}:
        raise ProofRefused(f"no record in the file is about {subject[:200]}", where="subject")
    below = _everything_below(subject, records)
    for number, record in enumerate(records):
        if not isinstance(record, EXPLAINING) and item_of_record(record) not in below:
            raise ProofRefused(f"is not about {subject[:200]} or anything in it", where=f"records[{number}]")


def _everything_below(subject: str, records: Sequence[AnyRecord]) -> set[str]:
    components: dict[str, list[str]] = {}
    for record in records:
        if isinstance(record, AssociationRecord):
            components.setdefault(record.parent, []).extend(part.item for part in record.components)
    reached, waiting = {subject}, [subject]
    while waiting:
        for item in components.get(waiting.pop(), ()):
            if item not in reached:
                reached.add(item)
                waiting.append(item)
    return reached
