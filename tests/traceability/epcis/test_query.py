import pytest
from small_events import CONTEXT, EXAMPLE, LOT, STANDARD, UNIT, read_one, some_event

from traceability.epcis.context import EMPTY, with_context
from traceability.epcis.matching import matches, order_key
from traceability.epcis.problem import Invalid, Problems
from traceability.epcis.query import EventQuery, context_of_extensions, parse_parameters, parse_query

NAMES = with_context(EMPTY, CONTEXT, "", Problems())
PLACE, PARTY = "urn:epc:id:sgln:4012345.00011.0", "urn:epc:id:pgln:4012345.00000"
REPORT = {
    "type": "Temperature",
    "value": 21.5,
    "uom": "CEL",
    "minValue": 20,
    "percRank": 50,
    "stringValue": "warm",
    "booleanValue": True,
    "time": "2026-11-22T08:00:00Z",
    "example:r": 5,
}
FULL = some_event(
    action="ADD",
    eventID="urn:uuid:1",
    recordTime="2026-11-22T09:00:00Z",
    bizStep="shipping",
    disposition="in_transit",
    persistentDisposition={"set": ["conformant"]},
    readPoint={"id": PLACE, "example:door": "3"},
    bizLocation={"id": "https://id.gs1.org/414/4012345000054"},
    quantityList=[{"epcClass": LOT, "quantity": 200, "uom": "KGM"}],
    bizTransactionList=[{"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}],
    sourceList=[{"type": "owning_party", "source": PARTY}],
    errorDeclaration={
        "declarationTime": "2026-11-23T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:2"],
        "example:e": "x",
    },
    sensorElementList=[
        {
            "sensorMetadata": {
                "startTime": "2026-11-22T07:00:00Z",
                "deviceID": "urn:epc:id:giai:4000001.111",
                "example:m": 1,
            },
            "sensorReport": [REPORT],
            "example:s": "q",
        }
    ],
    ilmd={"example:best": "2027-01-01T00:00:00Z", "example:nest": {"example:deep": 3}},
    **{"example:a": ["x", 7], "example:outer": {"example:inner": "in", "unit": "kg"}},
)
EVENT = read_one(FULL)

HOLDS = [
    {"eventType": ["ObjectEvent", "AggregationEvent"]},
    {"GE_eventTime": "2026-11-22T08:00:00.5Z"},
    {"LT_eventTime": "2026-11-22T08:00:00.6Z"},
    {"GE_recordTime": "2026-11-22T09:00:00Z", "LT_recordTime": "2026-11-22T10:00:00+00:30"},
    {"EQ_action": ["DELETE", "ADD"]},
    {"EQ_bizStep": ["urn:epcglobal:cbv:bizstep:shipping"]},
    {"EQ_disposition": ["cbv:Disp-in_transit"]},
    {"EQ_persistentDisposition_set": ["conformant"]},
    {"EQ_readPoint": ["https://id.gs1.org/414/4012345000115"]},
    {"WD_readPoint": [PLACE]},
    {"EQ_bizLocation": ["urn:epc:id:sgln:4012345.00005.0"]},
    {"EQ_bizTransaction_po": ["https://id.gs1.org/253/4012345111118123"]},
    {"EQ_source_owning_party": [PARTY]},
    {"EQ_source_urn:epcglobal:cbv:sdt:owning_party": [PARTY]},
    {"MATCH_epc": [UNIT]},
    {"MATCH_epc": ["https://example.com/01/00614141111114/21/987?x=1"]},
    {"MATCH_epc": ["urn:epc:idpat:sgtin:0614141.011111.*"]},
    {"MATCH_anyEPC": ["urn:epc:idpat:sgtin:0614141.*.*"]},
    {"MATCH_anyEPC": ["urn:epc:idpat:sgtin:*.*.*"]},
    {"MATCH_epcClass": ["https://id.gs1.org/01/04012345123456/10/998877"]},
    {"MATCH_anyEPCClass": [LOT]},
    {"EQ_quantity": [200.0]},
    {"GT_quantity": 199, "LE_quantity": 200},
    {"GE_quantity_KGM": 200},
    {"EQ_eventID": ["urn:uuid:1"]},
    {"EXISTS_errorDeclaration": None},
    {"GE_errorDeclarationTime": "2026-11-23T00:00:00Z"},
    {"EQ_errorReason": ["incorrect_data"]},
    {"EQ_correctiveEventID": ["urn:uuid:2"]},
    {"EQ_ERROR_DECLARATION_example:e": ["x"]},
    {"EXISTS_sensorElementList": None},
    {"EQ_type": ["gs1:Temperature"]},
    {"GE_startTime": "2026-11-22T07:00:00Z"},
    {"GE_time": "2026-11-22T08:00:00Z"},
    {"EQ_deviceID": ["https://id.gs1.org/8004/4000001111"]},
    {"GE_value_CEL": 21.5},
    {"GE_value_KEL": 294.65, "LE_value_KEL": 294.65},
    {"GT_value_FAH": 70.6, "LT_value_FAH": 70.8},
    {"EQ_quantity_TNE": [0.2]},
    {"EXISTS_sensorElement": None},
    {"EQ_time": ["2026-11-22T08:00:00Z"]},
    {"EQ_value_CEL": [21.5, 30]},
    {"LT_minValue_CEL": 21},
    {"GT_percRank": 49},
    {"EQ_stringValue": ["warm"]},
    {"EQ_booleanValue": True},
    {"EQ_SENSORREPORT_example:r": [5]},
    {"EQ_SENSORELEMENT_example:s": ["q"]},
    {"GE_SENSORMETADATA_example:m": 1},
    {"EQ_example:a": ["x"]},
    {"GT_example:a": 6},
    {"EXISTS_example:a": None},
    {"EQ_INNER_example:inner": ["in"]},
    {"EXISTS_INNER_example:inner": None},
    {"EQ_readPoint_example:door": ["3"]},
    {"LT_ILMD_example:best": "2027-06-01T00:00:00Z"},
    {"EQ_INNER_ILMD_example:deep": [3]},
    {"HASATTR_example:outer": ["unit"]},
    {"EQATTR_example:outer_unit": ["kg"]},
]
FAILS = [
    {"eventType": ["AggregationEvent"]},
    {"GE_eventTime": "2026-11-22T08:00:00.500001Z"},
    {"LT_eventTime": "2026-11-22T08:00:00.5Z"},
    {"EQ_action": ["DELETE"]},
    {"EQ_bizStep": ["receiving"]},
    {"EQ_persistentDisposition_unset": ["conformant"]},
    {"EQ_bizTransaction_inv": ["https://id.gs1.org/253/4012345111118123"]},
    {"EQ_destination_owning_party": [PARTY]},
    {"MATCH_parentID": [UNIT]},
    {"MATCH_epc": ["urn:epc:idpat:sgtin:0614142.*.*"]},
    {"MATCH_epc": ["urn:epc:idpat:sscc:*.*"]},
    {"MATCH_epcClass": [UNIT]},
    {"GT_quantity_MTR": 1},
    {"GT_value_KEL": 294.65},
    {"GE_value_BAR": 0},
    {"EQ_transformationID": ["urn:x:1"]},
    {"EXISTS_INNER_example:a": None},
    {"EXISTS_example:inner": None},
    {"EQ_ILMD_example:deep": [3]},
    {"GT_example:a": 7},
    {"EQ_bizStep": ["shipping"], "EQ_action": ["OBSERVE"]},
]


@pytest.mark.parametrize("body", HOLDS, ids=" ".join)
def test_predicates_that_hold(body):
    assert matches(EVENT, parse_query(body, NAMES))


@pytest.mark.parametrize("body", FAILS, ids=" ".join)
def test_predicates_that_do_not_hold(body):
    assert not matches(EVENT, parse_query(body, NAMES))


def _as_text(body):
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            yield name, "" if each is None else {True: "true"}.get(each, str(each)) if each is True else str(each)


@pytest.mark.parametrize("body", HOLDS + FAILS, ids=" ".join)
def test_parameters_of_an_address_mean_the_same_as_a_body(body):
    query = parse_parameters(_as_text(body), NAMES)
    assert matches(EVENT, query) is (body in HOLDS)
    assert [each.field for each in query.predicates] == [each.field for each in parse_query(body, NAMES).predicates]


def test_values_joined_by_bars_are_alternatives():
    assert matches(EVENT, parse_parameters([("EQ_action", "DELETE|ADD")]))


def test_an_event_without_anything_answers_every_predicate():
    lots = [{"epcClass": "urn:x:1"}]
    bare = read_one(
        some_event("TransformationEvent", inputQuantityList=lots, outputEPCList=None, outputQuantityList=lots)
    )
    for body in HOLDS[4:]:
        assert matches(bare, parse_query(body, NAMES)) is False


def test_places_within_others_are_asked_of_the_caller():
    query = parse_query({"WD_readPoint": ["urn:x:plant"]})
    assert matches(EVENT, query, lambda place, whole: (place, whole) == (CANONICAL, "urn:x:plant"))
    assert not matches(EVENT, query)


CANONICAL = "https://id.gs1.org/414/4012345000115"

WRONG = {
    "EQ_foo": ["x"],
    "EQ_bizStep": ["nonsense"],
    "GE_eventTime": "yesterday",
    "LE_eventTime": "2026-11-22T08:00:00Z",
    "EQ_action": ["CREATE"],
    "eventType": ["MovementEvent"],
    "MATCH_epc": ["4711"],
    "GT_quantity": "many",
    "EQ_example": ["x"],
    "EQ_unknown:a": ["x"],
    "EQ_bizTransaction_nonsense": ["urn:x:1"],
    "eventCountLimit": 0,
    "maxEventCount": "x",
    "orderBy": "colour",
    "orderDirection": "UP",
    "MATCH_example:a": ["x"],
    "EQ_readPoint": [],
    "": ["x"],
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_parameters_are_told_by_name(name):
    with pytest.raises(Invalid) as refused:
        parse_query({name: WRONG[name]}, NAMES)
    assert {problem.pointer for problem in refused.value.problems} == {f"/{name}"}


def test_limits_and_order():
    query = parse_query({"orderBy": "recordTime", "orderDirection": "ASC", "eventCountLimit": 5})
    assert query == EventQuery(order_by="recordTime", descending=False, event_count_limit=5)
    assert parse_parameters([("maxEventCount", "7")]).max_event_count == 7
    with pytest.raises(Invalid, match="only one of them"):
        parse_query({"eventCountLimit": 5, "maxEventCount": 5})
    other = read_one(some_event(eventTime="2026-11-22T08:00:00Z"))
    assert min([EVENT, other], key=lambda event: order_key(event, EventQuery())) is other
    by_field = parse_query({"orderBy": "example:a"}, NAMES)
    assert by_field.order_by == f"{{{EXAMPLE}}}a"
    assert order_key(other, by_field)[0] is False


def test_the_extensions_header_declares_prefixes():
    names = context_of_extensions(f"example={EXAMPLE}, other=http://other.example/")
    assert matches(EVENT, parse_parameters([("EQ_example:a", "x")], names))
    with pytest.raises(Invalid):
        context_of_extensions("cbv=http://evil.example/")
    body = {"@context": [STANDARD, {"example": EXAMPLE}], "EXISTS_example:a": None}
    assert matches(EVENT, parse_query(body))
