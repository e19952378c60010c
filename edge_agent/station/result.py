"""One cycle becomes the records of one unit's result, one record per kind of data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from edge_agent.acquisition.cycle import CycleData
from edge_agent.config.settings import Lot, Station
from edge_agent.interlock.named import lot_of
from edge_agent.outbox.records import UNNUMBERED, UNSALTED
from edge_agent.outbox.results import Submission
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import Identities
from traceability.errors import IdentifierRefused
from traceability.measurement import Measurement, Status
from traceability.record.base import Record
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    Component,
    MeasuredValue,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)
from traceability.unit import Flag, Verdict

_LARGEST = 2**53 - 1
_UNCOUNTED = 0
_LONGEST_TEXT = 2000


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for every record of one result: its id, the agent's clock, part and control plan in force."""

    result: str
    at: datetime
    part: str
    plan: str


def submission_of(
    station: Station,
    cycle: CycleData,
    measurements: Iterable[Measurement],
    identities: Identities,
    made: Made,
) -> Submission:
    """The records of a cycle, not yet numbered. A doubt about an identity makes the result NOT_DECIDABLE."""
    lot, lot_refusal = _lot(station.lot, cycle.lot)
    identities = _with_lot(identities, lot, lot_refusal)
    common: dict[str, Any] = {"id": made.result, "event_time": made.at, "seq": UNNUMBERED, "salt": UNSALTED}
    result = UnitResultRecord(
        **common,
        unit=identities.unit,
        part=made.part,
        operation=station.operation,
        work_cell=station.work_cell,
        verdict=Verdict.NOT_DECIDABLE if identities.code is not ErrorCode.RECORDED else cycle.verdict,
        attempt=_UNCOUNTED,
        flags=_flags(cycle, identities),
        purpose=cycle.purpose,
        cycle=cycle.cycle if 0 <= cycle.cycle <= _LARGEST else None,
        source_time=cycle.source_time,
        device_offset_ms=cycle.device_offset_ms,
        defect=_defect(cycle, identities),
        plan=made.plan,
        recipe=cycle.made_with.recipe,
        tools=cycle.made_with.beside(station.tools),
        operator=cycle.made_with.operator,
    )
    return Submission(
        station=station.name,
        key=cycle.key,
        result=result,
        others=tuple(_others(common, station.operation, tuple(measurements), identities, made.plan)),
        outcome=identities.code,
    )


def _others(
    common: dict[str, Any], operation: str, measurements: tuple[Measurement, ...], identities: Identities, plan: str
) -> Iterable[Record]:
    unit = identities.unit
    if measurements:
        values = tuple(_value(measurement) for measurement in measurements)
        yield MeasurementsRecord(**common, unit=unit, operation=operation, values=values, plan=plan)
    if unit is not None and identities.components:
        yield AssociationRecord(**common, parent=unit, operation=operation, components=identities.components)
    if identities.pictures:
        yield PicturesRecord(**common, unit=unit, operation=operation, pictures=identities.pictures)
    for read in identities.codes:
        yield CodesRecord(
            **common, unit=unit, operation=operation, reader=read.reader, symbols=read.symbols,
            reason=read.reason or None,
        )  # fmt: skip


def _value(measurement: Measurement) -> MeasuredValue:
    value, status, raw = measurement.value, measurement.status, measurement.raw
    if value is not None and abs(value) > _LARGEST:
        value, status, raw = None, Status.BAD, str(value)
    return MeasuredValue(
        characteristic=measurement.characteristic,
        value=value,
        decimals=measurement.decimals,
        uom=measurement.uom,
        status=status,
        raw=None if raw is None else raw[:60],
    )


def _lot(lot: Lot | None, named: str | None) -> tuple[Component | None, str]:
    if lot is None or named is None:
        return None, ""
    try:
        return Component(item=lot_of(lot.part, named), quantity=lot.quantity, uom=lot.uom), ""
    except IdentifierRefused as error:
        return None, f"lot {named!r}: {error.what}"


def _with_lot(identities: Identities, lot: Component | None, refusal: str) -> Identities:
    if refusal:
        reason = "; ".join(filter(None, (identities.reason, refusal)))
        code = max(identities.code, ErrorCode.IDENTITY_REFUSED)
        return msgspec.structs.replace(identities, components=(), code=code, reason=reason)
    if lot is not None and identities.code is ErrorCode.RECORDED:
        return msgspec.structs.replace(identities, components=(*identities.components, lot))
    return identities


def _flags(cycle: CycleData, identities: Identities) -> tuple[Flag, ...]:
    unknown = {Flag.NO_READ} if identities.unit is None else set()
    return tuple(sorted(cycle.flags | unknown))


def _defect(cycle: CycleData, identities: Identities) -> str | None:
    parts = [str(cycle.defect)] if cycle.defect else []
    return "; ".join([*parts, *filter(None, [cycle.finding, identities.reason])])[:_LONGEST_TEXT] or None
