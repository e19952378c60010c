"""The text that an event hash is the hash of (CBV 2.0, 8.9.2; the draft of 2.1 differs in two places).

Fields stand in one order whatever order they came in, lists are sorted, times are in UTC with milliseconds, numbers
without trailing zeros, identifiers and vocabulary in their canonical forms. What was recorded about the event
(``eventID``, ``recordTime``, ``errorDeclaration``, ``certificationInfo``) is left out.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from traceability.epcis.canonical_link import canonical_link
from traceability.epcis.cbv import CBV, VOC
from traceability.epcis.context import STANDARD_PREFIXES
from traceability.event.event import Event, Party, Place, Quantity, type_name
from traceability.event.sensor import Extensions, SensorElement

CBV_2_0, CBV_2_1 = "CBV2.0", "CBV2.1"
VERSIONS = (CBV_2_0, CBV_2_1)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_URNS = {
    "urn:epcglobal:cbv:bizstep:": "https://ref.gs1.org/cbv/BizStep-",
    "urn:epcglobal:cbv:disp:": "https://ref.gs1.org/cbv/Disp-",
    "urn:epcglobal:cbv:btt:": "https://ref.gs1.org/cbv/BTT-",
    "urn:epcglobal:cbv:sdt:": "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:er:": "https://ref.gs1.org/cbv/ER-",
}
_CBV_URN = "urn:epcglobal:cbv:"
_CANONICAL = (CBV, VOC)
_NUMBER_STARTS = frozenset("+-.0123456789")
_CURIES = {f"{prefix}:": STANDARD_PREFIXES[prefix] for prefix in ("gs1", "cbv", "epcis")}
_COMMENTS = ("{http://www.w3.org/2000/01/rdf-schema#}comment", "comment")
_TEXT = "#text"  # the text of an element that has attributes too

_METADATA = {
    "time": "time",
    "startTime": "start_time",
    "endTime": "end_time",
    "deviceID": "device_id",
    "deviceMetadata": "device_metadata",
    "rawData": "raw_data",
    "dataProcessingMethod": "data_processing_method",
    "bizRules": "biz_rules",
}
_REPORT = {
    "type": "type",
    "exception": "exception",
    "deviceID": "device_id",
    "deviceMetadata": "device_metadata",
    "rawData": "raw_data",
    "dataProcessingMethod": "data_processing_method",
    "time": "time",
    "microorganism": "microorganism",
    "chemicalSubstance": "chemical_substance",
    "value": "value",
    "component": "component",
    "stringValue": "string_value",
    "booleanValue": "boolean_value",
    "hexBinaryValue": "hex_binary_value",
    "uriValue": "uri_value",
    "minValue": "min_value",
    "maxValue": "max_value",
    "meanValue": "mean_value",
    "sDev": "s_dev",
    "percRank": "perc_rank",
    "percValue": "perc_value",
    "uom": "uom",
    "coordinateReferenceSystem": "coordinate_reference_system",
}


def prehash_string(event: Event, version: str = CBV_2_0) -> str:
    """The text to hash; ``version`` is one of ``VERSIONS``."""
    inline = version != CBV_2_0
    parts = ["eventType=", type_name(event)]
    for name, attribute, write in _ORDER:
        value = getattr(event, attribute, None)
        if value is not None:
            parts.append(write(name, value, inline))
    ilmd: Extensions | None = getattr(event, "ilmd", None)
    if ilmd is not None:
        parts += ["ilmd", *_entries(ilmd)]
    if not inline:
        parts.append(_place_extensions("readPoint", event.read_point))
        parts.append(_place_extensions("bizLocation", event.biz_location))
        parts += sorted(_sensor_extensions(element) for element in event.sensor_elements or ())
    parts += _entries(event.extensions)
    return "".join(parts)


def canonical_text(value: Any) -> str:
    """A single value: numbers trimmed, vocabulary and GS1 keys in their canonical forms; others as they are."""
    if value.__class__ is str:
        return _canonical(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(Decimal(value)) if isinstance(value, int | Decimal) else _canonical(str(value))


@lru_cache(maxsize=2_048)
def _canonical(text: str) -> str:
    text = text.strip()
    if text[:1] in _NUMBER_STARTS and _NUMBER.fullmatch(text):
        return _plain(Decimal(text))
    colon = text.find(":")
    if colon < 0 or text.startswith(_CANONICAL):
        return text
    if text.startswith(_CBV_URN):
        for urn, full in _URNS.items():
            if text.startswith(urn):
                return full + text.removeprefix(urn)
    namespace = _CURIES.get(text[: colon + 1])
    return namespace + text[colon + 1 :] if namespace else canonical_link(text) or text


def utc_milliseconds(text: str) -> str:
    """A time in UTC with three decimals, the third rounded half up."""
    head, dot, tail = text.partition(".")
    digits = re.match(r"[0-9]*", tail)[0] if dot else ""  # type: ignore[index]
    zone = tail[len(digits) :] if dot else ""
    whole = datetime.fromisoformat(head + zone)
    milliseconds = int(digits[:3].ljust(3, "0")) + (digits[3:4] >= "5")
    try:
        moment = whole.astimezone(UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return text
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def _plain(number: Decimal) -> str:
    if number == number.to_integral_value():
        return str(int(number))
    return format(number.normalize(), "f")


def _entries(extensions: Extensions) -> list[str]:
    found: list[str] = []
    for name, value in extensions.items():
        if name not in _COMMENTS:
            found.extend(_entry(name, each) for each in (value if isinstance(value, list) else [value]))
    return sorted(found)


def _entry(name: str, value: Any) -> str:
    if isinstance(value, dict):
        text = canonical_text(value[_TEXT]) if _TEXT in value else ""
        inner = {key: part for key, part in value.items() if key != _TEXT}
        return "".join([name, f"={text}" if text else "", *_entries(inner)])
    if isinstance(value, list):
        return name + "".join(sorted(_entry("", each) for each in value))
    text = "" if value is None else canonical_text(value)
    return f"{name}={text}" if text else name


def _pair(name: str, value: Any) -> str:
    text = canonical_text(value)
    return f"{name}={text}" if text else ""


def _time(name: str, value: str, _inline: bool) -> str:
    return f"{name}={utc_milliseconds(value)}"


def _single(name: str, value: str, _inline: bool) -> str:
    return _pair(name, value)


def _listed(name: str, parts: Iterable[str]) -> str:
    found = sorted(part for part in parts if part)
    return name + "".join(found) if found else ""


def _epcs(name: str, value: Iterable[str], _inline: bool) -> str:
    return _listed(name, (_pair("epc", each) for each in value))


def _quantities(name: str, value: Iterable[Quantity], _inline: bool) -> str:
    def element(quantity: Quantity) -> str:
        amount = _pair("quantity", quantity.quantity) if quantity.quantity is not None else ""
        unit = _pair("uom", quantity.uom) if quantity.uom is not None else ""
        return f"quantityElement{_pair('epcClass', quantity.epc_class)}{amount}{unit}"

    return _listed(name, map(element, value))


def _persistent(name: str, value: Any, _inline: bool) -> str:
    written = [
        *sorted(_pair("set", each) for each in value.set or ()),
        *sorted(_pair("unset", each) for each in value.unset or ()),
    ]
    return name + "".join(written) if written else ""


def _place(name: str, value: Place, inline: bool) -> str:
    return "".join([name, _pair("id", value.id), *(_entries(value.extensions) if inline else [])])


def _typed(inner: str) -> Callable[[str, Iterable[Any], bool], str]:
    def write(name: str, value: Iterable[Party], _inline: bool) -> str:
        return _listed(
            name, ((_pair("type", each.type) if each.type else "") + _pair(inner, each.id) for each in value)
        )

    return write


def _sensors(name: str, value: Iterable[SensorElement], inline: bool) -> str:
    def fields(what: str, struct: msgspec.Struct, order: dict[str, str]) -> str:
        written = [what]
        for field, attribute in order.items():
            each = getattr(struct, attribute)
            if each is not None:
                written.append(_time(field, each, inline) if "ime" in field else _pair(field, each))
        if inline:
            written += _entries(struct.extensions)  # type: ignore[attr-defined]
        return "".join(written) if len(written) > 1 else ""

    def element(sensor: SensorElement) -> str:
        metadata = fields("sensorMetadata", sensor.metadata, _METADATA) if sensor.metadata is not None else ""
        reports = "".join(sorted(fields("sensorReport", report, _REPORT) for report in sensor.reports))
        direct = "".join(_entries(sensor.extensions)) if inline else ""
        return f"sensorElement{metadata}{reports}{direct}"

    return _listed(name if inline else "", map(element, value))


def _place_extensions(name: str, place: Place | None) -> str:
    return "".join([name, *_entries(place.extensions)]) if place is not None and place.extensions else ""


def _sensor_extensions(element: SensorElement) -> str:
    metadata = element.metadata.extensions if element.metadata is not None else {}
    reports = sorted(
        "".join(["sensorReport", *_entries(each.extensions)]) for each in element.reports if each.extensions
    )
    parts = ["".join(["sensorMetadata", *_entries(metadata)])] if metadata else []
    parts += [*reports, *_entries(element.extensions)]
    return "".join(["sensorElement", *parts]) if parts else ""


_ORDER: tuple[tuple[str, str, Callable[[str, Any, bool], str]], ...] = (
    ("eventTime", "event_time", _time),
    ("eventTimeZoneOffset", "event_time_zone_offset", _single),
    ("epcList", "epcs", _epcs),
    ("parentID", "parent", _single),
    ("inputEPCList", "input_epcs", _epcs),
    ("childEPCs", "children", _epcs),
    ("quantityList", "quantities", _quantities),
    ("childQuantityList", "child_quantities", _quantities),
    ("inputQuantityList", "input_quantities", _quantities),
    ("outputEPCList", "output_epcs", _epcs),
    ("outputQuantityList", "output_quantities", _quantities),
    ("action", "action", _single),
    ("transformationID", "transformation_id", _single),
    ("bizStep", "biz_step", _single),
    ("disposition", "disposition", _single),
    ("persistentDisposition", "persistent_disposition", _persistent),
    ("readPoint", "read_point", _place),
    ("bizLocation", "biz_location", _place),
    ("bizTransactionList", "biz_transactions", _typed("bizTransaction")),
    ("sourceList", "sources", _typed("source")),
    ("destinationList", "destinations", _typed("destination")),
    ("sensorElementList", "sensor_elements", _sensors),
)
