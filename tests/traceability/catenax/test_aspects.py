import json
from datetime import UTC, datetime

import pytest

from traceability.catenax.aspects import ASPECTS, Batch, SerialPart, SingleLevelBomAsBuilt, SingleLevelUsageAsBuilt
from traceability.catenax.codec import decode_aspect, encode_aspect
from traceability.catenax.mapping import (
    PartFacts,
    batch,
    bom_as_built,
    derived_id,
    links_of_bom,
    links_of_usage,
    same_id,
    serial_part,
    usage_as_built,
)
from traceability.errors import Malformed
from traceability.genealogy import Link

MADE = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
PART = "https://id.gs1.org/01/09506000134352"
UNIT, OTHER, LOT = f"{PART}/21/A17", f"{PART}/21/A18", f"{PART}/10/L1"
US, THEM = "BPNL00000003AXS3", "BPNL00000003CML1"
FACTS = PartFacts(manufacturer=US, made=MADE, name="Housing", country="CHN", customer_part_number="C-1", vin="V1")
LINKS = [
    Link(parent=UNIT, child=OTHER, certain=True, event_time=MADE, author="a", chain="c", seq=1),
    Link(
        parent=UNIT, child=LOT, certain=False, event_time=MADE, author="a", chain="c", seq=2, quantity="2.5", uom="kg"
    ),
]


def _id(item: str) -> str:
    return derived_id(b"key", item)


def test_an_identity_has_one_id_which_only_the_key_tells():
    assert _id(UNIT) == _id(UNIT) != _id(OTHER)
    assert derived_id(b"other", UNIT) != _id(UNIT)
    assert _id(UNIT).startswith("urn:uuid:")
    assert same_id(_id(UNIT).removeprefix("urn:uuid:").upper()) == _id(UNIT)


def test_a_unit_is_a_serial_part():
    aspect = serial_part(UNIT, FACTS, _id)
    assert decode_aspect(encode_aspect(aspect), SerialPart) == aspect
    assert json.loads(encode_aspect(aspect)) == {
        "catenaXId": _id(UNIT),
        "localIdentifiers": [
            {"key": "manufacturerId", "value": US},
            {"key": "partInstanceId", "value": "A17"},
            {"key": "van", "value": "V1"},
        ],
        "manufacturingInformation": {"date": "2026-11-20T06:03:00.000Z", "country": "CHN"},
        "partTypeInformation": {
            "manufacturerPartId": "09506000134352",
            "nameAtManufacturer": "Housing",
            "customerPartId": "C-1",
        },
    }
    with pytest.raises(Malformed):
        serial_part(LOT, FACTS, _id)


def test_a_lot_is_a_batch():
    aspect = batch(LOT, FACTS, _id)
    assert decode_aspect(encode_aspect(aspect), Batch) == aspect
    assert json.loads(encode_aspect(aspect))["localIdentifiers"][1] == {"key": "batchId", "value": "L1"}
    with pytest.raises(Malformed):
        batch(UNIT, FACTS, _id)


def test_links_go_out_and_come_back_certain_or_potential():
    bom = bom_as_built(UNIT, LINKS, _id, lambda item: THEM if item == LOT else US)
    assert [child.has_alternatives for child in bom.child_items] == [False, True]
    text = json.loads(encode_aspect(bom))
    assert text["childItems"][1] == {
        "catenaXId": _id(LOT),
        "quantity": {"value": 2.5, "unit": "unit:kilogram"},
        "businessPartner": THEM,
        "createdOn": "2026-11-20T06:03:00.000Z",
        "hasAlternatives": True,
    }
    read = links_of_bom(decode_aspect(encode_aspect(bom), SingleLevelBomAsBuilt))
    assert [(link.parent, link.child, link.certain, link.quantity, link.uom) for link in read] == [
        (_id(UNIT), _id(OTHER), True, "1", "1"),
        (_id(UNIT), _id(LOT), False, "2.5", "kg"),
    ]
    usage = usage_as_built(LOT, LINKS, [THEM, THEM], _id, lambda _: US)
    assert usage.customers == (THEM,)
    assert [parent.is_only_potential_parent for parent in usage.parent_items] == [True]
    (link,) = links_of_usage(decode_aspect(encode_aspect(usage), SingleLevelUsageAsBuilt))
    assert (link.parent, link.child, link.certain) == (_id(UNIT), _id(LOT), False)


RIGHT = json.loads(encode_aspect(serial_part(UNIT, FACTS, _id)))
BOM = json.loads(encode_aspect(bom_as_built(UNIT, LINKS, _id, lambda _: US)))
WRONG = {
    "an id in another form": (SerialPart, {**RIGHT, "catenaXId": "4711"}),
    "an unknown key": (SerialPart, {**RIGHT, "localIdentifiers": [{"key": "serial", "value": "1"}]}),
    "a name twice": (SerialPart, {**RIGHT, "localIdentifiers": RIGHT["localIdentifiers"] * 2}),
    "no date": (SerialPart, {**RIGHT, "manufacturingInformation": {}}),
    "a date in another form": (SerialPart, {**RIGHT, "manufacturingInformation": {"date": "20.11.2026"}}),
    "a country in two letters": (
        SerialPart,
        {**RIGHT, "manufacturingInformation": {"date": "2026-11-20", "country": "CN"}},
    ),
    "no name": (SerialPart, {**RIGHT, "partTypeInformation": {"manufacturerPartId": "1"}}),
    "an instance in a batch": (Batch, RIGHT),
    "an unknown unit": (
        SingleLevelBomAsBuilt,
        {**BOM, "childItems": [{**BOM["childItems"][0], "quantity": {"value": 1, "unit": "unit:box"}}]},
    ),
    "another kind of partner": (
        SingleLevelBomAsBuilt,
        {**BOM, "childItems": [{**BOM["childItems"][0], "businessPartner": "BPNS00000003AXS3"}]},
    ),
    "no certainty": (SingleLevelUsageAsBuilt, {"catenaXId": _id(LOT), "customers": [], "parentItems": [{}]}),
    "no object": (SerialPart, []),
}


@pytest.mark.parametrize(("kind", "raw"), WRONG.values(), ids=WRONG)
def test_wrong_aspects_are_refused(kind, raw):
    with pytest.raises(Malformed, match=kind.__name__):
        decode_aspect(json.dumps(raw).encode(), kind)


def test_aspects_are_known_by_their_names():
    assert {kind.__name__ for kind in ASPECTS.values()} == {name.partition("#")[2] for name in ASPECTS}
