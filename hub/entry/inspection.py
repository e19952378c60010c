"""Entering lots judged on samples and units that came back from the field."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from hub.entry.csv_table import refuse_problems
from hub.entry.forms import Form
from hub.entry.inspection_file import StatedFile, StatedRow
from hub.entry.inspection_forms import EnteredInspection, EnteredReturn, FieldReturnForm, LotInspectionForm
from hub.entry.master import require_plant
from hub.entry.of_plant import enter_for_plant
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.queries import standing_statements
from traceability.record.base import Record
from traceability.record.inspection import FieldReturnRecord, LotInspectionRecord

F = TypeVar("F", bound=Form)


def enter_lot_inspection(hub: Hub, plant: str, form: EnteredInspection) -> StoredBatch:
    """Enter one submission of a lot."""

    def record(identity: str, stamp: Stamp) -> Record:
        return LotInspectionRecord(id=identity, plant=plant, **form.model_dump(), **stamp)

    return enter_for_plant(hub, plant, "lot-inspection", record)


def enter_field_return(hub: Hub, plant: str, form: EnteredReturn) -> StoredBatch:
    """Enter what came back of one month's shipments."""

    def record(identity: str, stamp: Stamp) -> Record:
        return FieldReturnRecord(id=identity, plant=plant, **form.model_dump(), **stamp)

    return enter_for_plant(hub, plant, "field-return", record)


def enter_lot_file(hub: Hub, plant: str, file: StatedFile[LotInspectionForm], *, entered_by: str) -> StoredBatch:
    """Enter every row as one batch; ``EntryRefused`` for a file with problems, or entered before."""
    return _enter_file(hub, plant, file, LotInspectionRecord, entered_by)


def enter_return_file(hub: Hub, plant: str, file: StatedFile[FieldReturnForm], *, entered_by: str) -> StoredBatch:
    """As :func:`enter_lot_file`."""
    return _enter_file(hub, plant, file, FieldReturnRecord, entered_by)


def _enter_file(
    hub: Hub,
    plant: str,
    file: StatedFile[F],
    kind: type[LotInspectionRecord] | type[FieldReturnRecord],
    entered_by: str,
) -> StoredBatch:
    refuse_problems(file.problems)
    make: Callable[[StatedRow[F], Stamp], Record] = partial(_record, kind, plant, entered_by)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="file")
        known = {record.id for record, _ in standing_statements(connection, kind, [plant])}
        if any(row.id in known for row in file.rows):
            raise EntryRefused("this very file was entered already", where="file", advice="correct its records first")
        return [make(row, stamp()) for row in file.rows]

    stored = enter(hub, draft)
    assert stored is not None  # a file without problems has rows
    return stored


def _record(
    kind: type[LotInspectionRecord] | type[FieldReturnRecord],
    plant: str,
    entered_by: str,
    row: StatedRow[F],
    stamp: Stamp,
) -> Record:
    given = row.form.model_dump() | {"evidence": row.evidence}
    return kind(id=row.id, plant=plant, entered_by=entered_by, **given, **stamp)
