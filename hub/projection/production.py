"""Rows of what is born on the line; one function for each kind of record."""

import msgspec

from hub.projection.result_detail import result_detail_rows
from hub.projection.sender import Place, evidence
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.production import (
    AssociationRecord,
    ChainStartRecord,
    CodesRecord,
    DataLossRecord,
    FirstPassClaim,
    HoldRecord,
    HoldScope,
    InterlockRefusalRecord,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)


def unit_result_rows(record: UnitResultRecord, place: Place) -> list[Row]:
    """One row, and those of what it was made with."""
    row = evidence(record, place) | {
        "result_id": record.id,
        "unit": record.unit,
        "part": record.part,
        "operation": record.operation,
        "work_cell": record.work_cell,
        "plant": place.plant,
        "verdict": record.verdict,
        "flags": [str(flag) for flag in record.flags],
        "purpose": record.purpose,
        "attempt": record.attempt,
        "cycle": record.cycle,
        "source_time": None if record.source_time is None else to_micros(record.source_time),
        "defect": record.defect,
        "plan": record.plan,
    }
    return [("unit_result", row), *result_detail_rows(record, place)]


def measured_rows(record: MeasurementsRecord, place: Place) -> list[Row]:
    """One row; the values themselves stand in columns, see ``columns``."""
    row = evidence(record, place) | {
        "result_id": record.id,
        "unit": record.unit,
        "operation": record.operation,
        "plant": place.plant,
        "plan": record.plan,
    }
    return [("measured", row)]


def link_rows(record: AssociationRecord, place: Place) -> list[Row]:
    """One row a component; certain when the component is a unit, for a lot only says what may be in it."""
    shared = evidence(record, place) | {
        "result_id": record.id,
        "parent": record.parent,
        "action": record.action,
        "operation": record.operation,
        "plant": place.plant,
    }
    return [
        (
            "link",
            shared
            | {
                "item": item,
                "child": component.item,
                "certain": parse_item(component.item).kind is ItemKind.UNIT,
                "position": component.position,
                "quantity": component.quantity,
                "uom": component.uom,
            },
        )
        for item, component in enumerate(record.components)
    ]


def picture_rows(record: PicturesRecord, place: Place) -> list[Row]:
    """One row a picture, with what was read in it."""
    shared = evidence(record, place) | {
        "result_id": record.id,
        "unit": record.unit,
        "operation": record.operation,
        "plant": place.plant,
    }
    return [
        (
            "picture",
            shared
            | {
                "item": item,
                "sha256": picture.sha256,
                "size": picture.size,
                "position": picture.position,
                "symbols": msgspec.to_builtins(picture.symbols),
                "reason": picture.reason,
            },
        )
        for item, picture in enumerate(record.pictures)
    ]


def code_rows(record: CodesRecord, place: Place) -> list[Row]:
    """One row, with everything the reader read."""
    row = evidence(record, place) | {
        "result_id": record.id,
        "unit": record.unit,
        "operation": record.operation,
        "plant": place.plant,
        "reader": record.reader,
        "symbols": msgspec.to_builtins(record.symbols),
        "reason": record.reason,
    }
    return [("codes", row)]


def hold_rows(record: HoldRecord, place: Place) -> list[Row]:
    """One row for its placing, another for its release."""
    row = evidence(record, place) | {
        "hold_id": record.id,
        "plant": place.plant,
        "scope": record.scope,
        "target": record.target,
        "about": None if record.scope is HoldScope.STATION else record.target,
        "state": record.state,
        "by": record.by,
        "reason": record.reason,
    }
    return [("hold", row)]


def refusal_rows(record: InterlockRefusalRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "plant": place.plant,
        "unit": record.unit,
        "serial": record.serial,
        "operation": record.operation,
        "work_cell": record.work_cell,
        "code": record.code,
        "reason": record.reason,
    }
    return [("interlock_refusal", row)]


def claim_rows(record: FirstPassClaim, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "plant": place.plant,
        "part": record.part,
        "operation": record.operation,
        "through": record.through,
        "submitted": record.submitted,
        "first_ok": record.first_ok,
        "attempts": record.attempts,
        "invalid": record.invalid,
    }
    return [("claim", row)]


def data_loss_rows(record: DataLossRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "plant": place.plant,
        "stream": record.stream,
        "count": record.count,
        "reason": record.reason,
        "first": record.first,
        "last": record.last,
    }
    return [("data_loss", row)]


def chain_start_rows(record: ChainStartRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"reason": record.reason, "cites": record.cites, "lost": record.lost}
    return [("chain_start", row)]
