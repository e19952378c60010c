import json
from pathlib import Path

import pytest
from epcis_xml import xml_document
from small_events import CONTEXT, EXAMPLE, UNIT, read_one, some_event

from traceability.epcis.document import DocumentReader
from traceability.epcis.hash_id import event_hash_id
from traceability.epcis.reading import open_document
from traceability.epcis.source import Limits
from traceability.epcis.xml_document import XmlDocumentReader
from traceability.errors import LimitExceeded, Malformed
from traceability.event.event import EVENT_TYPES, VendorEvent

VECTORS = sorted((Path(__file__).parents[2] / "vectors" / "epcis_event_hash").glob("*.json"))
HEAD = '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-11-22T08:00:00Z">'


def _read(text: bytes):
    reader = open_document(text)
    assert isinstance(reader, XmlDocumentReader)
    found = list(reader.events())
    problems = [*(problem for each in found for problem in each.problems), *reader.problems]
    return [each.event for each in found], problems


def _around(events: str) -> bytes:
    return f"{HEAD}<EPCISBody><EventList>{events}</EventList></EPCISBody></e:EPCISDocument>".encode()


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_an_event_in_xml_is_the_same_as_its_twin_in_json(kind, version):
    twin = read_one(some_event(kind, bizStep="shipping", eventID="urn:uuid:1", recordTime="2026-11-22T08:00:01Z"))
    assert _read(xml_document(twin, version=version)) == ([twin], [])


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("file", VECTORS, ids=lambda file: file.stem)
def test_published_events_have_the_same_hash_in_xml(file, version):
    document = json.loads(file.read_text(encoding="utf-8"))["document"]
    twins = [each.event for each in DocumentReader(json.dumps(document).encode()).events()]
    events, problems = _read(xml_document(*twins, version=version))
    assert problems == []
    for algorithm in ("CBV2.0", "CBV2.1"):
        assert [event_hash_id(event, version=algorithm) for event in events] == [
            event_hash_id(twin, version=algorithm) for twin in twins
        ]


def test_extensions_keep_their_namespaces_and_lose_schema_types():
    event = xml_document(read_one(some_event())).decode()
    more = (
        f'<p:a xmlns:p="{EXAMPLE}" xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:type="xsd:int"> 10 </p:a>'
        f'<q:b xmlns:q="http://q.example/" unit="kg">3.5</q:b><p:a xmlns:p="{EXAMPLE}">11</p:a>'
    )
    (read,), problems = _read(event.replace("</ObjectEvent>", f"{more}</ObjectEvent>").encode())
    assert problems == []
    expected = {f"{{{EXAMPLE}}}a": ["10", "11"], "{http://q.example/}b": {"unit": "kg", "#text": "3.5"}}
    assert read.extensions == expected


def test_events_of_a_vendor_and_wrapped_events_are_found():
    inner = xml_document(read_one(some_event("TransformationEvent"))).decode()
    inner = inner[inner.index("<TransformationEvent>") : inner.index("</EventList>")]
    own = inner.replace("<Trans", f'<v:Trans xmlns:v="{EXAMPLE}"'.replace(" ", "~")).replace("</Trans", "</v:Trans")
    own = own.replace(f'<v:Trans~xmlns:v="{EXAMPLE}"formationEvent', f'<v:TransformationEvent xmlns:v="{EXAMPLE}"')
    events, problems = _read(_around(f"<extension>{inner}</extension><extension>{own}</extension>"))
    assert problems == []
    assert [type(event).__name__ for event in events] == ["TransformationEvent", "VendorEvent"]
    assert isinstance(events[1], VendorEvent)
    assert events[1].type == f"{{{EXAMPLE}}}TransformationEvent"


def test_problems_are_told_with_the_pointer_of_the_twin():
    event = xml_document(read_one(some_event()), read_one(some_event())).decode()
    _, problems = _read(event.replace("<action>\n  OBSERVE", "<action>\n  CREATE", 1).encode())
    assert [problem.pointer for problem in problems] == ["/epcisBody/eventList/0/action"]
    _, problems = _read(_around("<ObjectEvent><stray>1</stray></ObjectEvent>"))
    assert "/epcisBody/eventList/0/stray" in [problem.pointer for problem in problems]


def test_master_data_and_business_header():
    header = (
        '<EPCISHeader><s:Header xmlns:s="http://s.example/"><s:Sender>x</s:Sender></s:Header><extension>'
        '<EPCISMasterData><VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:EPCClass"><VocabularyElementList>'
        f'<VocabularyElement id="{UNIT}"><attribute id="urn:a:b">one</attribute><children><id>urn:c:d</id></children>'
        "</VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension>"
        "</EPCISHeader>"
    )
    reader = XmlDocumentReader(xml_document(read_one(some_event()), version=1, head=header))
    assert [each.problems for each in reader.events()] == [()]
    element = {"id": UNIT, "attributes": [{"id": "urn:a:b", "attribute": "one"}], "children": ["urn:c:d"]}
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:EPCClass", "vocabularyElementList": [element]}
    assert reader.head.fields["epcisHeader"] == {"epcisMasterData": {"vocabularyList": [vocabulary]}}


def test_answers_to_queries_are_read():
    event = xml_document(read_one(some_event())).decode()
    event = event[event.index("<ObjectEvent>") : event.index("</EventList>")]
    text = (
        '<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:1" schemaVersion="1.2" '
        'creationDate="2026-11-22T08:00:00Z"><EPCISBody><q:QueryResults><queryName>mine</queryName><resultsBody>'
        f"<EventList>{event}</EventList></resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    )
    reader = XmlDocumentReader(text.encode())
    assert len([each.event for each in reader.events() if each.event]) == 1
    assert (reader.problems, reader.head.kind, reader.head.query_name) == ((), "EPCISQueryDocument", "mine")


REFUSED = {
    "a document type": b"<!DOCTYPE a><a/>",
    "an entity": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "a billion laughs": b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    "an outer entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "an outer document type": b'<!DOCTYPE a SYSTEM "http://a.example/a.dtd"><a/>',
    "an unknown entity": b"<a>&b;</a>",
    "crossed tags": b"<a><b></a></b>",
    "nothing": b" <",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_hostile_xml_is_refused(text):
    with pytest.raises(Malformed):
        _read(text)


def test_sizes_and_depth_are_bounded():
    with pytest.raises(LimitExceeded, match="nested deeper"):
        _read(_around("<ObjectEvent>" + "<a>" * 100 + "</a>" * 100 + "</ObjectEvent>"))
    text = xml_document(read_one(some_event(**{"example:a": "x" * 50_000})))
    with pytest.raises(LimitExceeded, match="an element has more than"):
        list(XmlDocumentReader(text, Limits(value=10_000)).events())
    attributes = " ".join(f'a{number}="1"' for number in range(1_000))
    with pytest.raises(LimitExceeded, match="attributes"):
        _read(_around(f"<ObjectEvent {attributes}/>"))


def test_other_roots_are_no_documents():
    for text in (b"<a/>", b'<EPCISDocument xmlns="http://a.example/"/>'):
        assert [problem.pointer for problem in _read(text)[1]] == [""]


def test_json_and_xml_are_told_apart():
    for blank in (b"", b"\n  \t"):
        assert isinstance(open_document(blank + b"<a/>"), XmlDocumentReader)
        assert isinstance(open_document(blank + b"{}"), DocumentReader)
    assert isinstance(open_document("\ufeff<a/>".encode()), XmlDocumentReader)
    assert CONTEXT
