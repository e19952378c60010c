"""What holds for every event: it comes back as it was, and its hash sees what it says, not how it is written."""

import json
import random
from decimal import Decimal

import pytest
from epcis_xml import xml_document
from hypothesis import given, settings
from hypothesis import strategies as st
from small_events import CONTEXT, EXAMPLE, LOT, STANDARD, document, read, read_one, some_event

from traceability.epcis.canonical_link import canonical_link
from traceability.epcis.hash_id import event_hash_id, hash_id_agrees, is_hash_id
from traceability.epcis.prehash import prehash_string, utc_milliseconds
from traceability.epcis.reading import open_document
from traceability.epcis.writing import decode_event, encode_event
from traceability.event.event import EVENT_TYPES

WORDS = st.text("abcXYZ 0123456789._-äß卓", max_size=12)
SERIALS = st.text("ABCabc0123456789", min_size=1, max_size=12)
UNITS = SERIALS.map(lambda serial: f"urn:epc:id:sgtin:4012345.012345.{serial}")
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
SCALARS = WORDS | NUMBERS.map(float) | st.booleans() | st.integers(-(10**15), 10**15)
NAMES = st.sampled_from(["example:a", "example:b", "example:cc", "cbvmda:lotNumber"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "bizStep": st.sampled_from(["shipping", "receiving", "https://own.example/step"]),
        "disposition": st.sampled_from(["in_transit", "conformant"]),
        "eventID": st.uuids().map(lambda each: each.urn),
        "recordTime": st.just("2026-11-22T09:00:00Z"),
        "readPoint": st.fixed_dictionaries(
            {"id": st.just("urn:epc:id:sgln:4012345.00011.0")}, optional={"example:x": WORDS}
        ),
        "sourceList": st.lists(
            st.just({"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}), max_size=2
        ),
        "persistentDisposition": st.just({"set": ["conformant"], "unset": ["non_conformant", "damaged"]}),
        "sensorElementList": st.lists(
            st.fixed_dictionaries(
                {
                    "sensorReport": st.lists(
                        st.fixed_dictionaries(
                            {"type": st.sampled_from(["Temperature", "Length"]), "value": NUMBERS.map(float)},
                            optional={"example:y": VALUES, "uom": st.just("CEL")},
                        ),
                        min_size=1,
                        max_size=3,
                    )
                }
            ),
            max_size=2,
        ),
        "example:a": VALUES,
        "example:b": VALUES,
    },
)
EVENTS = st.builds(
    lambda kind, fields, units, amount: some_event(
        kind,
        **fields,
        **({"epcList": units} if kind in ("ObjectEvent", "TransactionEvent") else {}),
        **({"childEPCs": units} if kind in ("AggregationEvent", "AssociationEvent") else {}),
        **({"outputQuantityList": [{"epcClass": LOT, "quantity": amount}]} if kind == "TransformationEvent" else {}),
    ),
    st.sampled_from(list(EVENT_TYPES)),
    FIELDS,
    st.lists(UNITS, min_size=1, max_size=4, unique=True),
    NUMBERS.map(float),
)


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_what_is_written_is_read_again(raw):
    event = read_one(raw)
    text = encode_event(event, {"example": EXAMPLE})
    assert decode_event(text) == event
    assert encode_event(decode_event(text), {"example": EXAMPLE}) == text
    written = json.loads(text)
    written.pop("@context")
    assert written == raw


def _shuffled(value, source):
    """The same JSON with names and unordered lists in another order, and prefixes renamed."""
    if isinstance(value, dict):
        names = list(value)
        source.shuffle(names)
        return {name.replace("example:", "other:"): _shuffled(value[name], source) for name in names}
    if isinstance(value, list):
        found = [_shuffled(each, source) for each in value]
        source.shuffle(found)
        return found
    return value


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.integers(0, 2**32))
def test_a_hash_does_not_see_order_nor_prefixes(raw, seed):
    other = _shuffled(raw, random.Random(seed))
    twin = read_one(other, [STANDARD, {"other": EXAMPLE}])
    for version in ("CBV2.0", "CBV2.1"):
        assert prehash_string(read_one(raw), version) == prehash_string(twin, version)


@settings(max_examples=80, deadline=None)
@given(EVENTS)
def test_a_hash_is_the_same_from_xml(raw):
    event = read_one({name: value for name, value in raw.items() if _told_by_xml(name, value)})
    (found,) = open_document(xml_document(event)).events()
    assert found.problems == ()
    assert found.event is not None
    assert event_hash_id(found.event) == event_hash_id(event)


def _told_by_xml(name: str, value) -> bool:
    """Whether XML says the same: it knows no empty lists, and calls a word and a truth value alike."""
    if name.startswith("example:"):
        return isinstance(value, str | float) and bool(str(value).strip())
    if name == "readPoint":
        return bool(value.get("example:x", "x").strip())
    return value != [] and "example:y" not in json.dumps(value)


@given(EVENTS, SERIALS)
def test_a_hash_sees_every_change(raw, serial):
    event = read_one(raw)
    changed = {**raw, "example:zz": f"x{serial}"}
    assert event_hash_id(read_one(changed)) != event_hash_id(event)


def test_what_was_recorded_about_an_event_is_not_hashed():
    error = {"declarationTime": "2026-11-23T00:00:00Z", "reason": "did_not_occur"}
    told = some_event(eventID="urn:uuid:1", recordTime="2026-11-22T09:00:00Z", errorDeclaration=error)
    assert event_hash_id(read_one(told)) == event_hash_id(read_one(some_event()))


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512", "sha3-256"])
@pytest.mark.parametrize("version", ["CBV2.0", "CBV2.1"])
def test_an_identifier_agrees_with_its_event_only(version, algorithm):
    event, other = read_one(some_event()), read_one(some_event(action="ADD"))
    name = event_hash_id(event, version=version, algorithm=algorithm)
    assert is_hash_id(name)
    assert hash_id_agrees(event, name)
    assert not hash_id_agrees(other, name)


def test_other_identifiers_are_no_hashes():
    for text in ("urn:uuid:1", "ni:///sha-256;00", "ni:///md5;00?ver=CBV2.0", "ni:///sha-256;00?ver=CBV9.9"):
        assert not is_hash_id(text)


TIMES = {
    "2023-01-18T11:04:03.1415Z": "2023-01-18T11:04:03.142Z",
    "2023-01-18T11:04:03.1414999Z": "2023-01-18T11:04:03.141Z",
    "2023-01-18T11:04:03Z": "2023-01-18T11:04:03.000Z",
    "2023-01-18T11:04:03.1+08:00": "2023-01-18T03:04:03.100Z",
    "2023-12-31T23:59:59.9999-01:00": "2024-01-01T01:00:00.000Z",
    "2023-01-18T11:04:03.123456789Z": "2023-01-18T11:04:03.123Z",
}


@pytest.mark.parametrize(("text", "expected"), TIMES.items())
def test_times_are_rounded_half_up_to_milliseconds(text, expected):
    assert utc_milliseconds(text) == expected


def test_many_events_in_one_document_are_each_themselves():
    raws = [some_event(kind, **{"example:n": number}) for number, kind in enumerate(EVENT_TYPES)] * 40
    events, problems = read(document(*raws, context=CONTEXT))
    assert problems == []
    assert [event.extensions[f"{{{EXAMPLE}}}n"] for event in events] == [Decimal(raw["example:n"]) for raw in raws]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("urn:epc:id:sgln:0614141.12345.0", "https://id.gs1.org/414/0614141123452"),
        ("urn:epc:id:sgln:0614141.12345.0", "https://id.gs1.org/414/0614141123452/254/0"),
        ("urn:epc:id:sgtin:0614141.112345.400", "https://example.com/a/01/10614141123459/10/L/21/400?17=261231"),
        ("urn:epc:id:sgtin:0614141.112345.400.5", "https://id.gs1.org/01/10614141123459/21/400.5"),
        ("urn:epc:id:sgtin:0614141.112345.%2F%25", "https://id.gs1.org/01/10614141123459/21/%2F%25"),
        ("urn:epc:class:lgtin:4012345.012345.998877", "https://id.gs1.org/gtin/4012345123456/lot/998877"),
        ("urn:epc:idpat:sgtin:0614141.112345.*", "https://id.gs1.org/01/10614141123459"),
    ],
)
def test_one_thing_has_one_form_in_hashes(one, other):
    assert canonical_link(one) == canonical_link(other) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        "urn:epc:id:sgtin:0614141.112345.",
        "urn:epc:id:sgtin:0614141.11234.1",
        "urn:epc:id:sgtin:0614141.112345.a b",
        "urn:epc:id:sgtin:0614141.112345.123456789012345678901",
        "urn:epc:id:sgtin:0614141.112345.%41",
        "urn:epc:id:gid:31415.32780.123",
    ],
)
def test_what_names_no_gs1_key_stays_as_it_is(wrong):
    assert canonical_link(wrong) is None
    assert canonical_link(wrong.replace(".112345.", ".112346.")) is None
