"""Records of ours as they were sealed, made again from their rows. The salt, which rows do not have, stays empty."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.epcis.own import OwnRows, measurements_at
from hub.store.production.measured import MeasuredValueRow
from hub.store.trace.details import MadeWith, made_with_at
from traceability.measurement import Status
from traceability.record.base import Record
from traceability.record.logistics import Endpoint, PackingRecord, ShipmentRecord, ShipmentStep, ShippedItem
from traceability.record.production import (
    AssociationRecord,
    Component,
    MeasuredValue,
    MeasurementsRecord,
    Recipe,
    UnitResultRecord,
)
from traceability.unit import Flag, Purpose, Verdict

_NO_SALT = "0" * 32


class OwnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record, a result with its measurements; ``plant`` is its author's."""

    batch_id: int
    line: int
    record_time: int
    plant: str | None
    record: Record
    measured: MeasurementsRecord | None = None


def own_records(connection: Reading, found: Sequence[OwnRows]) -> list[OwnRecord]:
    """The records of rows."""
    results = [each.rows[0] for each in found if each.source == "result"]
    measured = measurements_at(connection, results) if results else {}
    made_with = made_with_at(connection, {(row.batch_id, row.line) for row in results})
    made = []
    for each in found:
        first = each.rows[0]
        values = measured.get((first.author, first.chain, first.result_id)) if each.source == "result" else None
        made.append(
            OwnRecord(
                batch_id=each.batch_id,
                line=each.line,
                record_time=each.record_time,
                plant=first.plant,
                record=_made(_RECORDS[each.source](each.rows), made_with.get((each.batch_id, each.line))),
                measured=_measured(values) if values else None,
            )
        )
    return made


def _stamp(row: Row[Any] | MeasuredValueRow, name: str) -> dict[str, Any]:
    return {"id": name, "seq": row.seq, "event_time": from_micros(row.event_time), "salt": _NO_SALT}


def _result(rows: Sequence[Row[Any]]) -> Record:
    row = rows[0]
    return UnitResultRecord(
        unit=row.unit,
        part=row.part,
        operation=row.operation,
        work_cell=row.work_cell,
        verdict=Verdict(row.verdict),
        attempt=row.attempt,
        flags=tuple(Flag(flag) for flag in row.flags),
        purpose=Purpose(row.purpose),
        cycle=row.cycle,
        source_time=None if row.source_time is None else from_micros(row.source_time),
        defect=row.defect,
        plan=row.plan,
        **_stamp(row, row.result_id),
    )


def _made(record: Record, made_with: MadeWith | None) -> Record:
    """The record with what it says it was made with, which stands in rows of its own."""
    if made_with is None or not isinstance(record, UnitResultRecord):
        return record
    recipe = None if made_with.recipe is None else Recipe(id=made_with.recipe, version=made_with.recipe_version)
    return msgspec.structs.replace(record, recipe=recipe, tools=made_with.tools, operator=made_with.operator)


def _measured(rows: Sequence[MeasuredValueRow]) -> MeasurementsRecord:
    first = rows[0]
    values = tuple(
        MeasuredValue(
            characteristic=row.characteristic,
            value=row.value,
            decimals=row.decimals,
            uom=row.uom,
            status=Status(row.status),
            raw=row.raw,
        )
        for row in rows
    )
    return MeasurementsRecord(
        unit=first.unit, operation=first.operation, values=values, plan=first.plan, **_stamp(first, first.result_id)
    )


def _association(rows: Sequence[Row[Any]]) -> Record:
    first = rows[0]
    components = tuple(
        Component(item=row.child, position=row.position, quantity=row.quantity, uom=row.uom) for row in rows
    )
    return AssociationRecord(
        parent=first.parent,
        operation=first.operation,
        components=components,
        action=first.action,
        **_stamp(first, first.result_id),
    )


def _shipment(rows: Sequence[Row[Any]]) -> Record:
    first = rows[0]
    return ShipmentRecord(
        step=ShipmentStep(first.step),
        source=Endpoint(party=first.source_party, site=first.source_site, name=first.source_name),
        destination=Endpoint(party=first.party, site=first.site, name=first.name),
        items=tuple(
            ShippedItem(item=row.shipped, inside=row.inside, quantity=row.quantity, uom=row.uom) for row in rows
        ),
        **_stamp(first, first.record),
    )


def _packing(rows: Sequence[Row[Any]]) -> Record:
    """What is packed into something that is itself packed stands inside it; the outermost one is the container."""
    first, packed = rows[0], {row.packed for row in rows}
    container = next((row.container for row in rows if row.container not in packed), first.container)
    items = tuple(
        ShippedItem(
            item=row.packed,
            inside=None if row.container == container else row.container,
            quantity=row.quantity,
            uom=row.uom,
        )
        for row in rows
    )
    return PackingRecord(container=container, items=items, action=first.action, **_stamp(first, first.record))


_RECORDS: dict[str, Callable[[Sequence[Row[Any]]], Record]] = {
    "result": _result,
    "link": _association,
    "shipment": _shipment,
    "packing": _packing,
}
