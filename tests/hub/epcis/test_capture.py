"""Documents come in as jobs: all or nothing, or what is valid; the same content once, rival contents both."""

import json
from typing import Any

import msgspec
import pytest
from small_epcis import SmallEpcis
from small_events import UNIT, document, some_event

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.entry.master import add_organisation
from hub.store.epcis.captures import RUNNING, put_job
from traceability.epcis.event_links import identity_of

OTHER = "urn:epc:id:sgtin:0614141.011111.988"


def named(number: int, **fields: Any) -> dict[str, Any]:
    return some_event(eventID=f"urn:uuid:{number}", **fields)


def test_a_document_is_captured_as_a_job(epcis: SmallEpcis) -> None:
    answer = epcis.post("/capture", document(named(1), named(2)))
    assert answer.status_code == 202
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    epcis.desk.wait(60.0)
    job = epcis.client.get(answer.headers["Location"]).json()
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    assert (job["eventsRead"], job["eventsCaptured"], job["eventsKnown"]) == (2, 2, 0)
    assert epcis.get("/capture").json() == [job]
    assert epcis.names() == ["urn:uuid:1", "urn:uuid:2"]
    assert not list((epcis.hub.settings.data / "epcis").glob("*.c*e*"))[1:]


def test_one_bad_event_keeps_all_out_or_only_itself(epcis: SmallEpcis) -> None:
    bad = document(named(1), named(2, bizStep="no such step"), named(3, action=None))
    job = epcis.capture(bad)
    assert not job["success"]
    assert [fault["pointer"] for error in job["errors"] for fault in error["errors"]] == [
        "/epcisBody/eventList/1/bizStep",
        "/epcisBody/eventList/2",
    ]
    assert job["errors"][0]["type"] == "epcisException:ValidationException"
    assert (job["eventsCaptured"], job["eventsRefused"]) == (0, 2)
    assert epcis.names() == []
    job = epcis.capture(bad, GS1_Capture_Error_Behaviour="proceed")
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "proceed")
    assert (job["eventsCaptured"], job["eventsRefused"]) == (1, 2)
    assert epcis.names() == ["urn:uuid:1"]


def test_the_same_content_again_changes_nothing(epcis: SmallEpcis) -> None:
    unnamed = document(some_event(), named(1))
    assert epcis.capture(unnamed)["eventsCaptured"] == 2
    again = epcis.capture(unnamed)
    assert (again["success"], again["eventsCaptured"], again["eventsKnown"]) == (True, 0, 2)
    moved = document(named(1, epcList=[identity_of(UNIT)]), some_event())
    assert epcis.capture(moved)["eventsKnown"] == 2
    assert len(epcis.names()) == 2


def test_a_second_content_of_a_name_is_a_conflict_and_stays_beside_the_first(epcis: SmallEpcis) -> None:
    epcis.capture(document(named(1)))
    job = epcis.capture(document(named(1, epcList=[OTHER]), named(2)))
    assert not job["success"]
    assert [(error["status"], error["type"], error["instance"]) for error in job["errors"]] == [
        (409, "epcisException:ResourceAlreadyExistsException", "/epcisBody/eventList/0")
    ]
    both = epcis.get("/events/urn:uuid:1").json()
    events = both["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert sorted(event["epcList"][0] for event in events) == [UNIT, OTHER]
    assert both["zhuoyue:disputed"] == ["urn:uuid:1"]
    assert epcis.names("EQ_eventID=urn:uuid:2") == []  # rolled back
    again = epcis.capture(document(named(1, epcList=[OTHER])))
    assert again["success"]  # both are known by now
    assert len(epcis.names()) == 2


def test_an_error_declaration_stands_beside_its_event(epcis: SmallEpcis) -> None:
    wrong = named(1)
    epcis.capture(document(wrong))
    declared = wrong | {
        "errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z", "correctiveEventIDs": ["urn:uuid:2"]}
    }
    assert epcis.capture(document(declared, named(2)))["success"]
    assert epcis.capture(document(declared))["eventsKnown"] == 1
    events = epcis.events("EQ_eventID=urn:uuid:1")
    assert ["errorDeclaration" in event for event in events] == [False, True]
    assert "zhuoyue:disputed" not in epcis.get("/events/urn:uuid:1").json()
    assert epcis.names("EXISTS_errorDeclaration=") == ["urn:uuid:1"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "type_"),
    [
        (b"", "application/json", 400, "ValidationException"),
        (b"nonsense", "application/json", 400, "ValidationException"),
        (b'{"@context": [', "application/json", 400, "ValidationException"),
        (b"[" * 100_000, "application/json", 413, "CaptureLimitExceededException"),
        (b'{"a":1,"a":2}', "application/json", 400, "ValidationException"),
        (b'{"type":"EPCISDocument"}', "application/json", 400, "ValidationException"),
        (b"{}", "text/csv", 415, "UnsupportedMediaTypeException"),
    ],
)
def test_what_is_no_document_is_refused_at_once(
    epcis: SmallEpcis, content: bytes, kind: str, status: int, type_: str
) -> None:
    answer = epcis.post("/capture", content, Content_Type=kind)
    assert (answer.status_code, answer.json()["type"]) == (status, f"epcisException:{type_}"), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert epcis.get("/capture").json() == []


def test_who_may_not_capture_is_told_so_before_the_body_is_kept(epcis: SmallEpcis) -> None:
    answer = epcis.client.post("/epcis/capture", json=document(named(1)))
    assert (answer.status_code, answer.json()["type"]) == (401, "epcisException:SecurityException")
    assert epcis.post("/capture", document(), GS1_EPCIS_Version="3.0").status_code == 406
    assert epcis.post("/capture", document(), Accept="application/xml").status_code == 406
    assert epcis.post("/capture", document(), GS1_Capture_Error_Behaviour="guess").status_code == 400


def test_one_event_is_captured_at_once(epcis: SmallEpcis) -> None:
    bare = {"@context": document()["@context"], **named(1)}
    answer = epcis.post("/events", bare)
    assert answer.status_code == 201
    assert epcis.client.get(answer.headers["Location"]).json()["eventID"] == "urn:uuid:1"
    assert epcis.post("/events", bare).status_code == 201
    rival = epcis.post("/events", bare | {"epcList": [OTHER]})
    assert (rival.status_code, rival.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
    assert len(epcis.names()) == 2
    faulty = epcis.post("/events", bare | {"eventTime": "yesterday"})
    assert (faulty.status_code, faulty.json()["errors"][0]["pointer"]) == (400, "/eventTime")


def test_a_job_that_a_stop_interrupted_goes_on(epcis: SmallEpcis) -> None:
    desk = epcis.desk
    text = json.dumps(document(*map(named, range(30)))).encode()
    desk.spool("interrupted").document.write_bytes(text)
    job = desk.accept("interrupted", size=len(text), behaviour="rollback", organisation="hub", begin=False)
    with epcis.hub.store.writing() as connection:
        put_job(connection, msgspec.structs.replace(job, state=RUNNING))
    assert epcis.get("/capture/interrupted").json()["running"]
    desk.wait(60.0)
    done = epcis.get("/capture/interrupted").json()
    assert (done["success"], done["eventsCaptured"]) == (True, 30)


def test_a_job_whose_document_is_gone_says_so(epcis: SmallEpcis) -> None:
    desk = epcis.desk
    desk.accept("lost", size=10, behaviour="rollback", organisation="hub")
    desk.wait(60.0)
    job = epcis.get("/capture/lost").json()
    assert (job["running"], job["success"]) == (False, False)
    assert "is not in the hub's data folder" in job["errors"][0]["detail"]


def test_an_organisation_captures_its_own_events_and_sees_no_others(epcis: SmallEpcis) -> None:
    add_organisation(epcis.hub, "tier-1", "Tier 1")
    scopes = {Scope.READ, Scope.CAPTURE}
    token = make_token(epcis.hub, "tier-1", scopes).text
    theirs = {"Authorization": f"Bearer {token}"}
    epcis.capture(document(named(1)))
    epcis.capture(document(named(2)), Authorization=theirs["Authorization"])
    assert epcis.names() == ["urn:uuid:1", "urn:uuid:2"]
    seen = epcis.client.get("/epcis/events", headers=theirs).json()
    events = seen["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert [event["eventID"] for event in events] == ["urn:uuid:2"]
    assert epcis.client.get("/epcis/events/urn:uuid:1", headers=theirs).status_code == 404
    assert len(epcis.client.get("/epcis/capture", headers=theirs).json()) == 1
    reader = make_token(epcis.hub, "tier-1", {Scope.READ}).text
    answer = epcis.post("/capture", document(named(3)), Authorization=f"Bearer {reader}")
    assert (answer.status_code, answer.json()["type"]) == (403, "epcisException:SecurityException")
