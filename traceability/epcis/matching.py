"""Whether an event satisfies a query: the reference by which any faster evaluation is judged."""

import operator
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from traceability.epcis.epc_pattern import pattern_matches
from traceability.epcis.prehash import canonical_text
from traceability.epcis.query import EventQuery, Predicate
from traceability.epcis.query_fields import MEASURED, link
from traceability.epcis.unit_conversion import converted
from traceability.event.event import Event, Quantity, type_name
from traceability.event.sensor import SensorReport
from traceability.event.timestamp import instant, is_timestamp

Within = Callable[[str, str], bool]
"""Whether a place (first) is or lies within another one (second), both as canonical identifiers."""

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}


def matches(event: Event, query: EventQuery, within: Within = operator.eq) -> bool:
    """Whether the event satisfies every predicate of the query."""
    return all(holds(event, predicate, within) for predicate in query.predicates)


def holds(event: Event, predicate: Predicate, within: Within = operator.eq) -> bool:
    """Whether the event satisfies one predicate."""
    if predicate.name is not None:
        return _extension_holds(event, predicate)
    field, op, values = predicate.field, predicate.op, predicate.values
    if op == "EXISTS":
        return bool(_EXISTS[field](event))
    if op == "MATCH":
        return any(pattern_matches(value, each) for value in values for each in identifiers(event, field))
    if op == "WD":
        return any(within(each, value) for value in values for each in _FIELDS[field](event))
    found: Iterable[Any]
    if field in MEASURED or field == "percRank":
        found = _amounts(event, field, predicate.detail)
        values = tuple(Fraction(value) for value in values)
    elif field in ("bizTransaction", "source", "destination"):
        found = _partners(event, field, predicate.detail)
    else:
        found = _FIELDS[field](event)
    compare = _COMPARE[op]
    return any(compare(each, value) for each in found for value in values)


def order_key(event: Event, query: EventQuery) -> Any:
    """What to sort an answer by: times by default of the event, or what ``order_by`` says; missing ones come last."""
    if query.order_by is None or query.order_by == "eventTime":
        return instant(event.event_time)
    if query.order_by == "recordTime":
        return instant(event.record_time or event.event_time)
    value = _comparable(event.extensions.get(query.order_by))
    return (value is not None, str(type(value)), value if value is not None else "")


def identifiers(event: Event, field: str) -> Iterator[str]:
    """Identifiers of objects or classes that a MATCH parameter looks at, in canonical form."""
    for attribute in _MATCHED[field]:
        value = getattr(event, attribute, None)
        for each in (value,) if isinstance(value, str) else value or ():
            yield _canonical(each.epc_class if isinstance(each, Quantity) else each)


_EPCS = ("epcs", "children")
_CLASSES = ("quantities", "child_quantities")
_IN, _OUT = ("input_epcs",), ("output_epcs",)
_MATCHED = {
    "epc": _EPCS,
    "parentID": ("parent",),
    "inputEPC": _IN,
    "outputEPC": _OUT,
    "anyEPC": (*_EPCS, "parent", *_IN, *_OUT),
    "epcClass": _CLASSES,
    "inputEPCClass": ("input_quantities",),
    "outputEPCClass": ("output_quantities",),
    "anyEPCClass": (*_CLASSES, "input_quantities", "output_quantities"),
}


@lru_cache(maxsize=65_536)
def _canonical(text: str) -> str:
    return link(text) or text


def _some(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _links(value: str | None) -> tuple[str, ...]:
    return () if value is None else (_canonical(value),)


def _times(*values: str | None) -> tuple[datetime, ...]:
    return tuple(instant(value) for value in values if value is not None)


def _reports(event: Event) -> Iterator[SensorReport]:
    for element in event.sensor_elements or ():
        yield from element.reports


def _sensed(attribute: str, *, canonical: bool = False, metadata: bool = False) -> Callable[[Event], Iterable[Any]]:
    def read(event: Event) -> Iterator[Any]:
        for element in event.sensor_elements or ():
            holders: list[Any] = [*element.reports, *([element.metadata] if metadata and element.metadata else [])]
            for holder in holders:
                value = getattr(holder, attribute, None)
                if value is not None:
                    yield _canonical(value) if canonical else value

    return read


def _sensed_times(attribute: str) -> Callable[[Event], Iterable[Any]]:
    read = _sensed(attribute, metadata=True)
    return lambda event: [instant(value) for value in read(event)]


_ERROR_TIME: Callable[[Event], Iterable[Any]] = lambda event: _times(  # noqa: E731 - an entry of the table under two names
    event.error_declaration.declaration_time if event.error_declaration else None
)
_FIELDS: dict[str, Callable[[Event], Iterable[Any]]] = {
    "eventType": lambda event: (type_name(event),),
    "eventTime": lambda event: _times(event.event_time),
    "recordTime": lambda event: _times(event.record_time),
    "action": lambda event: _some(getattr(event, "action", None)),
    "bizStep": lambda event: _some(event.biz_step),
    "disposition": lambda event: _some(event.disposition),
    "persistentDisposition_set": lambda event: (
        event.persistent_disposition.set or () if event.persistent_disposition else ()
    ),
    "persistentDisposition_unset": lambda event: (
        event.persistent_disposition.unset or () if event.persistent_disposition else ()
    ),
    "readPoint": lambda event: _links(event.read_point.id if event.read_point else None),
    "bizLocation": lambda event: _links(event.biz_location.id if event.biz_location else None),
    "transformationID": lambda event: _links(getattr(event, "transformation_id", None)),
    "eventID": lambda event: _some(event.event_id),
    "errorDeclarationTime": _ERROR_TIME,
    "errorDeclaration_Time": _ERROR_TIME,
    "errorReason": lambda event: _some(event.error_declaration.reason if event.error_declaration else None),
    "correctiveEventID": lambda event: (
        (event.error_declaration.corrective_event_ids or ()) if event.error_declaration else ()
    ),
    "time": _sensed_times("time"),
    "startTime": _sensed_times("start_time"),
    "endTime": _sensed_times("end_time"),
    "type": _sensed("type"),
    "exception": _sensed("exception"),
    "component": _sensed("component"),
    "deviceID": _sensed("device_id", canonical=True, metadata=True),
    "deviceMetadata": _sensed("device_metadata", canonical=True, metadata=True),
    "rawData": _sensed("raw_data", canonical=True, metadata=True),
    "dataProcessingMethod": _sensed("data_processing_method", canonical=True, metadata=True),
    "bizRules": _sensed("biz_rules", canonical=True, metadata=True),
    "microorganism": _sensed("microorganism"),
    "chemicalSubstance": _sensed("chemical_substance"),
    "coordinateReferenceSystem": _sensed("coordinate_reference_system"),
    "stringValue": _sensed("string_value"),
    "booleanValue": _sensed("boolean_value"),
    "hexBinaryValue": _sensed("hex_binary_value"),
    "uriValue": _sensed("uri_value", canonical=True),
}
_EXISTS: dict[str, Callable[[Event], Any]] = {
    "errorDeclaration": lambda event: event.error_declaration is not None,
    "sensorElementList": lambda event: event.sensor_elements,
    "sensorElement": lambda event: event.sensor_elements,
}
_NUMBERS = {
    "value": "value",
    "minValue": "min_value",
    "maxValue": "max_value",
    "meanValue": "mean_value",
    "sDev": "s_dev",
    "percRank": "perc_rank",
    "percValue": "perc_value",
}
_QUANTITIES = (*_CLASSES, "input_quantities", "output_quantities")


def _amounts(event: Event, field: str, uom: str | None) -> Iterator[Fraction]:
    for value, unit in _quantities(event) if field == "quantity" else _readings(event, _NUMBERS[field]):
        found = converted(value, unit, uom, difference=field == "sDev") if value is not None else None
        if found is not None:
            yield found


def _quantities(event: Event) -> Iterator[tuple[Decimal | None, str | None]]:
    for attribute in _QUANTITIES:
        for quantity in getattr(event, attribute, None) or ():
            yield quantity.quantity, quantity.uom


def _readings(event: Event, attribute: str) -> Iterator[tuple[Decimal | None, str | None]]:
    for report in _reports(event):
        yield getattr(report, attribute), report.uom


def _partners(event: Event, field: str, kind: str | None) -> Iterator[str]:
    attribute = {"bizTransaction": "biz_transactions", "source": "sources", "destination": "destinations"}[field]
    for each in getattr(event, attribute) or ():
        if each.type == kind:
            yield _canonical(each.id)


def _extension_holds(event: Event, predicate: Predicate) -> bool:
    found = [value for place in _places(event, predicate.field) for value in _named(place, predicate)]
    if predicate.op == "EXISTS":
        return bool(found)
    if predicate.op == "HASATTR":
        return any(isinstance(each, dict) and value in each for each in found for value in predicate.values)
    if predicate.op == "EQATTR":
        held = [_comparable(each.get(predicate.detail)) for each in found if isinstance(each, dict)]
        return any(_same(each, value) for each in held if each is not None for value in predicate.values)
    values = [each for part in found for each in (part if isinstance(part, list) else [part])]
    if predicate.op == "EQ":
        return any(_same(_comparable(each), value) for each in values for value in predicate.values)
    compare = _COMPARE[predicate.op]
    return any(_ordered(_comparable(each), predicate.values[0], compare) for each in values)


def _places(event: Event, scope: str) -> Iterator[dict[str, Any]]:
    if scope == "":
        yield event.extensions
    elif scope == "ILMD":
        yield getattr(event, "ilmd", None) or {}
    elif scope == "ERROR_DECLARATION":
        yield event.error_declaration.extensions if event.error_declaration else {}
    elif scope in ("readPoint", "bizLocation"):
        place = event.read_point if scope == "readPoint" else event.biz_location
        yield place.extensions if place else {}
    elif scope == "SENSORREPORT":
        yield from (report.extensions for report in _reports(event))
    else:
        for element in event.sensor_elements or ():
            yield (
                element.extensions
                if scope == "SENSORELEMENT"
                else (element.metadata.extensions if element.metadata else {})
            )


def _named(place: dict[str, Any], predicate: Predicate) -> Iterator[Any]:
    if not predicate.inner:
        if predicate.name in place:
            yield place[predicate.name]
        return
    stack: list[Any] = list(place.values())
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if predicate.name in part:
                yield part[predicate.name]
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        value = value.get("#text")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return instant(value) if isinstance(value, str) and is_timestamp(value) else value


def _same(held: Any, wanted: Any) -> bool:
    if held is None or isinstance(held, dict | list):
        return False
    if type(held) is type(wanted):
        return bool(held == wanted)
    return canonical_text(held) == canonical_text(wanted) if not isinstance(held, datetime) else False


def _ordered(held: Any, wanted: Any, compare: Callable[[Any, Any], bool]) -> bool:
    if isinstance(held, str) and isinstance(wanted, Decimal):
        try:
            held = Decimal(held)
        except ArithmeticError:
            return False
    return type(held) is type(wanted) and compare(held, wanted)
