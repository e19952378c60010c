"""EPCIS documents in miniature, as JSON objects, and what a reader makes of them."""

import json
from typing import Any

from traceability.epcis.document import DocumentReader
from traceability.epcis.problem import Problem
from traceability.event.event import Event

STANDARD = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EXAMPLE = "https://ns.example.com/epcis/"
CONTEXT = [STANDARD, {"example": EXAMPLE}]
UNIT = "urn:epc:id:sgtin:0614141.011111.987"
LOT = "urn:epc:class:lgtin:4012345.012345.998877"


def document(*events: Any, context: Any = CONTEXT, **fields: Any) -> dict[str, Any]:
    """An EPCISDocument with these events."""
    head = {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-22T08:00:00Z"}
    return {"@context": context, **head, **fields, "epcisBody": {"eventList": list(events)}}


def some_event(kind: str = "ObjectEvent", **fields: Any) -> dict[str, Any]:
    """A right event of each kind; ``None`` leaves a field out."""
    own: dict[str, dict[str, Any]] = {
        "ObjectEvent": {"action": "OBSERVE", "epcList": [UNIT]},
        "AggregationEvent": {"action": "ADD", "parentID": "urn:epc:id:sscc:4012345.0000000333", "childEPCs": [UNIT]},
        "AssociationEvent": {"action": "ADD", "parentID": "urn:epc:id:giai:4000001.111", "childEPCs": [UNIT]},
        "TransactionEvent": {
            "action": "ADD",
            "epcList": [UNIT],
            "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}],
        },
        "TransformationEvent": {"inputQuantityList": [{"epcClass": LOT, "quantity": 2}], "outputEPCList": [UNIT]},
    }
    times = {"eventTime": "2026-11-22T16:00:00.5+08:00", "eventTimeZoneOffset": "+08:00"}
    event = {"type": kind, **times, **own.get(kind, {}), **fields}
    return {name: value for name, value in event.items() if value is not None}


def read(raw: Any) -> tuple[list[Event | None], list[Problem]]:
    """The events of a document (JSON object or text) and every problem in it, in order."""
    reader = DocumentReader(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    found = list(reader.events())
    return [each.event for each in found], [*(p for each in found for p in each.problems), *reader.problems]


def read_one(raw: dict[str, Any], context: Any = CONTEXT) -> Event:
    """The one right event in a document."""
    events, problems = read(document(raw, context=context))
    assert problems == []
    assert events[0] is not None
    return events[0]


def pointers(raw: Any) -> list[str]:
    """Where the problems of a document are."""
    return [problem.pointer for problem in read(raw)[1]]
