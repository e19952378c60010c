"""What to ask a server for: the event types and fields that a profile names, found in the server's own types."""

from collections.abc import Mapping

import msgspec
from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from edge_agent.drivers.opcua.browse import references
from edge_agent.drivers.opcua.session import OpcUaSession
from edge_agent.drivers.opcua.values import standard
from edge_agent.errors import DeviceRefused

STANDARD = ("EventId", "EventType", "Time")
_HIGHEST = 20


class Wanted(msgspec.Struct, frozen=True):
    """A field of an event type (a NodeId as the profile writes it), and the point that wants it."""

    event: str
    name: str
    point: str


async def event_filter(session: OpcUaSession, wanted: list[Wanted]) -> tuple[ua.EventFilter, list[str]]:
    """The filter for all events of the wanted types, and the names of the fields that come, in their order.

    DeviceRefused names the point whose event type or field the server does not have.
    """
    clauses = {name: _clause(standard(ObjectIds.BaseEventType), ua.QualifiedName(name, 0)) for name in STANDARD}
    types: dict[str, ua.NodeId] = {}
    for event in dict.fromkeys(each.event for each in wanted):
        point = next(each.point for each in wanted if each.event == event)
        types[event] = session.node(event, point)
        fields = await _fields(session, types[event])
        if not fields:
            what = f"it has no event type {event}"
            raise DeviceRefused(*session.where, what, "check that the profile is for this device", point)
        for each in wanted:
            if each.event == event:
                clauses.setdefault(each.name, _found(session, fields, each))
    where = _of_types(list(types.values()))
    return ua.EventFilter(SelectClauses=list(clauses.values()), WhereClause=where), list(clauses)


def _found(
    session: OpcUaSession, fields: Mapping[str, ua.SimpleAttributeOperand], each: Wanted
) -> ua.SimpleAttributeOperand:
    try:
        return fields[each.name]
    except KeyError:
        what = f"events of type {each.event} have no field {each.name}; they have {', '.join(sorted(fields))}"
        raise DeviceRefused(*session.where, what, "correct the profile's field", each.point) from None


async def _fields(session: OpcUaSession, event: ua.NodeId) -> dict[str, ua.SimpleAttributeOperand]:
    """The fields of an event type and of all it derives from, by name; the most derived wins."""
    found: dict[str, ua.SimpleAttributeOperand] = {}
    for _ in range(_HIGHEST):
        (children,) = await references(session, [event])
        for child in children:
            if child.NodeClass is ua.NodeClass.Variable:
                found.setdefault(child.BrowseName.Name, _clause(event, child.BrowseName))
        (above,) = await references(session, [event], ObjectIds.HasSubtype, inverse=True)
        if not above:
            return found
        event = ua.NodeId(above[0].NodeId.Identifier, above[0].NodeId.NamespaceIndex)
    return found


def _clause(event: ua.NodeId, name: ua.QualifiedName) -> ua.SimpleAttributeOperand:
    return ua.SimpleAttributeOperand(TypeDefinitionId=event, BrowsePath=[name], AttributeId=AttributeIds.Value)


def _of_types(types: list[ua.NodeId]) -> ua.ContentFilter:
    """OfType for one type; for more, a chain of Or whose second operand is the next element but one."""
    elements: list[ua.ContentFilterElement] = []
    for number, event in enumerate(types):
        of_type = ua.ContentFilterElement(
            FilterOperator=ua.FilterOperator.OfType, FilterOperands=[ua.LiteralOperand(Value=ua.Variant(event))]
        )
        if number < len(types) - 1:
            places = [ua.ElementOperand(Index=len(elements) + 1), ua.ElementOperand(Index=len(elements) + 2)]
            elements.append(ua.ContentFilterElement(FilterOperator=ua.FilterOperator.Or, FilterOperands=places))
        elements.append(of_type)
    return ua.ContentFilter(Elements=elements)
