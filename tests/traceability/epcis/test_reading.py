import json
from decimal import Decimal
from io import BytesIO

import pytest
from small_events import CONTEXT, EXAMPLE, LOT, STANDARD, UNIT, document, pointers, read, read_one, some_event

from traceability.epcis.document import DocumentReader
from traceability.epcis.problem import Invalid
from traceability.epcis.writing import decode_event, encode_event, write_document, write_query_document
from traceability.event.event import EVENT_TYPES, ObjectEvent, VendorEvent

AT = "/epcisBody/eventList/0"
REPORT = {"type": "Temperature", "value": 21.5, "uom": "CEL"}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_each_kind_of_event_is_read_and_written_back(kind):
    raw = some_event(kind)
    event = read_one(raw)
    assert type(event) is EVENT_TYPES[kind]
    assert json.loads(encode_event(event)) == {"@context": [STANDARD], **raw}
    assert decode_event(encode_event(event)) == event


WRONG = {
    "no time": (some_event(eventTime=None), ""),
    "no offset": (some_event(eventTimeZoneOffset=None), ""),
    "no action": (some_event(action=None), ""),
    "time without zone": (some_event(eventTime="2026-11-22T16:00:00"), "/eventTime"),
    "no such day": (some_event(eventTime="2026-02-30T16:00:00Z"), "/eventTime"),
    "no time at all": (some_event(eventTime="22-07-2026"), "/eventTime"),
    "a number as time": (some_event(recordTime=7), "/recordTime"),
    "offset too large": (some_event(eventTimeZoneOffset="+14:30"), "/eventTimeZoneOffset"),
    "offset in another form": (some_event(eventTimeZoneOffset="Z"), "/eventTimeZoneOffset"),
    "no such action": (some_event(action="CREATE"), "/action"),
    "unknown field": (some_event(materialType="soil"), "/materialType"),
    "undeclared prefix": (some_event(**{"other:field": 1}), "/other:field"),
    "field of another kind": (some_event(parentID=UNIT), "/parentID"),
    "ilmd without ADD": (some_event(ilmd={"example:a": "b"}), "/ilmd"),
    "ilmd without namespace": (some_event(action="ADD", ilmd={"materialType": "soil"}), "/ilmd/materialType"),
    "no object": (some_event(epcList=None), ""),
    "no object but an empty list": (some_event(epcList=None, quantityList=[]), ""),
    "an epc that is no URI": (some_event(epcList=["4711"]), "/epcList/0"),
    "an epc twice": (some_event(epcList=[UNIT, UNIT]), "/epcList/1"),
    "epcs that are no list": (some_event(epcList=UNIT), "/epcList"),
    "quantity as text": (some_event(quantityList=[{"epcClass": LOT, "quantity": "2"}]), "/quantityList/0/quantity"),
    "quantity without class": (some_event(quantityList=[{"quantity": 2}]), "/quantityList/0"),
    "unknown field of a quantity": (some_event(quantityList=[{"epcClass": LOT, "x": 2}]), "/quantityList/0/x"),
    "unit in another form": (some_event(quantityList=[{"epcClass": LOT, "uom": "kg"}]), "/quantityList/0/uom"),
    "unknown business step": (some_event(bizStep="transforming"), "/bizStep"),
    "unknown business step as URN": (some_event(bizStep="urn:epcglobal:cbv:bizstep:transforming"), "/bizStep"),
    "unknown disposition": (some_event(disposition="in_transport"), "/disposition"),
    "unknown type of source": (some_event(sourceList=[{"type": "place", "source": UNIT}]), "/sourceList/0/type"),
    "source without type": (some_event(sourceList=[{"source": UNIT}]), "/sourceList/0"),
    "destination called source": (
        some_event(destinationList=[{"type": "location", "source": UNIT}]),
        "/destinationList/0/source",
    ),
    "read point without id": (some_event(readPoint={}), "/readPoint"),
    "read point as text": (some_event(readPoint="urn:x:y"), "/readPoint"),
    "certification of a number": (some_event(certificationInfo=42), "/certificationInfo"),
    "certification of nothing": (some_event(certificationInfo=[{}]), "/certificationInfo/0"),
    "sensor element without report": (some_event(sensorElementList=[{}]), "/sensorElementList/0"),
    "empty reports": (some_event(sensorElementList=[{"sensorReport": []}]), "/sensorElementList/0/sensorReport"),
    "report of nothing": (
        some_event(sensorElementList=[{"sensorReport": [{"value": 1}]}]),
        "/sensorElementList/0/sensorReport/0",
    ),
    "unknown measurement": (
        some_event(sensorElementList=[{"sensorReport": [REPORT, {"type": "Warmth"}]}]),
        "/sensorElementList/0/sensorReport/1/type",
    ),
    "truth as text": (
        some_event(sensorElementList=[{"sensorReport": [{**REPORT, "booleanValue": "true"}]}]),
        "/sensorElementList/0/sensorReport/0/booleanValue",
    ),
    "hexadecimal of other letters": (
        some_event(sensorElementList=[{"sensorReport": [{**REPORT, "hexBinaryValue": "xyz"}]}]),
        "/sensorElementList/0/sensorReport/0/hexBinaryValue",
    ),
    "persistent disposition of nothing": (some_event(persistentDisposition={}), "/persistentDisposition"),
    "persistent disposition twice": (
        some_event(persistentDisposition={"set": ["conformant", "conformant"]}),
        "/persistentDisposition/set/1",
    ),
    "error without time": (some_event(errorDeclaration={"reason": "incorrect_data"}), "/errorDeclaration"),
    "unknown reason": (
        some_event(errorDeclaration={"declarationTime": "2026-11-22T08:00:00Z", "reason": "oops"}),
        "/errorDeclaration/reason",
    ),
    "aggregation without parent": (some_event("AggregationEvent", parentID=None), ""),
    "aggregation without children": (some_event("AggregationEvent", childEPCs=[]), ""),
    "association without parent": (some_event("AssociationEvent", action="OBSERVE", parentID=None), ""),
    "transformation without input": (some_event("TransformationEvent", inputQuantityList=None), ""),
    "transformation without output": (some_event("TransformationEvent", outputEPCList=[]), ""),
    "transformation of nothing": (
        some_event("TransformationEvent", inputQuantityList=None, outputEPCList=None, transformationID="urn:x:1"),
        "",
    ),
    "transformation with action": (some_event("TransformationEvent", action="ADD"), "/action"),
    "transaction without transactions": (some_event("TransactionEvent", bizTransactionList=[]), "/bizTransactionList"),
    "no such kind": (some_event("MovementEvent"), "/type"),
    "a kind that is no text": (some_event(type=3), "/type"),
    "no object at all": ("event", ""),
}


@pytest.mark.parametrize(("raw", "pointer"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(raw, pointer):
    events, problems = read(document(raw))
    assert events == [None]
    assert problems[0].pointer == AT + pointer
    assert len({problem.pointer for problem in problems}) == 1 or pointer == "/destinationList/0/source"
    assert problems[0].what


RIGHT = {
    "aggregation that is only seen": some_event("AggregationEvent", action="OBSERVE", parentID=None),
    "disaggregation of all": some_event("AggregationEvent", action="DELETE", childEPCs=None),
    "transformation in parts": some_event("TransformationEvent", outputEPCList=None, transformationID="urn:x:1"),
    "sensor data of a place": some_event(
        epcList=None, readPoint={"id": "urn:x:1"}, sensorElementList=[{"sensorReport": [REPORT]}]
    ),
    "an empty list of objects": some_event(epcList=[]),
    "an alarm without value": some_event(sensorElementList=[{"sensorReport": [{"exception": "ALARM_CONDITION"}]}]),
    "a word of one's own": some_event(bizStep="https://example.com/step", disposition="example:waiting"),
    "certificates": some_event(certificationInfo=["https://a.example/1", "https://a.example/2"]),
    "a certificate in detail": some_event(certificationInfo=[{"example:name": "x"}]),
    "a comment": some_event(**{"rdfs:comment": "as seen"}),
    "a lot without amount": some_event(quantityList=[{"epcClass": LOT}]),
}


@pytest.mark.parametrize("raw", RIGHT.values(), ids=RIGHT)
def test_what_the_standard_allows_is_taken_and_comes_back(raw):
    event = read_one(raw)
    written = json.loads(encode_event(event, {"example": EXAMPLE}))
    written.pop("@context")
    assert written == raw


def test_every_problem_of_a_document_is_told():
    first, second = some_event(bizStep="x", action="y"), some_event(eventTime="z")
    expected = {f"{AT}/action", f"{AT}/bizStep", "/epcisBody/eventList/2/eventTime"}
    assert set(pointers(document(first, some_event(), second))) == expected


SPELLINGS = [
    "shipping",
    "cbv:BizStep-shipping",
    "urn:epcglobal:cbv:bizstep:shipping",
    "https://ref.gs1.org/cbv/BizStep-shipping",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_vocabulary_has_one_form_inside_and_is_bare_outside(spelling):
    event = read_one(some_event(bizStep=spelling))
    assert event.biz_step == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert json.loads(encode_event(event))["bizStep"] == "shipping"


def test_numbers_keep_their_digits():
    numbers = "1.0", "1", "1.50", "0.1", "12345678901234567890.123456789", "-7", "1E+3"
    for number in numbers:
        quantity = f'{{"epcClass": "{LOT}", "quantity": {number}}}'
        text = json.dumps(document(some_event(quantityList=["HERE"]))).replace('"HERE"', quantity)
        (event,), problems = read(text.encode())
        assert problems == []
        assert event.quantities[0].quantity == Decimal(number)
        assert f'"quantity":{number}'.encode() in encode_event(event)


def test_extensions_are_kept_at_every_level():
    deep = {"example:a": [1, 2.50, True, None, "x", {"example:b": {"plain": ["y"]}}]}
    raw = some_event(
        action="ADD",
        readPoint={"id": "urn:x:1", **deep},
        bizLocation={"id": "urn:x:2", **deep},
        ilmd=deep,
        errorDeclaration={"declarationTime": "2026-11-22T08:00:00Z", **deep},
        sensorElementList=[{"sensorMetadata": dict(deep), "sensorReport": [{**REPORT, **deep}], **deep}],
        **deep,
    )
    event = read_one(raw)
    assert isinstance(event, ObjectEvent)
    assert event.extensions[f"{{{EXAMPLE}}}a"][5] == {f"{{{EXAMPLE}}}b": {"plain": ["y"]}}
    written = json.loads(encode_event(event, {"example": EXAMPLE}))
    assert written.pop("@context") == CONTEXT
    assert written == raw


def test_events_of_a_vendor_have_a_type_in_its_namespace():
    raw = {**some_event(), "type": "example:InspectionEvent"}
    event = read_one(raw)
    assert isinstance(event, VendorEvent)
    assert event.type == f"{{{EXAMPLE}}}InspectionEvent"
    assert json.loads(encode_event(event, {"example": EXAMPLE}))["type"] == "example:InspectionEvent"


def test_kinds_and_marks_may_be_spelt_in_full():
    for kind in ("epcis:ObjectEvent", "https://ref.gs1.org/epcis/ObjectEvent"):
        assert read_one({**some_event(), "type": kind}) == read_one(some_event())
    text = "\ufeff" + json.dumps(document(some_event()))
    assert read(text.encode()) == ([read_one(some_event())], [])


def test_context_of_an_event_adds_to_that_of_the_document():
    raw = {**some_event(), "@context": [{"own": "http://own.example/"}], "own:a": "1", "example:b": "2"}
    event = read_one(raw)
    assert event.extensions == {"{http://own.example/}a": "1", f"{{{EXAMPLE}}}b": "2"}
    assert pointers(document(raw, some_event(**{"own:a": "1"}))) == ["/epcisBody/eventList/1/own:a"]


def test_bare_events_bring_their_own_context():
    event = {"@context": CONTEXT, **some_event()}
    for raw, count in ((event, 1), ([event, event], 2)):
        events, problems = read(raw)
        assert problems == []
        assert [type(each) for each in events] == [ObjectEvent] * count
    assert pointers(some_event()) == ["/@context"]
    assert pointers([event, some_event()]) == ["/1/@context"]


HEADS = {
    "no context": ({"@context": None}, ["/@context"]),
    "another's context only": ({"@context": "https://example.com/context.jsonld"}, ["/@context"]),
    "no context but prefixes": ({"@context": {"a": "http://a.example/"}}, ["/@context"]),
    "no version": ({"schemaVersion": None}, [""]),
    "version as number": ({"schemaVersion": 2}, ["/schemaVersion"]),
    "no date": ({"creationDate": None}, [""]),
    "date without zone": ({"creationDate": "2026-11-22T08:00:00"}, ["/creationDate"]),
    "unknown field": ({"remark": "x"}, ["/remark"]),
    "another type": ({"type": "EPCISQueryDocument"}, ["/epcisBody", "/epcisBody/queryResults"]),
    "no body": ({"epcisBody": None}, [""]),
    "body as text": ({"epcisBody": "x"}, ["/epcisBody", "/epcisBody"]),
    "events as object": ({"epcisBody": {"eventList": {}}}, ["/epcisBody/eventList"]),
    "unknown in body": ({"epcisBody": {"eventList": [], "x": 1}}, ["/epcisBody/x"]),
    "master data without type": (
        {"epcisHeader": {"epcisMasterData": {"vocabularyList": [{}]}}},
        ["/epcisHeader/epcisMasterData/vocabularyList/0"],
    ),
}


@pytest.mark.parametrize(("changes", "expected"), HEADS.values(), ids=HEADS)
def test_the_head_of_a_document_is_checked(changes, expected):
    raw = {**document(some_event()), **changes}
    assert pointers({name: value for name, value in raw.items() if value is not None}) == expected


def test_master_data_is_kept():
    element = {"id": UNIT, "attributes": [{"id": "urn:a:b", "attribute": "x"}], "children": ["urn:c:d"]}
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:EPCClass", "vocabularyElementList": [element]}
    header = {"epcisMasterData": {"vocabularyList": [vocabulary]}, "example:more": 1}
    reader = DocumentReader(json.dumps(document(some_event(), epcisHeader=header)).encode())
    list(reader.events())
    assert reader.problems == ()
    assert reader.head.fields["epcisHeader"] == header


def test_context_may_stand_behind_the_events():
    raw = document(some_event(**{"example:a": "1"}))
    turned = dict(reversed(raw.items()))
    assert next(iter(turned)) == "epcisBody"
    events, problems = read(turned)
    assert problems == []
    assert events[0].extensions == {f"{{{EXAMPLE}}}a": "1"}


def test_a_stream_that_cannot_be_read_twice_must_name_its_context_first():
    class OneWay(BytesIO):
        def seekable(self):
            return False

    reader = DocumentReader(OneWay(json.dumps(dict(reversed(document(some_event()).items()))).encode()))
    list(reader.events())
    assert "/@context" in [problem.pointer for problem in reader.problems]


def test_documents_are_written_and_read_again():
    events = [read_one(some_event(kind, **{"example:a": "1"})) for kind in EVENT_TYPES]
    other = read_one(some_event(**{"example:b": "2"}), [STANDARD, {"example": "http://other.example/"}])
    written = b"".join(write_document([*events, other], created="2026-11-22T08:00:00Z", prefixes={"example": EXAMPLE}))
    assert read(written) == ([*events, other], [])
    answer = b"".join(write_query_document(events, created="2026-11-22T08:00:00Z", query_name="q", subscription_id="s"))
    reader = DocumentReader(answer)
    assert [each.event for each in reader.events()] == events
    assert reader.problems == ()
    assert (reader.head.kind, reader.head.query_name, reader.head.subscription_id) == ("EPCISQueryDocument", "q", "s")
    assert read(b"".join(write_document([], created="2026-11-22T08:00:00Z"))) == ([], [])


def test_a_wrong_event_text_is_refused_with_all_its_problems():
    raw = {"@context": CONTEXT, **some_event(bizStep="x", action="y")}
    with pytest.raises(Invalid) as refused:
        decode_event(json.dumps(raw).encode())
    assert len(refused.value.problems) == 2
