"""Whatever the order of arrival, and however often it is made again, the projection is the same."""

import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from behind import dropped, tables_behind, tampered
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import GTIN, START, SmallAgent, projection_of, small_agent, small_hub
from sqlalchemy import delete, update

from hub.audit.fsck import fsck
from hub.composition import open_hub
from hub.entry.economics import enter_loss
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.tables.every import PROJECTION, batch, log_node, unit_result
from traceability.batch.open import compress
from traceability.errors import ZhuoyueError
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import AlarmKind
from traceability.quality.loss import CostItem
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.base import Record
from traceability.record.codec import encode_record, plan_id
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.identity import AliasRecord, ReidentificationRecord
from traceability.record.logistics import Endpoint, PackingRecord, ShipmentRecord, ShipmentStep, ShippedItem
from traceability.record.master import ControlPlan, ControlPlanRecord, Operation
from traceability.record.production import (
    AssociationRecord,
    ChainStartRecord,
    CodesRecord,
    Component,
    FirstPassClaim,
    HoldRecord,
    HoldScope,
    HoldState,
    InterlockRefusalRecord,
    MeasuredValue,
    MeasurementsRecord,
    Picture,
    PicturesRecord,
    ReadSymbol,
    Recipe,
)
from traceability.record.telemetry import TelemetryRecord, TelemetrySample, TelemetrySeries
from traceability.unit import Verdict

UNIT, PART_A, PART_B = unit_uri(GTIN, "U1"), unit_uri(GTIN, "A1"), unit_uri(GTIN, "B1")
DIGEST = "sha256:" + "0" * 64


def control_plan(plant: str) -> ControlPlan:
    bore = Characteristic(
        id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, usl=Decimal("25.02"), key=True
    )
    return ControlPlan(
        part=part_uri(GTIN),
        plant=plant,
        revision="1",
        name="Housing",
        operations=(Operation(id="OP10", name="Bore"),),
        characteristics=(bore,),
    )


def story(agent: SmallAgent, plant: str) -> list[bytes]:
    """Three batches with a record of every kind an agent seals, rivals for ids of other agents, and nonsense."""
    plan = control_plan(plant)
    start = ChainStartRecord(id=agent.author, reason="first start", **agent.stamp())
    first = agent.seal(start, ControlPlanRecord(id=plan_id(plan), plan=plan, **agent.stamp(1)))
    value = MeasuredValue(characteristic="bore", value=25_011, decimals=3, uom="mm")
    bad = MeasuredValue(characteristic="depth", value=None, decimals=2, uom="mm")
    made_with = {"recipe": Recipe(id="R7", version="2"), "tools": ("T1", "nest:3"), "operator": "op-4"}
    told = {"verdict": Verdict.NOT_OK, "source_time": START, "plan": plan_id(plan), **made_with}
    result = agent.result("U1", id="the-result", **told)
    values = MeasurementsRecord(id="the-result", unit=UNIT, operation="OP10", values=(value, bad), **agent.stamp(1))
    parts = (
        Component(item=PART_A, position="left"),
        Component(item=lot_uri(GTIN, "L7"), quantity="1.5", uom="kg"),
        Component(item=UNIT),  # a unit in itself: a lie, but its author's
    )
    joined = AssociationRecord(id="the-result", parent=UNIT, operation="OP10", components=parts, **agent.stamp(2))
    symbol = ReadSymbol(symbology="]Q3", bytes_base64="AAEC", item=PART_B)
    picture = Picture(sha256=DIGEST, size=12, position="unit", symbols=(symbol,))
    pictures = PicturesRecord(id="the-result", unit=None, operation="OP10", pictures=(picture,), **agent.stamp(3))
    read = CodesRecord(id="the-result", unit=UNIT, operation="OP10", reader="R1", symbols=(symbol,), **agent.stamp(4))
    second = agent.seal(result, values, joined, pictures, read)
    claim = FirstPassClaim(
        id="claim",
        part=part_uri(GTIN),
        operation="OP10",
        through=7,
        submitted=1,
        first_ok=0,
        attempts=1,
        **agent.stamp(),
    )
    stop = {"id": "hold:1", "scope": HoldScope.UNIT, "target": UNIT, "by": "q7"}
    placed = HoldRecord(state=HoldState.PLACED, reason="crack", **stop, **agent.stamp(3))
    released = HoldRecord(state=HoldState.RELEASED, reason="sorted out", **stop, **agent.stamp(4))
    refusal = InterlockRefusalRecord(
        id="refusal", unit=None, serial="", operation="OP20", work_cell="c", code=20, reason="no", **agent.stamp(5)
    )
    late = [encode_record(record) for record in (agent.loss(2), placed, released, refusal, *names_and_goods(agent, 6))]
    late.append(encode_record(_sampled(agent, 2 + len(late))))
    third = agent.seal_lines(encode_record(claim), b'{"kind":"poem"}', *late)
    return [first, second, third]


def _sampled(agent: SmallAgent, ahead: int) -> TelemetryRecord:
    series = TelemetrySeries(point="temperature", samples=(TelemetrySample(after_ms=0, value="25.3"),), uom="Cel")
    return TelemetryRecord(id="telemetry", device="oven-1", every_ms=100, series=(series,), **agent.stamp(ahead))


def names_and_goods(agent: SmallAgent, ahead: int) -> list[Record]:
    """A private number, a new label, a box that was packed and sent, and the claim that this was all wrong."""
    private = f"urn:zhuoyue:id:{agent.author}:unit::77"
    box, ends = "https://id.gs1.org/00/095060001343520000", Endpoint(party="plant-a-company")
    goods = (ShippedItem(item=UNIT, inside=box), ShippedItem(item=box))
    target = Target(author=agent.author, record="hold:1")
    warning = {"rule": "row", "warns_of": AlarmKind.CONSECUTIVE_NOT_OK, "part": part_uri(GTIN), "operation": "OP10",
               "work_cell": "c", "result": "the-result", "signs": ("x",), "statistic": "3", "limit": "3"}  # fmt: skip
    made = (
        (AliasRecord, {"one": private, "other": UNIT}),
        (ReidentificationRecord, {"before": PART_A, "after": PART_B}),
        (PackingRecord, {"container": box, "items": (ShippedItem(item=UNIT),)}),
        (ShipmentRecord, {"step": ShipmentStep.SHIP, "source": ends, "destination": ends, "items": goods}),
        (CorrectionRecord, {"target": target, "reason": "another hold was meant"}),
        (AlarmRecord, warning),
        (AlarmAcknowledgementRecord, {"by": "q7", "cause": "tool worn", "action": "tool changed"}),
    )
    return [kind(id=f"late-{n}", **fields, **agent.stamp(ahead + n)) for n, (kind, fields) in enumerate(made)]


def enter_something(hub: Hub, plant: str) -> None:
    enter_loss(
        hub,
        plant,
        item=CostItem.SCRAP,
        amount=Decimal("10.50"),
        currency="CNY",
        accrued_on=date(2026, 3, 1),
        evidence="form 7",
        entered_by="op-1",
    )


def told(folder: Path, order: list[int]) -> Hub:
    """A hub that hears three agents and the hub's own entries in this order (numbers of the four speakers)."""
    hub = small_hub(folder)
    plants = ["plant-a", "plant-b", "plant-c"]
    speakers: list[list[Callable[[], Any]]] = []
    for plant in plants:
        agent = small_agent(hub, f"agent-of-{plant}", plant)
        speakers.append([lambda b=sealed: ingest(hub, b, compressed=False) for sealed in story(agent, plant)])
    speakers.append([lambda p=plant: enter_something(hub, p) for plant in plants])
    for number in order:
        speakers[number].pop(0)()
    return hub


def without_position(projection: dict[str, list[dict[str, Any]]]) -> dict[str, Counter[bytes]]:
    """Rows without the log position of their batch, which alone the order may change; every hub has its own key."""
    return {
        name: Counter(
            msgspec.json.encode({k: v for k, v in row.items() if k != "batch_id"})
            for row in rows
            if row.get("id") != "hub"
        )
        for name, rows in projection.items()
    }


IN_TURN = [0, 1, 2, 3] * 3


@cache
def told_in_turn() -> dict[str, Counter[bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        hub = told(Path(folder) / "hub", IN_TURN)
        projection = projection_of(hub)
        hub.store.close()
    only_people_enter = {
        "assessment",
        "author_key_revoked",
        "company_prefix",
        "comparison_consent",
        "configuration_version",
        "rollout",
        "rollout_signed",
        "rollout_step",
        "silence_rule",
        "agent_silence",
        "comparison_member",
        "comparison_table",
        "declaration_document",
        "epcis_event",
        "epcis_key",
        "field_failure",
        "field_usage",
        "history_load",
        "history_result",
        "history_undone",
        "hold_order",
        "business_partner",
        "catenax_aspect",
        "emptied",
        "improvement",
        "improvement_change",
        "incoming",
        "incoming_item",
        "incoming_number",
        "key_proof",
        "knowledge",
        "knowledge_share",
        "notification",
        "notification_change",
        "notification_item",
        "output_value",
        "plant_message",
        "quality_loss_detail",
        "quality_statement",
        "requirement",
        "requirement_change",
        "requirement_status",
        "organisation_statement",
        "transformation_part",
        "sharing_policy",
    }
    assert {name for name, rows in projection.items() if not rows} <= only_people_enter
    return without_position(projection)


@given(order=st.permutations(IN_TURN))
@settings(max_examples=12, deadline=None)
def test_the_order_of_arrival_changes_nothing(order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = told(Path(folder) / "hub", order)
        assert without_position(projection_of(hub)) == told_in_turn()
        fsck(hub)
        hub.store.close()


def test_rebuild_makes_every_row_again(tmp_path: Path) -> None:
    hub = told(tmp_path / "hub", [0, 2, 1, 3, 0, 0, 3, 2, 1, 2, 1, 3])
    before = projection_of(hub)
    tampered(hub, *(delete(table) for table in PROJECTION.values() if table.name != "measured"))
    tampered(hub, update(PROJECTION["measured"]).values(plan="x"))
    first = rebuild(hub)
    assert first.batches == 22
    assert projection_of(hub) == before
    assert set(first.replaced) >= {name for name, rows in before.items() if rows}
    assert rebuild(hub) == msgspec.structs.replace(first, replaced=())
    assert projection_of(hub) == before
    hub.store.close()


def test_rival_contents_of_one_id_are_all_kept(tmp_path: Path) -> None:
    hub = told(tmp_path / "hub", IN_TURN)
    rows = projection_of(hub)["unit_result"]
    assert {(row["result_id"], row["plant"]) for row in rows} == {
        ("the-result", "plant-a"),
        ("the-result", "plant-b"),
        ("the-result", "plant-c"),
    }
    hub.store.close()


@pytest.mark.every_store(spread=True)
def test_what_an_earlier_program_could_not_take_comes_with_the_new_one(tmp_path: Path) -> None:
    hub = told(tmp_path / "hub", IN_TURN)
    expected = projection_of(hub)
    newer = ("codes", "hold", "interlock_refusal")
    dropped(hub, *newer)
    hub.store.close()
    again = open_hub(tmp_path / "hub")
    assert not any(projection_of(again)[name] for name in newer)
    rebuild(again)
    assert projection_of(again) == expected
    again.store.close()


def test_holds_and_refusals_of_what_is_no_unit_are_not_taken(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)

    def hold(ahead: int, scope: HoldScope, target: str) -> HoldRecord:
        stamp = agent.stamp(ahead)
        return HoldRecord(id="h", scope=scope, target=target, state=HoldState.PLACED, by="q7", reason="x", **stamp)

    asked = {"id": "r", "serial": "", "operation": "OP10", "work_cell": "c", "code": 3, "reason": "x"}
    ingest(
        hub,
        agent.seal(
            hold(0, HoldScope.UNIT, lot_uri(GTIN, "L7")),
            hold(1, HoldScope.LOT, UNIT),
            hold(2, HoldScope.STATION, UNIT),  # a station may be called anything
            InterlockRefusalRecord(unit=part_uri(GTIN), **asked, **agent.stamp(3)),
            CodesRecord(id="c", unit="S1", operation="OP10", reader="R1", **agent.stamp(4)),
        ),
        compressed=False,
    )
    rows = projection_of(hub)
    assert [row["line"] for row in rows["quarantine"]] == [2, 3, 5, 6]
    assert [(row["target"], row["about"]) for row in rows["hold"]] == [(UNIT, None)]
    hub.store.close()


def test_only_units_give_certain_links(tmp_path: Path) -> None:
    hub = told(tmp_path / "hub", [0, 0])
    links = {(row["child"], row["certain"], row["quantity"]) for row in projection_of(hub)["link"]}
    assert links == {(PART_A, True, None), (lot_uri(GTIN, "L7"), False, "1.5"), (UNIT, True, None)}
    hub.store.close()


def test_a_plan_of_another_plant_is_not_taken(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    small_agent(hub, "b.line-1", "plant-b")
    agent = small_agent(hub)
    foreign, own = control_plan("plant-b"), control_plan("plant-a")
    ingest(
        hub,
        agent.seal(
            ControlPlanRecord(id=plan_id(foreign), plan=foreign, **agent.stamp()),
            ControlPlanRecord(id=plan_id(foreign), plan=own, **agent.stamp(1)),
            ControlPlanRecord(id=plan_id(own), plan=own, **agent.stamp(2)),
        ),
        compressed=False,
    )
    assert [row["line"] for row in projection_of(hub)["quarantine"]] == [2, 3]
    (row,) = projection_of(hub)["control_plan"]
    assert msgspec.convert(row["plan"], ControlPlan) == own
    hub.store.close()


def test_a_store_that_was_tampered_with_does_not_pass_fsck(tmp_path: Path) -> None:
    hub = told(tmp_path / "hub", IN_TURN)
    with hub.store.writing() as connection:
        for each in tables_behind(hub, unit_result):
            connection.execute(delete(each))
    assert fsck(hub).size == 22  # a projection is no evidence
    faults = [
        update(log_node).where(log_node.c.level == 1, log_node.c.index == 3).values(hash=b"0" * 32),
        update(batch).where(batch.c.id == 12).values(first_record=1000),
        update(batch).where(batch.c.id == 11).values(body=compress(b"{}\n{}\n")),
        delete(batch).where(batch.c.id == 10),
    ]
    named = ["nodes of level 1", "log index 12", "log index 11", "log index 10"]
    for fault, name in zip(faults, named, strict=True):
        with hub.store.writing() as connection:
            connection.execute(fault)
        with pytest.raises(ZhuoyueError, match=name):
            fsck(hub)
    hub.store.close()
