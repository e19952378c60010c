"""Events are found by query, by name and by what they mention; page by page; our own records among them."""

from typing import Any

import pytest
from small_epcis import SmallEpcis
from small_events import EXAMPLE, UNIT, document, some_event
from small_hub import GTIN, SmallAgent

from hub.ingest.ingest import ingest
from traceability.epcis.document import DocumentReader
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.logistics import Endpoint, PackingRecord, ShipmentRecord, ShipmentStep, ShippedItem
from traceability.record.production import AssociationRecord, Component, MeasuredValue, MeasurementsRecord

CHILD, LOT, BOX = unit_uri(GTIN, "C1"), lot_uri(GTIN, "L7"), "https://id.gs1.org/00/340123450000000000"
DOOR = "urn:epc:id:sgln:4012345.00011.0"


def named(number: int, **fields: Any) -> dict[str, Any]:
    return some_event(eventID=f"urn:uuid:{number:03}", **fields)


def at(hour: int) -> str:
    return f"2026-11-22T{hour:02}:00:00Z"


@pytest.fixture
def seven(epcis: SmallEpcis) -> SmallEpcis:
    epcis.capture(
        document(
            *(named(number, eventTime=at(20 - number), bizStep="packing") for number in range(5)),
            named(5, bizStep="https://example.com/steps/own", readPoint={"id": DOOR}, disposition="in_transit"),
            named(6, epcList=["urn:epc:id:sgtin:0614141.011111.7"], **{"example:shift": "late"}),
        )
    )
    return epcis


@pytest.mark.every_store(spread=True)
def test_pages_hold_every_event_once(seven: SmallEpcis) -> None:
    first = seven.get("/events?perPage=2")
    assert first.headers["GS1-Next-Page-Token-Expires"] == "2026-03-02T08:00:00.000Z"
    assert seven.names("perPage=2") == [f"urn:uuid:{number:03}" for number in range(7)]
    seven.capture(document(named(50)))
    on = first.headers["Link"].partition(">")[0].removeprefix("<")
    assert "urn:uuid:050" not in seven.client.get(on).text
    wished = "orderBy=eventTime&orderDirection=ASC&EQ_bizStep=packing&perPage=2"
    assert seven.names(wished) == [f"urn:uuid:{number:03}" for number in (4, 3, 2, 1, 0)]
    assert seven.names("orderBy=eventTime&EQ_bizStep=packing&eventCountLimit=3&perPage=2") == [
        f"urn:uuid:{number:03}" for number in (0, 1, 2)
    ]
    assert seven.get("/events?maxEventCount=5").status_code == 413
    assert len(seven.names("maxEventCount=8")) == 8


def test_a_token_is_good_for_its_own_query_only(seven: SmallEpcis) -> None:
    on = seven.get("/events?perPage=2").headers["Link"].partition(">")[0].removeprefix("</epcis")
    assert seven.get(on).status_code == 200
    for spoilt in (on + "&EQ_bizStep=packing", on[:-3] + "AAA", "/events?nextPageToken=x", "/events?nextPageToken="):
        assert seven.get(spoilt).json()["type"] == "epcisException:QueryParameterException", spoilt
    token = on.rpartition("=")[2]
    assert seven.client.request("DELETE", f"/epcis/nextPageToken/{token}").status_code == 204
    assert seven.client.request("DELETE", "/epcis/nextPageToken/none").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("EQ_bizStep=packing|https://example.com/steps/own", [0, 1, 2, 3, 4, 5]),
        ("MATCH_epc=urn:epc:id:sgtin:0614141.011111.7", [6]),
        ("MATCH_epc=urn:epc:idpat:sgtin:0614141.011111.*&EQ_readPoint=" + DOOR, [5]),
        ("GE_eventTime=2026-11-22T18:00:00Z&LT_eventTime=2026-11-22T20:00:00Z", [1, 2]),
        ("EQ_eventID=urn:uuid:003", [3]),
        ("eventType=AggregationEvent", []),
        ("GE_recordTime=2026-03-01T08:00:00Z&EQ_disposition=in_transit", [5]),
        ("GE_recordTime=2026-03-01T08:00:01Z", []),
        ("LT_recordTime=2026-03-01T08:00:00Z", []),
    ],
)
def test_queries_find_what_they_name(seven: SmallEpcis, query: str, found: list[int]) -> None:
    assert seven.names(query) == [f"urn:uuid:{number:03}" for number in found]


def test_extensions_are_found_by_the_prefixes_of_the_asker(seven: SmallEpcis) -> None:
    found = seven.get("/events?EQ_mine:shift=late", GS1_Extensions=f"mine={EXAMPLE}").json()
    (event,) = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert event["example:shift"] == "late"
    unknown = seven.get("/events?EQ_mine:shift=late")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/EQ_mine:shift")
    assert seven.get("/events?EQ_nonsense=1").json()["type"] == "epcisException:QueryParameterException"


def test_names_lead_to_events(seven: SmallEpcis) -> None:
    assert UNIT in seven.get("/epcs").json()["member"]
    assert seven.get("/readPoints").json()["member"] == [DOOR]
    steps = seven.get("/bizSteps?perPage=100").json()["member"]
    assert {"packing", "shipping", "https://example.com/steps/own"} <= set(steps)
    assert "ObjectEvent" in seven.get("/eventTypes").json()["member"]
    assert seven.get(f"/readPoints/{DOOR}").json()["member"] == ["events"]
    ways = [
        f"/readPoints/{DOOR}/events",
        "/bizSteps/https%3A%2F%2Fexample.com%2Fsteps%2Fown/events",
        "/dispositions/in_transit/events",
        f"/epcs/{UNIT}/events?EQ_disposition=in_transit",
        "/eventTypes/ObjectEvent/events?EQ_disposition=in_transit",
    ]
    for way in ways:
        body = seven.get(way).json()["epcisBody"]["queryResults"]["resultsBody"]
        assert [event["eventID"] for event in body["eventList"]] == ["urn:uuid:005"], way
    assert seven.get("/epcs/urn:epc:id:sgtin:0614141.011111.5").status_code == 404
    assert seven.get("/bizSteps/nonsense/events").status_code == 404
    assert seven.get("/events/urn:uuid:none").json()["type"] == "epcisException:NoSuchResourceException"
    assert seven.get("/nonsense").status_code == 400
    paged, path = [], "/epcs?perPage=1"
    while path:
        answer = seven.get(path)
        paged += answer.json()["member"]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("</epcis")
    assert paged == seven.get("/epcs").json()["member"]


def test_options_tell_what_is_spoken(epcis: SmallEpcis) -> None:
    answer = epcis.client.request("OPTIONS", "/epcis/capture")
    assert answer.status_code == 204
    assert answer.headers["Allow"] == "GET, OPTIONS, POST"
    assert int(answer.headers["GS1-EPCIS-Capture-Limit"]) >= 1_000_000
    assert epcis.client.request("OPTIONS", "/epcis").headers["GS1-CBV-Version"] == "2.0.0"
    assert epcis.client.request("OPTIONS", f"/epcis/epcs/{UNIT}/events").headers["Allow"] == "GET, OPTIONS"


def records(agent: SmallAgent) -> list[Any]:
    ends = {"source": Endpoint(party="plant-a-company", site="plant-a"), "destination": Endpoint(party="oem")}
    value = MeasuredValue(characteristic="bore", value=25_011, decimals=3, uom="mm")
    parts = (Component(item=CHILD, position="left"), Component(item=LOT, quantity="2"))
    unit = unit_uri(GTIN, "U1")
    return [
        agent.result("U1"),
        MeasurementsRecord(id=agent.result("U1").id, unit=unit, operation="OP10", values=(value,), **agent.stamp(1)),
        AssociationRecord(id="a", parent=unit, operation="OP20", components=parts, **agent.stamp(2)),
        PackingRecord(id="p", container=BOX, items=(ShippedItem(item=unit),), **agent.stamp(3)),
        ShipmentRecord(
            id="s",
            step=ShipmentStep.SHIP,
            items=(ShippedItem(item=BOX), ShippedItem(item=unit, inside=BOX)),
            **ends,
            **agent.stamp(4),
        ),
    ]


@pytest.mark.every_store
def test_our_own_records_are_events_with_the_same_names_every_time(epcis: SmallEpcis, agent: SmallAgent) -> None:
    epcis.capture(document(named(1)))
    ingest(epcis.hub, agent.seal(*records(agent)), compressed=False)
    epcis.capture(document(named(2)))
    events = epcis.events("perPage=2")
    assert [event["type"] for event in events] == [
        "ObjectEvent",
        "ObjectEvent",
        "AssociationEvent",
        "TransformationEvent",
        "AggregationEvent",
        "ObjectEvent",
        "AggregationEvent",
        "ObjectEvent",
    ]
    assert events == epcis.events("perPage=1000")
    assert events[1]["sensorElementList"][0]["sensorReport"][0]["value"] == 25.011
    for event in events:
        path = "/events/" + event["eventID"].replace("?", "%3F")
        assert epcis.get(path).json()["eventID"] == event["eventID"]
        assert epcis.names("EQ_eventID=" + event["eventID"].replace("?", "%3F")) == [event["eventID"]]
    assert epcis.get("/events/" + events[1]["eventID"]).status_code == 200  # also with its version as it stands
    assert [e["type"] for e in epcis.events(f"MATCH_anyEPC={CHILD}")] == ["AssociationEvent"]
    assert len(epcis.events("EQ_bizStep=inspecting")) == 1
    assert CHILD in epcis.get("/epcs").json()["member"]
    reader = DocumentReader(epcis.get("/events?perPage=100").content)
    assert not [problem for event in reader.events() for problem in event.problems]
    assert not reader.problems


def test_named_queries_are_kept_and_read(seven: SmallEpcis) -> None:
    form = {"name": "packed", "query": {"EQ_bizStep": ["packing"], "orderBy": "eventTime", "orderDirection": "ASC"}}
    made = seven.post("/queries", form)
    assert (made.status_code, made.headers["Location"]) == (201, "/epcis/queries/packed")
    assert seven.post("/queries", form).json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert seven.get("/queries/packed").json()["query"] == form["query"]
    assert [query["name"] for query in seven.get("/queries").json()] == ["packed"]
    answer = seven.get("/queries/packed/events?perPage=3")
    results = answer.json()["epcisBody"]["queryResults"]
    assert results["queryName"] == "packed"
    assert [event["eventID"][-1] for event in results["resultsBody"]["eventList"]] == ["4", "3", "2"]
    rest = seven.client.get(answer.headers["Link"].partition(">")[0].removeprefix("<")).json()
    assert len(rest["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 2
    bad = seven.post("/queries", {"name": "bad", "query": {"EQ_bizStep": ["no step"]}})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "/EQ_bizStep")
    assert seven.client.request("DELETE", "/epcis/queries/packed").status_code == 401
    assert seven.client.request("DELETE", "/epcis/queries/packed", headers=seven.token).status_code == 204
    assert seven.get("/queries/packed/events").json()["type"] == "epcisException:NoSuchNameException"


@pytest.mark.every_store(spread=True)
def test_a_trace_is_one_document_of_events(epcis: SmallEpcis, agent: SmallAgent) -> None:
    ingest(epcis.hub, agent.seal(*records(agent)), compressed=False)
    made = some_event(
        "TransformationEvent",
        inputQuantityList=[{"epcClass": LOT, "quantity": 1}],
        outputEPCList=[unit_uri(GTIN, "ANOTHER")],
        eventID="urn:uuid:another",
    )
    epcis.capture(document(named(1), named(2, epcList=[CHILD]), made))
    answer = epcis.client.get(f"/api/v1/trace/{GTIN}/U1?format=epcis")
    reader = DocumentReader(answer.content)
    events = [each.event for each in reader.events() if each.event is not None]
    assert not reader.problems
    assert len(events) == reader.count
    assert [event.kind for event in events].count("ObjectEvent") == 3  # result, captured, where the box went
    named_events = {event.event_id for event in events}
    assert "urn:uuid:002" in named_events
    assert not named_events & {"urn:uuid:001", "urn:uuid:another"}
    assert epcis.client.get(f"/api/v1/trace/{GTIN}/U1").json()["nodes"]
