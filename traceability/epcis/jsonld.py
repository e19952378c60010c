"""Events as JSON-LD, in and out (EPCIS 2.0, chapter 10; JSON schema of the standard).

One table for each object names its fields: how a field is called in JSON and here, how it is read, and whose words it
holds. What a table does not name must be an extension in a namespace. Reading checks everything in one pass and notes
each problem with its pointer; what it accepts goes out again without loss.
"""

from functools import cached_property
from typing import Any

import msgspec

from traceability.epcis import values
from traceability.epcis.cbv import (
    BIZ_STEP,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    PARTY_TYPE,
    SENSOR_ALERT,
    TRANSACTION_TYPE,
    Vocabulary,
)
from traceability.epcis.context import STANDARD_PREFIXES, undeclared, with_context
from traceability.epcis.problem import shown, token
from traceability.epcis.rules import check_rules
from traceability.epcis.values import Reader, Reading, many, word
from traceability.event.event import (
    EVENT_TYPES,
    AssociationEvent,
    BizTransaction,
    ErrorDeclaration,
    Event,
    Party,
    PersistentDisposition,
    Place,
    Quantity,
    VendorEvent,
)
from traceability.event.sensor import SensorElement, SensorMetadata, SensorReport

_EPCIS_NAMESPACE = f"{{{STANDARD_PREFIXES['epcis']}}}"


class Field(msgspec.Struct, frozen=True):
    """A field: its attribute here, how it is read, the vocabulary of its words, whether it must be there."""

    attribute: str
    read: Reader
    words: Vocabulary | None = None
    required: bool = False


class Table(dict[str, Field]):
    """Fields by their names in JSON."""

    @cached_property
    def required(self) -> tuple[tuple[str, str], ...]:
        """Names and attributes of what must be there."""
        return tuple((name, field.attribute) for name, field in self.items() if field.required)

    @cached_property
    def written(self) -> tuple[tuple[str, str, Field], ...]:
        """Names, attributes and fields, as they are written."""
        return tuple((name, field.attribute, field) for name, field in self.items())


def _words(attribute: str, vocabulary: Vocabulary, *, required: bool = False) -> Field:
    return Field(attribute, word(vocabulary), vocabulary, required)


def _word_list(attribute: str, vocabulary: Vocabulary) -> Field:
    return Field(attribute, many(word(vocabulary), least=1, unique=True), vocabulary)


def _object(kind: type[msgspec.Struct], fields: dict[str, Field], *, extensible: bool = True) -> Reader:
    table = Table(fields)

    def read(value: Any, at: str, reading: Reading) -> Any:
        if not isinstance(value, dict):
            reading.problems.add(at, f"must be an object, not {shown(value)}")
            value = {}
        return kind(**_fields(value, table, at, reading, extensible=extensible))

    TABLES[kind] = table
    return read


TABLES: dict[type[msgspec.Struct], Table] = {}
_quantity = _object(
    Quantity,
    {
        "epcClass": Field("epc_class", values.uri, required=True),
        "quantity": Field("quantity", values.number),
        "uom": Field("uom", values.uom),
    },
    extensible=False,
)
_biz_transaction = _object(
    BizTransaction,
    {"type": _words("type", TRANSACTION_TYPE), "bizTransaction": Field("id", values.uri, required=True)},
    extensible=False,
)
_place = _object(Place, {"id": Field("id", values.uri, required=True)})
_SOURCE = {"type": _words("type", PARTY_TYPE, required=True), "source": Field("id", values.uri, required=True)}
_DESTINATION = {"type": _SOURCE["type"], "destination": _SOURCE["source"]}
SOURCES, DESTINATIONS = Table(_SOURCE), Table(_DESTINATION)
_source = _object(Party, _SOURCE, extensible=False)
_destination = _object(Party, _DESTINATION, extensible=False)
_persistent = _object(
    PersistentDisposition,
    {"set": _word_list("set", DISPOSITION), "unset": _word_list("unset", DISPOSITION)},
    extensible=False,
)
_error = _object(
    ErrorDeclaration,
    {
        "declarationTime": Field("declaration_time", values.time, required=True),
        "reason": _words("reason", ERROR_REASON),
        "correctiveEventIDs": Field("corrective_event_ids", many(values.uri)),
    },
)
_DEVICE = {
    "time": Field("time", values.time),
    "deviceID": Field("device_id", values.uri),
    "deviceMetadata": Field("device_metadata", values.uri),
    "rawData": Field("raw_data", values.uri),
    "dataProcessingMethod": Field("data_processing_method", values.uri),
    "bizRules": Field("biz_rules", values.uri),
}
_metadata = _object(
    SensorMetadata,
    _DEVICE | {"startTime": Field("start_time", values.time), "endTime": Field("end_time", values.time)},
)
_NUMBERS = {
    "value": "value",
    "minValue": "min_value",
    "maxValue": "max_value",
    "meanValue": "mean_value",
    "sDev": "s_dev",
    "percRank": "perc_rank",
    "percValue": "perc_value",
}
_report = _object(
    SensorReport,
    _DEVICE
    | {name: Field(attribute, values.number) for name, attribute in _NUMBERS.items()}
    | {
        "type": _words("type", MEASUREMENT),
        "exception": _words("exception", SENSOR_ALERT),
        "microorganism": Field("microorganism", values.uri),
        "chemicalSubstance": Field("chemical_substance", values.uri),
        "component": _words("component", COMPONENT),
        "stringValue": Field("string_value", values.text),
        "booleanValue": Field("boolean_value", values.truth),
        "hexBinaryValue": Field("hex_binary_value", values.hexadecimal),
        "uriValue": Field("uri_value", values.uri),
        "uom": Field("uom", values.uom),
        "coordinateReferenceSystem": Field("coordinate_reference_system", values.uri),
    },
)
_sensor = _object(
    SensorElement,
    {
        "sensorMetadata": Field("metadata", _metadata),
        "sensorReport": Field("reports", many(_report, least=1), required=True),
    },
)
_COMMON = {
    "eventTime": Field("event_time", values.time, required=True),
    "eventTimeZoneOffset": Field("event_time_zone_offset", values.offset, required=True),
    "recordTime": Field("record_time", values.time),
    "eventID": Field("event_id", values.uri),
    "certificationInfo": Field("certification_info", values.certification),
    "errorDeclaration": Field("error_declaration", _error),
    "bizStep": _words("biz_step", BIZ_STEP),
    "disposition": _words("disposition", DISPOSITION),
    "persistentDisposition": Field("persistent_disposition", _persistent),
    "readPoint": Field("read_point", _place),
    "bizLocation": Field("biz_location", _place),
    "bizTransactionList": Field("biz_transactions", many(_biz_transaction)),
    "sourceList": Field("sources", many(_source)),
    "destinationList": Field("destinations", many(_destination)),
    "sensorElementList": Field("sensor_elements", many(_sensor)),
}
_quantities = many(_quantity)
_uris, _unique_uris = many(values.uri), many(values.uri, unique=True)
_OWN: dict[str, Field] = {
    "action": Field("action", values.action, required=True),
    "parentID": Field("parent", values.uri),
    "epcList": Field("epcs", _unique_uris),
    "quantityList": Field("quantities", _quantities),
    "childEPCs": Field("children", _uris),
    "childQuantityList": Field("child_quantities", _quantities),
    "inputEPCList": Field("input_epcs", _unique_uris),
    "inputQuantityList": Field("input_quantities", _quantities),
    "outputEPCList": Field("output_epcs", _unique_uris),
    "outputQuantityList": Field("output_quantities", _quantities),
    "transformationID": Field("transformation_id", values.uri),
    "ilmd": Field("ilmd", values.extensions),
}
_KINDS: tuple[type[Event], ...] = (*EVENT_TYPES.values(), VendorEvent)
for _kind in _KINDS:
    _has = _kind.__struct_fields__
    TABLES[_kind] = Table(_COMMON | {name: field for name, field in _OWN.items() if field.attribute in _has})
TABLES[VendorEvent]["action"] = Field("action", values.action)
TABLES[AssociationEvent]["parentID"] = Field("parent", values.uri, required=True)


def read_event(raw: Any, at: str, reading: Reading) -> Event | None:
    """The event that the JSON object at the pointer ``at`` is; None when something in it is wrong (it is noted)."""
    before = len(reading.problems.found)
    if not isinstance(raw, dict):
        reading.problems.add(at, f"an event is an object, not {shown(raw)}")
        return None
    if "@context" in raw:
        context = with_context(reading.context, raw["@context"], f"{at}/@context", reading.problems)
        reading = Reading(context, reading.problems)
    name = raw.get("type")
    kind: type[Event] | None = EVENT_TYPES.get(name) if isinstance(name, str) else None
    own: dict[str, Any] = {}
    if kind is None:
        full = reading.context.expanded(name) if isinstance(name, str) else None
        if full is None:
            reading.problems.add(f"{at}/type", f"{shown(name)} is no type of event", "use one of EPCIS, or a URI")
            return None
        standard = full.removeprefix(_EPCIS_NAMESPACE)
        kind = EVENT_TYPES.get(standard)
        if kind is None:
            kind, own = VendorEvent, {"type": full}
    fields = _fields(raw, TABLES[kind], at, reading, skip=("type", "@context"))
    if len(reading.problems.found) == before:
        event = kind(**fields, **own)
        check_rules(event, at, reading.problems)
        if len(reading.problems.found) == before:
            return event
    return None


def _fields(
    raw: dict[str, Any],
    table: Table,
    at: str,
    reading: Reading,
    *,
    extensible: bool = True,
    skip: tuple[str, ...] = (),
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    more: dict[str, Any] = {}
    for name, value in raw.items():
        field = table.get(name)
        if field is not None:
            found[field.attribute] = field.read(value, f"{at}/{name}", reading)
        elif name in skip:
            continue
        elif extensible:
            values.add_extension(more, name, value, at, reading)
        else:
            reading.problems.add(f"{at}/{token(name)}", undeclared(reading.context, name.replace(":", " "))[0])
    for name, attribute in table.required:
        if attribute not in found:
            reading.problems.add(at, f"{name} is missing")
            found[attribute] = ""
    if more:
        found["extensions"] = more
    return found
