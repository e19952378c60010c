import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from small_events import read, read_one, some_event

from traceability.epcis.from_logistics import shipment_events
from traceability.epcis.from_records import NAMESPACE, PREFIXES, Site, association_events, result_event
from traceability.epcis.from_trace import events_of_records
from traceability.epcis.hash_id import event_hash_id, hash_id_agrees
from traceability.epcis.writing import encode_event, write_document
from traceability.event.event import AggregationEvent, AssociationEvent, ObjectEvent, Quantity, TransformationEvent
from traceability.measurement import Status
from traceability.record.base import Record
from traceability.record.codec import decode_record, encode_record
from traceability.record.epcis import EventRecord
from traceability.record.logistics import Endpoint, PackingRecord, ShipmentRecord, ShipmentStep, ShippedItem
from traceability.record.production import (
    AssociationRecord,
    Component,
    FirstPassClaim,
    MeasuredValue,
    MeasurementsRecord,
    Recipe,
    UnitResultRecord,
)
from traceability.unit import Flag, Verdict
from traceability.uom.rec20 import UNITS

NOW = datetime(2026, 11, 20, 6, 3, 0, 123456, tzinfo=UTC)
PART = "https://id.gs1.org/01/09506000134352"
UNIT, OTHER, LOT = f"{PART}/21/A17", f"{PART}/21/A18", f"{PART}/10/L1"
PRIVATE_LOT = "urn:zhuoyue:id:acme:lot:4711-A:2026"
BOX = "https://id.gs1.org/00/340123453111111115"
SITE = Site(
    offset=timedelta(hours=8),
    location="https://id.gs1.org/414/4012345000054",
    read_point=lambda work_cell: f"urn:zhuoyue:work-cell:{work_cell}",
)
BASE = {"id": "r1", "seq": 1, "event_time": NOW, "salt": "0" * 32}
CBV = "https://ref.gs1.org/cbv/"


def _result(**changes):
    fields = {
        "unit": UNIT,
        "part": PART,
        "operation": "OP10",
        "work_cell": "cell1",
        "verdict": Verdict.OK,
        "attempt": 1,
    }
    return UnitResultRecord(**BASE, **(fields | changes))


MEASURED = MeasurementsRecord(
    **BASE,
    unit=UNIT,
    operation="OP10",
    values=(
        MeasuredValue(characteristic="bore", value=25012, decimals=3, uom="mm"),
        MeasuredValue(characteristic="torque", value=120, decimals=1, uom="N.m", raw="12.04"),
        MeasuredValue(characteristic="gap", value=None, decimals=2, uom="mm", status=Status.BAD),
        MeasuredValue(characteristic="odd", value=3, decimals=0, uom="[hp_C]"),
    ),
)


def test_a_result_is_an_inspection_with_sensor_elements():
    event = result_event(_result(), MEASURED, SITE)
    assert event.epcs == (UNIT,)
    assert (event.biz_step, event.disposition) == (f"{CBV}BizStep-inspecting", f"{CBV}Disp-conformant")
    assert (event.event_time, event.event_time_zone_offset) == ("2026-11-20T06:03:00.123Z", "+08:00")
    assert event.persistent_disposition.set == (f"{CBV}Disp-conformant",)
    bore, torque, gap, odd = event.sensor_elements[0].reports
    assert (bore.type, bore.value, bore.uom) == ("https://ref.gs1.org/voc/Length", Decimal("25.012"), "MMT")
    assert (torque.type, torque.value, torque.uom) == ("https://ref.gs1.org/voc/Torque", Decimal("12.0"), "NU")
    assert (gap.value, gap.uom, gap.exception) == (None, None, "https://ref.gs1.org/voc/ERROR_CONDITION")
    assert (odd.uom, odd.extensions[f"{{{NAMESPACE}}}uom"]) == (None, "[hp_C]")
    assert event.extensions[f"{{{NAMESPACE}}}verdict"] == "OK"
    assert hash_id_agrees(event, event.event_id)


def test_what_it_was_made_with_is_told_in_our_own_words_and_left_out_where_it_was_not_said():
    own = f"{{{NAMESPACE}}}"
    told = result_event(_result(recipe=Recipe(id="R", version="2"), tools=("T1", "nest:3"), operator="o1"), None, SITE)
    fields = {name: told.extensions[own + name] for name in ("recipe", "recipeVersion", "tools", "operator")}
    assert fields == {"recipe": "R", "recipeVersion": "2", "tools": ["T1", "nest:3"], "operator": "o1"}
    assert hash_id_agrees(told, told.event_id)
    silent = result_event(_result(), None, SITE)
    assert not {own + name for name in fields} & silent.extensions.keys()
    assert silent.event_id != told.event_id


DISPOSITIONS = {
    (Verdict.OK, ()): ("conformant", True),
    (Verdict.NOT_OK, ()): ("non_conformant", True),
    (Verdict.NOT_DECIDABLE, ()): ("unknown", False),
    (Verdict.OK, (Flag.SIMULATED,)): ("unknown", False),
}


@pytest.mark.parametrize(("told", "expected"), DISPOSITIONS.items())
def test_only_a_submission_makes_a_unit_conformant_or_not(told, expected):
    event = result_event(_result(verdict=told[0], flags=told[1]), None, SITE)
    assert event.disposition == f"{CBV}Disp-{expected[0]}"
    assert (event.persistent_disposition is not None) is expected[1]


def test_a_unit_without_a_name_is_one_of_its_part():
    event = result_event(_result(unit=None, flags=(Flag.NO_READ,)), None, SITE)
    assert event.epcs is None
    assert event.quantities == (Quantity(epc_class=PART, quantity=Decimal(1)),)


def _association(*components, action="ADD"):
    return AssociationRecord(**BASE, parent=UNIT, operation="OP20", components=components, action=action)


def test_units_are_associated_and_lots_used_up():
    parts = (
        Component(item=OTHER, position="left"),
        Component(item=LOT, quantity="2.5", uom="kg"),
        Component(item=PRIVATE_LOT, quantity="3", uom="[hp_C]"),
    )
    joined, used = association_events(_association(*parts), SITE)
    assert isinstance(joined, AssociationEvent)
    assert (joined.parent, joined.children, joined.action) == (UNIT, (OTHER,), "ADD")
    assert isinstance(used, TransformationEvent)
    assert used.output_epcs == (UNIT,)
    assert used.input_quantities == (
        Quantity(epc_class=LOT, quantity=Decimal("2.5"), uom="KGM"),
        Quantity(epc_class=PRIVATE_LOT),
    )
    (parted,) = association_events(_association(*parts, action="DELETE"), SITE)
    assert isinstance(parted, AssociationEvent)
    assert (parted.children, parted.biz_step) == ((OTHER,), f"{CBV}BizStep-disassembling")
    assert parted.child_quantities[0].epc_class == LOT


def _shipment(step):
    return ShipmentRecord(
        **BASE,
        step=step,
        source=Endpoint(party="supplier 1", site="https://id.gs1.org/414/4012345000054"),
        destination=Endpoint(party="https://id.gs1.org/417/4012345000009"),
        items=(
            ShippedItem(item=BOX),
            ShippedItem(item=UNIT, inside=BOX),
            ShippedItem(item=LOT, inside=BOX, quantity="4"),
        ),
    )


def test_shipments_have_source_and_destination():
    sent, content = shipment_events(_shipment(ShipmentStep.SHIP), SITE)
    assert isinstance(sent, ObjectEvent)
    assert isinstance(content, AggregationEvent)
    assert sent.epcs == (BOX,)
    assert (sent.biz_step, sent.disposition) == (f"{CBV}BizStep-shipping", f"{CBV}Disp-in_transit")
    assert [(each.type, each.id) for each in sent.sources] == [
        (f"{CBV}SDT-owning_party", "urn:zhuoyue:party:supplier%201"),
        (f"{CBV}SDT-location", "https://id.gs1.org/414/4012345000054"),
    ]
    assert [each.id for each in sent.destinations] == ["https://id.gs1.org/417/4012345000009"]
    assert sent.read_point.id == "https://id.gs1.org/414/4012345000054"
    assert (content.parent, content.children) == (BOX, (UNIT,))
    assert content.child_quantities == (Quantity(epc_class=LOT, quantity=Decimal(4)),)
    received, _ = shipment_events(_shipment(ShipmentStep.RECEIVE), SITE)
    assert (received.biz_step, received.read_point) == (f"{CBV}BizStep-receiving", None)


CAPTURED = encode_event(read_one(some_event(eventID="urn:uuid:captured"))).decode()
RECORDS: list[Record] = [
    _result(),
    MEASURED,
    _association(Component(item=OTHER), Component(item=LOT, quantity="1")),
    _association(Component(item=OTHER), action="DELETE"),
    _shipment(ShipmentStep.SHIP),
    _shipment(ShipmentStep.RECEIVE),
    PackingRecord(**BASE, container=BOX, items=(ShippedItem(item=UNIT),)),
    EventRecord(**BASE, event=(CAPTURED,), event_id="urn:uuid:captured", capture="c1", organisation="o1"),
    FirstPassClaim(**BASE, part=PART, operation="OP10", through=1, submitted=1, first_ok=1, attempts=1),
]


def test_a_trace_is_one_valid_document_in_any_order_of_records():
    events = events_of_records([(record, SITE) for record in RECORDS])
    assert len(events) == 10
    text = b"".join(write_document(events, created="2026-11-22T08:00:00Z", prefixes=PREFIXES))
    assert read(text) == (events, [])
    assert json.loads(text)["@context"][1] == PREFIXES
    shuffled = [*RECORDS, *RECORDS]
    random.Random(5).shuffle(shuffled)
    assert events_of_records([(record, SITE) for record in shuffled]) == events
    own = [event for event in events if event.event_id != "urn:uuid:captured"]
    assert all(event.event_id == event_hash_id(event) for event in own)


def test_captured_events_are_records():
    record = RECORDS[-2]
    assert decode_record(encode_record(record)) == record


def test_each_unit_has_a_code_of_recommendation_20():
    assert all(
        unit.code.isalnum() and unit.code.upper() == unit.code and 2 <= len(unit.code) <= 3 for unit in UNITS.values()
    )
    assert len({unit.code for unit in UNITS.values()}) == len(UNITS) - 1  # litre has two spellings


@pytest.mark.parametrize(("hours", "text"), [(8, "+08:00"), (-3.5, "-03:30"), (0, "+00:00"), (5.75, "+05:45")])
def test_offsets_are_told(hours, text):
    assert result_event(_result(), None, Site(offset=timedelta(hours=hours))).event_time_zone_offset == text
