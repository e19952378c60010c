"""Structures of companion specifications, decoded by what the server itself says about its types.

Each server numbers its namespaces as it likes, so a structure is known by its encoding's NodeId of *this* session:
HasEncoding leads to the data type, its DataTypeDefinition names the fields (OPC 10000-3, 8.50; OPC 10000-6, 5.2.6 and
5.2.7 say how they lie in the bytes). Layouts are asked for once and kept for the connection. A structure becomes a
dict, a list a list, an enumeration its number, a localized text its text.
"""

import dataclasses
import struct
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from asyncua import ua
from asyncua.common.utils import Buffer, NotEnoughData
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.ua_binary import Primitives, from_binary, unpack_uatype
from asyncua.ua.uaerrors import UaError

from edge_agent.drivers.opcua.browse import references
from edge_agent.drivers.opcua.session import OpcUaSession
from edge_agent.drivers.opcua.values import is_text, utc
from traceability.errors import Malformed

_Reader = Callable[[Buffer], Any]
_DEEPEST = 30
_LONGEST = 100_000
_VARIANTS = frozenset({24, 26, 27, 28})  # BaseDataType, Number, Integer, UInteger: any of their kinds, so a Variant
_ENUMERATION = 29
_LAST_BUILT_IN = 25
_BAD_BYTES = (struct.error, ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
_UNREADABLE = (NotEnoughData, UaError, *_BAD_BYTES)
"""What the library raises for bytes that make no sense."""


class StructureReader:
    """Reads the values of one connection; made anew with each."""

    def __init__(self, session: OpcUaSession) -> None:
        self._session = session
        self._types: dict[ua.NodeId, _Reader] = {}
        self._encodings: dict[ua.NodeId, _Reader] = {}

    async def plain(self, value: Any, depth: int = 0) -> Any:
        """``value`` as dicts, lists and scalars; Malformed when bytes are not what their type says."""
        if depth > _DEEPEST:
            message = f"structures lie more than {_DEEPEST} deep in each other"
            raise Malformed(message)
        if isinstance(value, ua.Variant | ua.DataValue):
            return await self.plain(value.Value, depth + 1)
        if isinstance(value, ua.ExtensionObject):
            return await self._structure(value, depth)
        if isinstance(value, list | tuple):
            return [await self.plain(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {name: await self.plain(item, depth + 1) for name, item in value.items()}
        if dataclasses.is_dataclass(value) and not isinstance(value, _NAMED):
            members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return await self.plain(members, depth + 1)
        return _scalar(value)

    async def _structure(self, value: ua.ExtensionObject, depth: int) -> Any:
        if value.Body is None or value.TypeId.is_null():
            return None
        reader = self._encodings.get(value.TypeId)
        if reader is None:
            fresh: dict[ua.NodeId, _Reader] = {}
            reader = await self._type(await self._of_encoding(value.TypeId), fresh)
            self._types |= fresh  # only now: being cancelled in between must leave no layout half done
            self._encodings[value.TypeId] = reader
        body = Buffer(value.Body)
        try:
            members = reader(body)
        except _UNREADABLE as problem:
            message = f"a structure of type {value.TypeId.to_string()} cannot be decoded: {problem}"
            raise Malformed(message) from problem
        if len(body):
            message = f"a structure of type {value.TypeId.to_string()} has {len(body)} bytes more than its fields take"
            raise Malformed(message)
        return await self.plain(members, depth + 1)

    async def _of_encoding(self, encoding: ua.NodeId) -> ua.NodeId:
        (found,) = await references(self._session, [encoding], ObjectIds.HasEncoding, inverse=True)
        if not found:
            message = f"the server does not say of which data type {encoding.to_string()} is an encoding"
            raise Malformed(message)
        return _local(found[0].NodeId)

    async def _type(self, data_type: ua.NodeId, fresh: dict[ua.NodeId, _Reader]) -> _Reader:
        """How to read a value of a type, asked for once; what is learnt goes into ``fresh``."""
        known = self._types.get(data_type) or fresh.get(data_type) or _of_standard(data_type)
        if known is not None:
            return known
        service = self._session.client.uaclient.read_attributes([data_type], AttributeIds.DataTypeDefinition)
        (answer,) = await self._session.call(service)
        definition = answer.Value.Value if answer.Value is not None else None
        if isinstance(definition, ua.StructureDefinition):
            layout = _Layout(definition.StructureType)
            fresh[data_type] = layout.read  # before its fields: a type may contain itself
            for field in definition.Fields:
                layout.add(field, await self._type(field.DataType, fresh))
            return layout.read
        (above,) = await references(self._session, [data_type], ObjectIds.HasSubtype, inverse=True)
        if not above:
            message = f"the server does not describe its data type {data_type.to_string()}"
            raise Malformed(message)
        reader = fresh[data_type] = await self._type(_local(above[0].NodeId), fresh)
        return reader


class _Layout:
    """The fields of one structure, in the order of their bytes."""

    def __init__(self, kind: ua.StructureType) -> None:
        self._union = kind in (ua.StructureType.Union, ua.StructureType.UnionWithSubtypedValues)
        self._masked = kind is ua.StructureType.StructureWithOptionalFields
        self._subtyped = kind in (
            ua.StructureType.StructureWithSubtypedValues,
            ua.StructureType.UnionWithSubtypedValues,
        )
        self._fields: list[tuple[str, bool, _Reader]] = []

    def add(self, field: ua.StructureField, reader: _Reader) -> None:
        """Append a field; in a type with subtyped values "optional" means that any subtype may come."""
        if self._subtyped and field.IsOptional:
            reader = unpack_extension
        if field.ValueRank is not None and field.ValueRank > 1:
            message = f"field {field.Name} is a matrix, which is not read"
            raise Malformed(message)
        one = field.ValueRank is None or field.ValueRank < 1
        self._fields.append((str(field.Name), bool(field.IsOptional), reader if one else _list_of(reader)))

    def read(self, buffer: Buffer) -> dict[str, Any]:
        """The members that are there."""
        if self._union:
            chosen = Primitives.UInt32.unpack(buffer)
            if chosen == 0:
                return {}
            name, _, reader = self._fields[chosen - 1]
            return {name: reader(buffer)}
        mask = Primitives.UInt32.unpack(buffer) if self._masked else 0
        if mask >> sum(optional for _, optional, _ in self._fields):
            message = f"the mask {mask:#x} of its optional fields names one that the type does not have"
            raise ValueError(message)
        members, bit = {}, 0
        for name, optional, reader in self._fields:
            if self._masked and optional:
                bit += 1
                if not mask >> (bit - 1) & 1:
                    continue
            members[name] = reader(buffer)
        return members


def unpack_extension(buffer: Buffer) -> Any:
    """An ExtensionObject; one of a companion specification stays as it is and is decoded later."""
    return unpack_uatype(ua.VariantType.ExtensionObject, buffer)


_NAMED = (ua.LocalizedText, ua.QualifiedName, ua.NodeId, ua.StatusCode)


def _scalar(value: Any) -> Any:
    match value:
        case ua.LocalizedText():
            value = value.Text
        case ua.QualifiedName():
            value = value.Name
        case ua.NodeId():
            value = value.to_string()
        case ua.StatusCode() | Enum():
            value = value.value
        case UUID():
            value = str(value)
        case datetime():
            value = utc(value)
    if not isinstance(value, bool | int | float | str | bytes | datetime | None):
        message = f"a value of kind {type(value).__name__} is not understood"
        raise Malformed(message)
    if isinstance(value, str) and not is_text(value):
        message = "a text is not UTF-8"
        raise Malformed(message)
    return value


def _of_standard(data_type: ua.NodeId) -> _Reader | None:
    """How to read a type of the base specification, which the library knows."""
    if data_type.NamespaceIndex != 0 or not isinstance(data_type.Identifier, int):
        return None
    number = data_type.Identifier
    if number in _VARIANTS:
        return lambda buffer: unpack_uatype(ua.VariantType.Variant, buffer)
    if number == _ENUMERATION:
        return _enumeration
    if 1 <= number <= _LAST_BUILT_IN:
        built_in = ua.VariantType(number)
        return lambda buffer: unpack_uatype(built_in, buffer)
    structure = ua.extension_objects_by_datatype.get(data_type)
    return None if structure is None else lambda buffer: from_binary(structure, buffer)


def _enumeration(buffer: Buffer) -> int:
    return int(Primitives.Int32.unpack(buffer))


def _list_of(reader: _Reader) -> _Reader:
    def read(buffer: Buffer) -> list[Any]:
        length = Primitives.Int32.unpack(buffer)
        if length > min(_LONGEST, len(buffer)):
            message = f"a list says it has {length} elements, where {len(buffer)} bytes are left"
            raise ValueError(message)
        return [reader(buffer) for _ in range(length)]

    return read


def _local(node: ua.NodeId) -> ua.NodeId:
    """A reference's ExpandedNodeId as a NodeId of this server."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
