"""Our records as EPCIS events: results, assembly, consumption of lots.

What EPCIS has no word for stands in the namespace ``NAMESPACE``. Identifiers of events are their hash identifiers, so
a record gives the same event with the same name wherever and whenever it is exported.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from traceability.epcis.cbv import BIZ_STEP, DISPOSITION, SENSOR_ALERT, VOC
from traceability.epcis.hash_id import event_hash_id
from traceability.errors import IdentifierRefused
from traceability.event.event import (
    AssociationEvent,
    Event,
    ObjectEvent,
    PersistentDisposition,
    Place,
    Quantity,
    TransformationEvent,
)
from traceability.event.sensor import SensorElement, SensorMetadata, SensorReport
from traceability.identifier.item import parse_item
from traceability.identifier.kind import ItemKind
from traceability.measurement import Status, exact
from traceability.record.production import (
    AssociationRecord,
    Component,
    MeasuredValue,
    MeasurementsRecord,
    UnitResultRecord,
)
from traceability.unit import Verdict, is_submission
from traceability.uom.rec20 import UNITS

NAMESPACE = "urn:zhuoyue:epcis:"
PREFIXES = {"zhuoyue": NAMESPACE}
UNKNOWN_MEASURE = f"{NAMESPACE}Measurement"

_CLASSES = frozenset(
    (ItemKind.LOT, ItemKind.PART, ItemKind.PIECE_TYPE, ItemKind.COMPONENT_TYPE, ItemKind.RETURNABLE_ASSET_TYPE)
)
AnyEvent = TypeVar("AnyEvent", bound=Event)

_STEP, _STATE = BIZ_STEP.base, DISPOSITION.base


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where events happened: the plant's offset from UTC, its identifier, and that of a work cell, all as URIs."""

    offset: timedelta
    location: str | None = None
    read_point: Callable[[str], str | None] = lambda _: None


def result_event(result: UnitResultRecord, measurements: MeasurementsRecord | None, site: Site) -> ObjectEvent:
    """A result as the inspection of a unit; one that was not identified is a quantity of one of its part."""
    judged = is_submission(result.verdict, result.flags)
    good = result.verdict is Verdict.OK
    held, lifted = ("conformant", "non_conformant") if good else ("non_conformant", "conformant")
    read_point = site.read_point(result.work_cell)
    event = ObjectEvent(
        **when(result.event_time, site),
        action="OBSERVE",
        epcs=(result.unit,) if result.unit is not None else None,
        quantities=(Quantity(epc_class=result.part, quantity=Decimal(1)),) if result.unit is None else None,
        biz_step=_STEP + "inspecting",
        disposition=_STATE + (held if judged else "unknown"),
        persistent_disposition=PersistentDisposition(set=(_STATE + held,), unset=(_STATE + lifted,))
        if judged
        else None,
        read_point=Place(id=read_point) if read_point else None,
        biz_location=place_at(site.location),
        sensor_elements=_sensed(measurements, result.event_time) if measurements else None,
        extensions=_result_fields(result),
    )
    return named(event)


def association_events(record: AssociationRecord, site: Site) -> list[Event]:
    """Units that were joined or parted, as one AssociationEvent; lots used up, as one TransformationEvent.

    Material of a lot that is taken out again is parted from the unit: a transformation cannot be turned back.
    """
    adding = record.action == "ADD"
    units = [each for each in record.components if not is_class(each.item)]
    lots = [each for each in record.components if each not in units]
    step = "assembling" if adding else "disassembling"
    found: list[Event] = []
    if units or (lots and not adding):
        found.append(
            AssociationEvent(
                **when(record.event_time, site),
                action=record.action,
                parent=record.parent,
                children=tuple(each.item for each in units) or None,
                child_quantities=None if adding else _amounts(lots) or None,
                biz_step=_STEP + step,
                biz_location=place_at(site.location),
                extensions=_association_fields(record, record.components if not adding else units),
            )
        )
    if lots and adding:
        found.append(
            TransformationEvent(
                **when(record.event_time, site),
                input_quantities=_amounts(lots),
                output_epcs=(record.parent,),
                biz_step=_STEP + step,
                biz_location=place_at(site.location),
                extensions=_association_fields(record, lots),
            )
        )
    return [named(event) for event in found]


def when(moment: datetime, site: Site) -> dict[str, Any]:
    """The fields of an event that tell its time."""
    minutes = int(site.offset.total_seconds() // 60)
    sign, size = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return {"event_time": _text(moment), "event_time_zone_offset": f"{sign}{size // 60:02}:{size % 60:02}"}


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def place_at(uri: str | None) -> Place | None:
    """A place, if it is known."""
    return Place(id=uri) if uri else None


def named(event: AnyEvent) -> AnyEvent:
    """The event with its hash identifier."""
    return msgspec.structs.replace(event, event_id=event_hash_id(event))


def _sensed(record: MeasurementsRecord, moment: datetime) -> tuple[SensorElement, ...] | None:
    reports = tuple(_report(value) for value in record.values)
    return (SensorElement(metadata=SensorMetadata(time=_text(moment)), reports=reports),) if reports else None


def _report(value: MeasuredValue) -> SensorReport:
    unit = UNITS.get(value.uom)
    more: dict[str, Any] = {full_name("characteristic"): value.characteristic, full_name("uom"): value.uom}
    if value.status is not Status.GOOD:
        more[full_name("status")] = value.status.value
    if value.raw is not None:
        more[full_name("raw")] = value.raw
    return SensorReport(
        type=VOC + unit.measures if unit else UNKNOWN_MEASURE,
        exception=SENSOR_ALERT.base + "ERROR_CONDITION" if value.value is None else None,
        value=exact(value.value, value.decimals) if value.value is not None else None,
        uom=unit.code if unit and value.value is not None else None,
        extensions=more,
    )


def _result_fields(result: UnitResultRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "result": result.id,
        "part": result.part,
        "operation": result.operation,
        "workCell": result.work_cell,
        "verdict": result.verdict.value,
        "attempt": result.attempt,
        "purpose": result.purpose.value,
        "flags": [flag.value for flag in result.flags] or None,
        "cycle": result.cycle,
        "defect": result.defect,
        "plan": result.plan,
        "recipe": None if result.recipe is None else result.recipe.id,
        "recipeVersion": None if result.recipe is None else result.recipe.version,
        "tools": list(result.tools) or None,
        "operator": result.operator,
    }
    return {full_name(name): value for name, value in fields.items() if value is not None}


def _association_fields(record: AssociationRecord, components: Sequence[Component]) -> dict[str, Any]:
    positions = [
        {full_name("item"): each.item, full_name("position"): each.position}
        for each in components
        if each.position is not None
    ]
    fields: dict[str, Any] = {full_name("record"): record.id, full_name("operation"): record.operation}
    return fields | {full_name("positions"): positions} if positions else fields


def amount_of(item: str, amount: str | None, ucum: str | None) -> Quantity:
    """So much of a class; without a number where Recommendation 20 lacks the unit, lest it be read as a count."""
    unit = UNITS.get(ucum) if ucum else None
    known = amount is not None and (unit is not None or not ucum)
    return Quantity(
        epc_class=item,
        quantity=Decimal(amount) if known and amount is not None else None,
        uom=unit.code if unit and known else None,
    )


def is_class(item: str) -> bool:
    """Whether an identity names a lot or another class of things, not a single one."""
    try:
        kind = parse_item(item).kind
    except IdentifierRefused:
        return False
    return kind in _CLASSES


def _amounts(components: Sequence[Component]) -> tuple[Quantity, ...]:
    return tuple(amount_of(each.item, each.quantity, each.uom) for each in components)


def full_name(name: str) -> str:
    """A name in our namespace."""
    return f"{{{NAMESPACE}}}{name}"
