"""Bytes of structures against layouts: whatever comes is a value or a stated fault."""

import asyncio

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import Primitives
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.drivers.opcua.structures import StructureReader, _Layout, _of_standard
from edge_agent.drivers.opcua.values import overflowed
from traceability.errors import Malformed

ENCODING = ua.NodeId(5046, 7)
KINDS = {"Text": 12, "Number": 6, "Real": 11, "Any": 24, "Names": 12}


def reader_of(kind=ua.StructureType.StructureWithOptionalFields, optional=("Number", "Real", "Names")):
    """A reader that knows one type, as a server would have described it."""
    layout = _Layout(kind)
    for name, number in KINDS.items():
        field = ua.StructureField(Name=name, ValueRank=1 if name == "Names" else -1, IsOptional=name in optional)
        layout.add(field, _of_standard(ua.NodeId(number)))
    reader = StructureReader(None)
    reader._encodings[ENCODING] = layout.read
    return reader


def plain(body, reader=None):
    content = ua.ExtensionObject(TypeId=ENCODING, Body=body)
    return asyncio.run((reader or reader_of()).plain(ua.Variant(content, ua.VariantType.ExtensionObject)))


def variant(number):
    return b"\x06" + Primitives.Int32.pack(number)


def test_optional_fields_come_by_their_bits():
    body = Primitives.UInt32.pack(0b101) + Primitives.String.pack("卓越") + Primitives.Int32.pack(-5)
    body += variant(9) + Primitives.Int32.pack(2) + Primitives.String.pack("a") + Primitives.String.pack("b")
    assert plain(body) == {"Text": "卓越", "Number": -5, "Any": 9, "Names": ["a", "b"]}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (Primitives.UInt32.pack(0b1000), "mask 0x8 .* names one that the type does not have"),
        (Primitives.UInt32.pack(0) + Primitives.String.pack("x") + variant(1) + b"\0", "1 bytes more than its fields"),
        (Primitives.UInt32.pack(0) + Primitives.Int32.pack(2**31 - 1), "cannot be decoded"),
        (Primitives.UInt32.pack(0) + Primitives.Bytes.pack(b"\xff\xfe") + variant(1), "text is not UTF-8"),
        (
            Primitives.UInt32.pack(4) + Primitives.String.pack("x") + variant(1) + Primitives.Int32.pack(2**31 - 1),
            "a list says it has 2147483647 elements",
        ),
        (b"", "cannot be decoded"),
    ],
)
def test_bytes_that_do_not_fit_are_a_fault(body, fault):
    with pytest.raises(Malformed, match=fault):
        plain(body)


def test_structures_in_each_other_are_bounded():
    value = ua.Variant(1)
    for _ in range(100):
        value = ua.Variant([value])
    with pytest.raises(Malformed, match="deep in each other"):
        asyncio.run(reader_of().plain(value))


@settings(max_examples=300)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_value_or_a_stated_fault(body):
    for kind in (ua.StructureType.Structure, ua.StructureType.StructureWithOptionalFields, ua.StructureType.Union):
        try:
            found = plain(body, reader_of(kind))
        except Malformed:
            continue
        assert isinstance(found, dict)


def test_a_server_that_says_its_queue_overflowed():
    assert overflowed(ua.StatusCode(0x0480))
    assert not overflowed(ua.StatusCode(ua.StatusCodes.Good))
    assert not overflowed(None)
