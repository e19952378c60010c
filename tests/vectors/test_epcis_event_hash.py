"""Published examples of the EPCIS event hash; each file names its source."""

import json
from pathlib import Path

import pytest

from traceability.epcis.canonical_link import canonical_link
from traceability.epcis.document import DocumentReader
from traceability.epcis.hash_id import event_hash_id
from traceability.epcis.prehash import prehash_string
from traceability.epcis.writing import decode_event, encode_event

FILES = sorted((Path(__file__).parent / "epcis_event_hash").glob("*.json"))

LINKS = {  # RalphTro/epcis-event-hash-generator, tests of its normalisation of identifiers
    "urn:epc:idpat:sgtin:4012345.012345.*": "01/04012345123456",
    "urn:epc:idpat:grai:4012345.99999.*": "8003/04012345999990",
    "urn:epc:idpat:gdti:4012345.11111.*": "253/4012345111118",
    "urn:epc:idpat:sgcn:4012345.22222.*": "255/4012345222227",
    "urn:epc:idpat:cpi:4012345.AB12.*": "8010/4012345AB12",
    "urn:epc:idpat:itip:4012345.012345.01.02.*": "8006/040123451234560102",
    "urn:epc:idpat:upui:4012345.012345.*": "01/04012345123456",
    "http://example.de/gtin-8/01/97803111": "01/00000097803111",
    "http://us-company-with-UPC.com/01/001122334455": "01/00001122334455",
    "http://us-company-with-UPC.com/01/001122334455/ser/GHB": "01/00001122334455/21/GHB",
    "https://ean-13.de/gtin/4012345123456/ser/ABC524": "01/04012345123456/21/ABC524",
    "https://id.gs1.org/gtin/9780345418913/cpv/344/lot/1223/ser/765tz": "01/09780345418913/21/765tz",
    "https://id.gs1.org/gtin/9780345418913/cpv/344": "01/09780345418913",
    "http://example.de/01/040123451234/cpv/344/lot/ABD": "01/00040123451234/10/ABD",
    "https://id.gs1.org/itip/123456789101100190/cpv/ABCD": "8006/123456789101100190",
    "https://fashion-corp.com/8006/040123451234560102/22/AB/21/443322": "8006/040123451234560102/21/443322",
    "https://fashion-corp.com/8006/040123451234560102/10/Lot-123/21/ser987": "8006/040123451234560102/21/ser987",
    "https://gs1.test.example.org/01/9780345418913/10/1223": "01/09780345418913/10/1223",
    "https://example.org/01/9780345418913/21/765tz?11=221109": "01/09780345418913/21/765tz",
    "https://id.gs1.org/00/340123453111111115": "00/340123453111111115",
    "https://example.co.uk/party/4226350800008": "417/4226350800008",
    "https://id.gs1.org/414/4280000000002/254/12": "414/4280000000002/254/12",
    "https://id.gs1.org/8004/0180451111ABC987": "8004/0180451111ABC987",
    "https://id.gs1.org/8010/0628165987/8011/9876": "8010/0628165987/8011/9876",
    "https://id.gs1.org/255/0811625999996554433": "255/0811625999996554433",
    "http://example.org/123/4012345ABC987/456/4711": None,
    "http://id.gs1.org/99/9780345418913": None,
    "http://id.gs1.org/01/9780345418913/99/utfgf": None,
    "http://example.de/abc/9780345418913": None,
    "http://example.de/01/97803": None,
    "Hello World!": None,
}


def _events(vector):
    reader = DocumentReader(json.dumps(vector["document"]).encode())
    events = [each.event for each in reader.events()]
    assert reader.problems == ()
    assert None not in events
    return events


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_published_prehash_strings_and_hashes(file):
    vector = json.loads(file.read_text(encoding="utf-8"))
    events = _events(vector)
    for version, expected in vector["expected"].get("prehash", {}).items():
        assert [prehash_string(event, version) for event in events] == expected
    for version, expected in vector["expected"].get("hash", {}).items():
        found = [event_hash_id(event, version=version) for event in events]
        assert found == [f"ni:///sha-256;{digest}?ver={version}" for digest in expected]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_published_events_survive_a_round_trip(file):
    for event in _events(json.loads(file.read_text(encoding="utf-8"))):
        assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize(("text", "expected"), LINKS.items())
def test_published_canonical_links(text, expected):
    assert canonical_link(text) == (expected and f"https://id.gs1.org/{expected}")
