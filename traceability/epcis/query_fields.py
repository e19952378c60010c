"""Which fields a query can ask for, by which operators, and what kind of values they have (EPCIS 2.0, 8.2.7.1)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from traceability.epcis.canonical_link import canonical_link
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
    is_uri,
)
from traceability.event.timestamp import instant, is_timestamp


class Kind:
    """How values of a query are read: ``read`` gives them in the form of events inside, or None."""

    def __init__(self, what: str, read: Callable[[Any], Any]) -> None:
        self.what = what
        self.read = read

    TEXT: "Kind"
    URI: "Kind"
    LINK: "Kind"
    NUMBER: "Kind"
    TIME: "Kind"
    TRUTH: "Kind"
    ACTION: "Kind"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _uri(value: Any) -> str | None:
    return value if isinstance(value, str) and is_uri(value) else None


def link(value: Any) -> str | None:
    """An identifier in the form in which identifiers are compared."""
    if not isinstance(value, str) or not (is_uri(value) or value.endswith("*")):
        return None
    return value if value.startswith("urn:epc:idpat:") else canonical_link(value) or value


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Decimal(str(value))
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _time(value: Any) -> Any:
    return instant(value) if isinstance(value, str) and is_timestamp(value) else None


Kind.TEXT = Kind("text", _text)
Kind.URI = Kind("URI", _uri)
Kind.LINK = Kind("identifier (a URI)", link)
Kind.NUMBER = Kind("number", _number)
Kind.TIME = Kind("time with zone", _time)
Kind.TRUTH = Kind("truth value", lambda value: value if isinstance(value, bool) else None)
Kind.ACTION = Kind("action", lambda value: value if value in ("ADD", "OBSERVE", "DELETE") else None)


def _words(vocabulary: Vocabulary) -> Kind:
    return Kind(vocabulary.what, lambda value: vocabulary.full(value) if isinstance(value, str) else None)


_EXISTS = Kind("anything", lambda value: value)
_EPCS = ("epc", "parentID", "inputEPC", "outputEPC", "anyEPC")
_CLASSES = ("epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass")

CHOICES: dict[tuple[str, str], Kind] = {
    ("EQ", "action"): Kind.ACTION,
    ("EQ", "bizStep"): _words(BIZ_STEP),
    ("EQ", "disposition"): _words(DISPOSITION),
    ("EQ", "persistentDisposition_set"): _words(DISPOSITION),
    ("EQ", "persistentDisposition_unset"): _words(DISPOSITION),
    ("EQ", "readPoint"): Kind.LINK,
    ("WD", "readPoint"): Kind.LINK,
    ("EQ", "bizLocation"): Kind.LINK,
    ("WD", "bizLocation"): Kind.LINK,
    ("EQ", "transformationID"): Kind.LINK,
    ("EQ", "eventID"): Kind.URI,
    ("EXISTS", "errorDeclaration"): _EXISTS,
    ("EQ", "errorReason"): _words(ERROR_REASON),
    ("EQ", "correctiveEventID"): Kind.URI,
    ("EXISTS", "sensorElementList"): _EXISTS,
    ("EXISTS", "sensorElement"): _EXISTS,
    ("EQ", "type"): _words(MEASUREMENT),
    ("EQ", "exception"): _words(SENSOR_ALERT),
    ("EQ", "component"): _words(COMPONENT),
    ("EQ", "deviceID"): Kind.LINK,
    ("EQ", "deviceMetadata"): Kind.LINK,
    ("EQ", "rawData"): Kind.LINK,
    ("EQ", "dataProcessingMethod"): Kind.LINK,
    ("EQ", "bizRules"): Kind.LINK,
    ("EQ", "microorganism"): Kind.URI,
    ("EQ", "chemicalSubstance"): Kind.URI,
    ("EQ", "coordinateReferenceSystem"): Kind.URI,
    ("EQ", "stringValue"): Kind.TEXT,
    ("EQ", "booleanValue"): Kind.TRUTH,
    ("EQ", "hexBinaryValue"): Kind.TEXT,
    ("EQ", "uriValue"): Kind.LINK,
    **{("MATCH", field): Kind.LINK for field in (*_EPCS, *_CLASSES)},
}
_ORDERED = ("GE", "LT", "GT", "LE")
_SENSED = ("time", "startTime", "endTime")
_TIMES = ("eventTime", "recordTime", "errorDeclarationTime", "errorDeclaration_Time")
MEASURED = ("quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percValue")
COMPARED: dict[str, tuple[Kind, tuple[str, ...]]] = {
    **dict.fromkeys(_TIMES, (Kind.TIME, ("GE", "LT"))),
    **dict.fromkeys(_SENSED, (Kind.TIME, ("EQ", "GE", "LT"))),
    **dict.fromkeys((*MEASURED, "percRank"), (Kind.NUMBER, ("EQ", *_ORDERED))),
}
PARTY_LISTS = {"bizTransaction": TRANSACTION_TYPE, "source": PARTY_TYPE, "destination": PARTY_TYPE}
EXTENSION_SCOPES = (
    "",
    "ILMD",
    "ERROR_DECLARATION",
    "SENSORELEMENT",
    "SENSORMETADATA",
    "SENSORREPORT",
    "readPoint",
    "bizLocation",
)
