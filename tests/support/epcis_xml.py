"""Events as XML, written plainly: the twin by which reading of XML is judged."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from traceability.event.event import Event, type_name
from traceability.event.sensor import SensorElement

_URNS = {"BizStep-": "bizstep:", "Disp-": "disp:", "BTT-": "btt:", "SDT-": "sdt:", "ER-": "er:"}
_METADATA = {
    "time": "time", "start_time": "startTime", "end_time": "endTime", "device_id": "deviceID",
    "device_metadata": "deviceMetadata", "raw_data": "rawData", "data_processing_method": "dataProcessingMethod",
    "biz_rules": "bizRules",
}  # fmt: skip
_REPORT = _METADATA | {
    "type": "type", "exception": "exception", "microorganism": "microorganism",
    "chemical_substance": "chemicalSubstance", "value": "value", "component": "component",
    "string_value": "stringValue", "boolean_value": "booleanValue", "hex_binary_value": "hexBinaryValue",
    "uri_value": "uriValue", "min_value": "minValue", "max_value": "maxValue", "mean_value": "meanValue",
    "s_dev": "sDev", "perc_rank": "percRank", "perc_value": "percValue", "uom": "uom",
    "coordinate_reference_system": "coordinateReferenceSystem",
}  # fmt: skip


def xml_document(*events: Event, version: int = 2, head: str = "") -> bytes:
    """An EPCISDocument of EPCIS 1.2 or 2.0; in 1.2 what came later stands in its wrappers."""
    body = "".join(_event(event, version) for event in events)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:{version}" '
        f'schemaVersion="{version}.0" creationDate="2026-11-22T08:00:00Z">{head}'
        f"<EPCISBody><EventList>{body}</EventList></EPCISBody></e:EPCISDocument>"
    ).encode()


def _event(event: Event, version: int) -> str:
    parts = [
        _text("eventTime", event.event_time), _text("recordTime", event.record_time),
        _text("eventTimeZoneOffset", event.event_time_zone_offset),
        _wrapped(_text("eventID", event.event_id) + _error(event), "baseExtension" if version == 1 else ""),
        _list("epcList", "epc", getattr(event, "epcs", None)),
        _text("parentID", getattr(event, "parent", None)),
        _list("childEPCs", "epc", getattr(event, "children", None)),
        _list("inputEPCList", "epc", getattr(event, "input_epcs", None)),
        _list("outputEPCList", "epc", getattr(event, "output_epcs", None)),
        _text("transformationID", getattr(event, "transformation_id", None)),
        _text("action", getattr(event, "action", None)),
        _text("bizStep", event.biz_step), _text("disposition", event.disposition),
        _place("readPoint", event.read_point), _place("bizLocation", event.biz_location),
        _typed("bizTransactionList", "bizTransaction", event.biz_transactions),
        _wrapped(_later(event), "extension" if version == 1 else ""),
        *_extensions(event.extensions),
    ]  # fmt: skip
    return f"<{type_name(event)}>{''.join(parts)}</{type_name(event)}>"


def _later(event: Event) -> str:
    names = {"quantities": "quantityList", "child_quantities": "childQuantityList",
             "input_quantities": "inputQuantityList", "output_quantities": "outputQuantityList"}  # fmt: skip
    parts = [_quantities(name, getattr(event, attribute, None)) for attribute, name in names.items()]
    parts += [
        _typed("sourceList", "source", event.sources),
        _typed("destinationList", "destination", event.destinations),
    ]
    if event.persistent_disposition is not None:
        held = event.persistent_disposition
        words = [_text("set", each) for each in held.set or ()] + [_text("unset", each) for each in held.unset or ()]
        parts.append(f"<persistentDisposition>{''.join(words)}</persistentDisposition>")
    if getattr(event, "ilmd", None) is not None:
        parts.append(f"<ilmd>{''.join(_extensions(event.ilmd))}</ilmd>")
    if event.sensor_elements is not None:
        parts.append(f"<sensorElementList>{''.join(map(_sensor, event.sensor_elements))}</sensorElementList>")
    return "".join(parts)


def _error(event: Event) -> str:
    error = event.error_declaration
    if error is None:
        return ""
    ids = _list("correctiveEventIDs", "correctiveEventID", error.corrective_event_ids)
    more = "".join(_extensions(error.extensions))
    return f"<errorDeclaration>{_text('declarationTime', error.declaration_time)}{_text('reason', error.reason)}{ids}{more}</errorDeclaration>"  # noqa: E501


def _urn(text: str) -> str:
    for web, urn in _URNS.items():
        text = text.replace(f"https://ref.gs1.org/cbv/{web}", f"urn:epcglobal:cbv:{urn}")
    return text.replace("https://ref.gs1.org/voc/", "gs1:")


def _text(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>\n  {escape(_urn(value))}\n</{name}>"


def _wrapped(text: str, tag: str) -> str:
    return f"<{tag}>{text}</{tag}>" if tag and text else text


def _list(name: str, each: str, values: Any) -> str:
    return "" if values is None else f"<{name}>{''.join(_text(each, value) for value in values)}</{name}>"


def _quantities(name: str, values: Any) -> str:
    if values is None:
        return ""
    parts = [
        f"<quantityElement>{_text('epcClass', each.epc_class)}"
        f"{_text('quantity', None if each.quantity is None else str(each.quantity))}{_text('uom', each.uom)}"
        "</quantityElement>"
        for each in values
    ]
    return f"<{name}>{''.join(parts)}</{name}>"


def _typed(name: str, inner: str, values: Any) -> str:
    if values is None:
        return ""
    parts = [
        f"<{inner}{'' if each.type is None else f' type={quoteattr(_urn(each.type))}'}>{escape(each.id)}</{inner}>"
        for each in values
    ]
    return f"<{name}>{''.join(parts)}</{name}>"


def _place(name: str, place: Any) -> str:
    return "" if place is None else f"<{name}>{_text('id', place.id)}{''.join(_extensions(place.extensions))}</{name}>"


def _attributes(struct: Any, names: dict[str, str]) -> str:
    found = []
    for attribute, name in names.items():
        value = getattr(struct, attribute, None)
        if value is not None:
            text = {True: "true", False: "false"}[value] if isinstance(value, bool) else _urn(str(value))
            found.append(f" {name}={quoteattr(text)}")
    return "".join(found)


def _sensor(sensor: SensorElement) -> str:
    parts = []
    if sensor.metadata is not None:
        inner = "".join(_extensions(sensor.metadata.extensions))
        parts.append(f"<sensorMetadata{_attributes(sensor.metadata, _METADATA)}>{inner}</sensorMetadata>")
    for report in sensor.reports:
        inner = "".join(_extensions(report.extensions))
        parts.append(f"<sensorReport{_attributes(report, _REPORT)}>{inner}</sensorReport>")
    return f"<sensorElement>{''.join(parts)}{''.join(_extensions(sensor.extensions))}</sensorElement>"


def _extensions(extensions: dict[str, Any]) -> list[str]:
    return [
        _extension(name, each)
        for name, value in extensions.items()
        for each in (value if isinstance(value, list) else [value])
    ]


def _extension(full: str, value: Any) -> str:
    namespace, _, local = full[1:].partition("}")
    inner = "".join(_extensions(value)) if isinstance(value, dict) else escape(str(value))
    return f"<x:{local} xmlns:x={quoteattr(namespace)}>{inner}</x:{local}>"
