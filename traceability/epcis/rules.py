"""What the fields of an event demand of each other (EPCIS 2.0, 7.4, and the JSON schema of the standard)."""

from traceability.epcis.problem import Problems
from traceability.event.event import (
    AggregationEvent,
    AssociationEvent,
    Event,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)


def check_rules(event: Event, at: str, problems: Problems) -> None:
    """Note each rule that the event breaks; its fields by themselves are right already."""
    if isinstance(event, ObjectEvent):
        _object_event(event, at, problems)
    elif isinstance(event, AggregationEvent | AssociationEvent):
        _parent_and_children(event, at, problems)
    elif isinstance(event, TransformationEvent):
        _transformation(event, at, problems)
    elif isinstance(event, TransactionEvent):
        _transaction(event, at, problems)
    persistent = event.persistent_disposition
    if persistent is not None and not persistent.set and not persistent.unset:
        problems.add(f"{at}/persistentDisposition", "sets nothing and unsets nothing")
    for place, element in enumerate(event.sensor_elements or ()):
        for number, report in enumerate(element.reports):
            if report.type is None and report.exception is None:
                pointer = f"{at}/sensorElementList/{place}/sensorReport/{number}"
                problems.add(pointer, "type is missing", "a report tells what was measured, or an exception")


def _object_event(event: ObjectEvent, at: str, problems: Problems) -> None:
    sensed = event.sensor_elements and event.read_point is not None
    if event.epcs is None and not event.quantities and not sensed:
        problems.add(
            at, "epcList is missing", "name objects in epcList or quantityList, or a readPoint with sensor data"
        )
    if event.ilmd is not None and event.action != "ADD":
        problems.add(f"{at}/ilmd", f"ilmd is for the action ADD only, not {event.action}")


def _parent_and_children(event: AggregationEvent | AssociationEvent, at: str, problems: Problems) -> None:
    if event.parent is None and event.action != "OBSERVE":
        problems.add(at, "parentID is missing", "it may be left out for OBSERVE only")
    if not event.children and not event.child_quantities and event.action != "DELETE":
        problems.add(at, "childEPCs is missing", "only DELETE may name no child: it then means all of them")


def _transformation(event: TransformationEvent, at: str, problems: Problems) -> None:
    into = bool(event.input_epcs or event.input_quantities)
    out = bool(event.output_epcs or event.output_quantities)
    if event.transformation_id is None:
        if not into:
            problems.add(at, "inputEPCList is missing", "name inputs and outputs, or give a transformationID")
        if not out:
            problems.add(at, "outputEPCList is missing", "name inputs and outputs, or give a transformationID")
    elif not into and not out:
        problems.add(at, "inputs and outputs are missing", "a transformationID joins events that have some")


def _transaction(event: TransactionEvent, at: str, problems: Problems) -> None:
    if not event.biz_transactions:
        problems.add(
            f"{at}/bizTransactionList" if event.biz_transactions is not None else at, "bizTransactionList is missing"
        )
    if event.epcs is None and not event.quantities and event.action != "DELETE":
        problems.add(at, "epcList is missing", "only DELETE may name no object: it then means all of them")
