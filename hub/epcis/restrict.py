"""What the store can sort out of a query before events are looked at. It may let through too much, never too little."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from hub.store.core.instant import to_micros
from hub.store.epcis.queries import Restriction
from traceability.epcis.cbv import BIZ_STEP
from traceability.epcis.event_links import identity_of
from traceability.epcis.query import EventQuery, Predicate

_PATTERN = "urn:epc:idpat:"
_KINDS = {
    **dict.fromkeys(("epc", "parentID", "inputEPC", "outputEPC", "anyEPC"), "epc"),
    **dict.fromkeys(("epcClass", "inputEPCClass", "outputEPCClass", "anyEPCClass"), "epcClass"),
    "readPoint": "readPoint",
    "bizLocation": "bizLocation",
}
_COLUMNS = {"eventType": "types", "bizStep": "biz_steps", "disposition": "dispositions", "eventID": "event_ids"}
_BOUNDS = {
    ("GE", "eventTime"): "event_from",
    ("LT", "eventTime"): "event_before",
    ("GE", "recordTime"): "record_from",
    ("LT", "recordTime"): "record_before",
}
_TYPES_OF = {
    "result": {"ObjectEvent"},
    "link": {"AssociationEvent", "TransformationEvent"},
    "shipment": {"ObjectEvent", "AggregationEvent"},
    "packing": {"AggregationEvent"},
}
_STEPS_OF = {
    "result": ("inspecting",),
    "link": ("assembling", "disassembling"),
    "shipment": ("shipping", "receiving"),
    "packing": ("packing", "unpacking"),
}


def restriction(query: EventQuery) -> Restriction:
    """What the rows of captured events must have."""
    fields: dict[str, Any] = {"keys": {}}
    for predicate in query.predicates:
        if predicate.name is not None:
            continue
        kind = _KINDS.get(predicate.field)
        if predicate.op in ("MATCH", "EQ") and kind is not None and kind not in fields["keys"]:
            if not any(value.startswith(_PATTERN) for value in predicate.values):
                fields["keys"][kind] = tuple(predicate.values)
        elif predicate.op == "EQ" and predicate.field in _COLUMNS:
            fields.setdefault(_COLUMNS[predicate.field], tuple(predicate.values))
        elif (predicate.op, predicate.field) in _BOUNDS:
            _bound(fields, predicate)
    return Restriction(**fields)


def own_restriction(wanted: Restriction) -> Restriction:
    """The same for our own records, whose rows hold canonical identities."""
    keys = {kind: _both(values) for kind, values in wanted.keys.items() if kind in ("epc", "epcClass")}
    return msgspec.structs.replace(wanted, keys=keys, types=None, biz_steps=None, dispositions=None, event_ids=None)


def may_hold(source: str, wanted: Restriction) -> bool:
    """Whether records of a source can make events of the types and steps that are wanted."""
    if wanted.types is not None and not _TYPES_OF[source] & set(wanted.types):
        return False
    steps = {BIZ_STEP.base + step for step in _STEPS_OF[source]}
    return wanted.biz_steps is None or bool(steps & set(wanted.biz_steps))


def _both(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({name for value in values for name in (value, identity_of(value) or value)}))


def _bound(fields: dict[str, Any], predicate: Predicate) -> None:
    name = _BOUNDS[predicate.op, predicate.field]
    moment = predicate.values[0]
    assert isinstance(moment, datetime)
    pick: Callable[[int, int], int] = max if name.endswith("_from") else min
    micros = to_micros(moment)
    fields[name] = pick(fields.get(name, micros), micros)
