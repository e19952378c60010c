"""One line for each thing proved."""

from collections.abc import Callable

from traceability.batch.header import Header
from traceability.measurement import exact
from traceability.record.base import Record
from traceability.record.codec import AnyRecord
from traceability.record.correction import CorrectionRecord
from traceability.record.history import HistoryResultRecord
from traceability.record.keys import AuthorKeyRevokedRecord
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord
from traceability.record.master_data import MasterDataRecord
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    HoldRecord,
    InterlockRefusalRecord,
    MeasuredValue,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)


def header_words(header: Header, log_index: int) -> str:
    """Who sealed a batch, where it stands, and of which environment it is."""
    return (
        f"batch {header.seq} of {header.author} ({header.environment}, {header.records} records) "
        f"is signed by its author and stands in the log at {log_index}"
    )


def record_words(record: AnyRecord, header: Header) -> str:
    """What a record states, by whom and when."""
    return f"{_content(record)}; stated by {header.author} on {record.event_time.isoformat(timespec='seconds')}"


def _content(record: AnyRecord) -> str:
    writer = _WRITERS.get(type(record))
    return writer(record) if writer else f"{type(record).__name__} {record.id}"


def _result(record: UnitResultRecord) -> str:
    return f"{record.unit} at {record.operation}: {record.verdict}, attempt {record.attempt}"


def _measurements(record: MeasurementsRecord) -> str:
    return f"{record.unit} at {record.operation}: {', '.join(map(_value, record.values))}"


def _value(measured: MeasuredValue) -> str:
    value = "no value" if measured.value is None else exact(measured.value, measured.decimals)
    return f"{measured.characteristic} {value} {measured.uom}"


def _association(record: AssociationRecord) -> str:
    parts = ", ".join(part.item for part in record.components)
    return f"{record.parent} {'contains' if record.action == 'ADD' else 'no longer contains'} {parts}"


def _pictures(record: PicturesRecord) -> str:
    return f"{record.unit} at {record.operation}: {len(record.pictures)} pictures, by their hashes"


def _codes(record: CodesRecord) -> str:
    read = ", ".join(symbol.item or f"{symbol.symbology} that names no item" for symbol in record.symbols)
    return f"{record.unit} at {record.operation}: {record.reader} read {read or f'nothing ({record.reason})'}"


def _hold(record: HoldRecord) -> str:
    return f"hold {record.id} on {record.scope} {record.target} {record.state} by {record.by}: {record.reason}"


def _refusal(record: InterlockRefusalRecord) -> str:
    who = record.unit or f"serial {record.serial!r}"
    return f"{who} was not let in at {record.operation} ({record.work_cell}): {record.reason}"


def _author_key(record: AuthorKeyRecord) -> str:
    return f"{record.id} signs with key {record.public_key}"


def _revoked(record: AuthorKeyRevokedRecord) -> str:
    return f"no key of {record.id} counts from here on: {record.reason}"


def _correction(record: CorrectionRecord) -> str:
    said = record.target.record or f"record {record.target.seq}"
    return f"{said} of {record.target.author} was recorded in error: {record.reason}"


def _control_plan(record: ControlPlanRecord) -> str:
    return f"control plan {record.plan.revision} of {record.plan.part} is {record.id}"


def _history(record: HistoryResultRecord) -> str:
    about = record.unit or record.part
    return f"imported history, not evidence of its own: {about} at {record.operation} {record.verdict} ({record.at})"


def _master_data(record: MasterDataRecord) -> str:
    version = record.version
    until = f" to {version.end}" if version.end else ""
    held = "is withdrawn" if version.withdrawn else f"holds from {version.begin}{until}"
    return f"{record.body.__struct_config__.tag} {record.about} {held}, by {version.by}"


_WRITERS: dict[type[Record], Callable[..., str]] = {
    UnitResultRecord: _result,
    MeasurementsRecord: _measurements,
    AssociationRecord: _association,
    PicturesRecord: _pictures,
    CodesRecord: _codes,
    HoldRecord: _hold,
    InterlockRefusalRecord: _refusal,
    AuthorKeyRecord: _author_key,
    AuthorKeyRevokedRecord: _revoked,
    CorrectionRecord: _correction,
    ControlPlanRecord: _control_plan,
    HistoryResultRecord: _history,
    MasterDataRecord: _master_data,
}
