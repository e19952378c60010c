import json

import pytest
from small_events import EXAMPLE, LOT, UNIT, read_one, some_event

from traceability.epcis.capture import captured, recorded
from traceability.epcis.event_links import EventLink, Nature, event_links, identity_of
from traceability.epcis.hash_id import event_hash_id
from traceability.epcis.writing import decode_event

CANONICAL = "https://id.gs1.org/01/00614141111114/21/987"
CANONICAL_LOT = "https://id.gs1.org/01/04012345123456/10/998877"
OTHER = "urn:epc:id:sgtin:0614141.011111.988"
CANONICAL_OTHER = "https://id.gs1.org/01/00614141111114/21/988"
BOX, CANONICAL_BOX = "urn:epc:id:sscc:4012345.0000000333", "https://id.gs1.org/00/040123450000003338"
ASSET = "https://id.gs1.org/8004/4000001111"


def test_an_event_without_a_name_is_named_by_its_hash():
    event = read_one(some_event(**{"example:a": 1}))
    kept = captured(event, {"example": EXAMPLE})
    assert kept.event_id == kept.hash_id == event_hash_id(event)
    assert (kept.given, kept.proven, kept.declares_error) == (False, True, False)
    assert json.loads(kept.text)["example:a"] == 1
    assert decode_event(kept.text.encode()) == kept.event
    assert captured(kept.event).event_id == kept.event_id


def test_a_name_is_kept_and_a_false_hash_is_told():
    assert captured(read_one(some_event(eventID="urn:uuid:1"))).event_id == "urn:uuid:1"
    false = "ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0"
    kept = captured(read_one(some_event(eventID=false)))
    assert (kept.event_id, kept.given, kept.proven) == (false, True, False)


def test_the_same_event_has_the_same_text_whatever_its_order_of_fields():
    raw = some_event(eventID="urn:uuid:1", recordTime="2026-11-22T09:00:00Z")
    one, other = captured(read_one(raw)), captured(read_one(dict(reversed(raw.items()))))
    assert one.text == other.text
    assert "recordTime" not in one.text
    assert recorded(one.event, "2026-11-23T00:00:00Z").record_time == "2026-11-23T00:00:00Z"


def test_an_error_declaration_tells_the_same_event():
    error = {"declarationTime": "2026-11-23T00:00:00Z"}
    event = captured(read_one(some_event(eventID="urn:uuid:1")))
    declared = captured(read_one(some_event(eventID="urn:uuid:1", errorDeclaration=error)))
    assert declared.declares_error
    assert (declared.event_id, declared.hash_id) == (event.event_id, event.hash_id)
    assert declared.text != event.text


LINKS = {
    "assembly": (
        some_event("AssociationEvent", childQuantityList=[{"epcClass": LOT, "quantity": 2.50, "uom": "KGM"}]),
        [
            EventLink(parent=ASSET, child=CANONICAL, nature=Nature.ASSEMBLY),
            EventLink(
                parent=ASSET, child=CANONICAL_LOT, nature=Nature.ASSEMBLY, certain=False, quantity="2.5", uom="KGM"
            ),
        ],
    ),
    "packing": (
        some_event("AggregationEvent", action="DELETE"),
        [EventLink(parent=CANONICAL_BOX, child=CANONICAL, nature=Nature.CONTAINER, action="DELETE")],
    ),
    "emptied": (
        some_event("AggregationEvent", action="DELETE", childEPCs=None),
        [EventLink(parent=CANONICAL_BOX, child=None, nature=Nature.CONTAINER, action="DELETE")],
    ),
    "only seen": (some_event("AggregationEvent", action="OBSERVE"), []),
    "a lot used up": (
        some_event("TransformationEvent"),
        [EventLink(parent=CANONICAL, child=CANONICAL_LOT, nature=Nature.TRANSFORMATION, certain=False, quantity="2")],
    ),
    "one made of one": (
        some_event("TransformationEvent", inputQuantityList=None, inputEPCList=[OTHER]),
        [EventLink(parent=CANONICAL, child=CANONICAL_OTHER, nature=Nature.TRANSFORMATION)],
    ),
    "two made of a lot": (
        some_event("TransformationEvent", outputEPCList=[UNIT, OTHER]),
        [
            EventLink(parent=each, child=CANONICAL_LOT, nature=Nature.TRANSFORMATION, certain=False)
            for each in (CANONICAL, CANONICAL_OTHER)
        ],
    ),
    "no identity": (some_event("AssociationEvent", childEPCs=["urn:other:1"]), []),
    "no link": (some_event(), []),
}


@pytest.mark.parametrize(("raw", "expected"), LINKS.values(), ids=LINKS)
def test_links_that_events_state(raw, expected):
    assert event_links(read_one(raw)) == expected


def test_identities_have_one_form():
    assert identity_of(UNIT) == identity_of("https://example.com/01/00614141111114/21/987?17=271231") == CANONICAL
    assert identity_of("urn:zhuoyue:id:acme:unit:4711:1") == "urn:zhuoyue:id:acme:unit:4711:1"
    assert identity_of("urn:epc:id:sgtin:0614141.011111") is None
