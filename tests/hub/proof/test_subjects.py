"""Evidence of lots, declarations and single records, and kinds that are withheld, through the API."""

from datetime import date
from decimal import Decimal

import pytest
from small_chain import housing, machine, small_chain, steel
from small_hub import client_of

from hub.entry.economics import enter_loss
from hub.ledger.log import verifier_key
from hub.parts import Hub
from traceability.evidence import decode_evidence
from traceability.identifier.item import parse_item
from traceability.quality.loss import CostItem
from traceability.record.codec import decode_record
from traceability.verify.check import check_evidence
from traceability.verify.withheld import check_disclosed


@pytest.fixture
def built(hub: Hub) -> Hub:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.build_machine("M1", "H1")
    chain.send()
    return hub


async def fetch(hub: Hub, path: str, **query: object) -> bytes:
    async with client_of(hub) as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.content


def unit_path(item: str) -> str:
    parsed = parse_item(item)
    return f"/api/v1/units/{parsed.gtin}/{parsed.serial}/evidence"


async def test_withheld_kinds_are_hashes_and_claims(built: Hub) -> None:
    whole = await fetch(built, unit_path(machine("M1")))
    data = await fetch(built, unit_path(machine("M1")), withhold=["measurements", "pictures"])
    report = check_evidence(data, verifier_key(built))
    assert report.ok, report.facts
    assert set(report.withheld) == {"measurements", "pictures"}
    assert b"25000" in whole
    assert b"25000" not in data
    shown = check_disclosed(decode_evidence(data), decode_evidence(whole))
    assert len(shown) == sum(report.withheld.values())


async def test_without_links_nothing_below_the_unit_is_told(built: Hub) -> None:
    data = await fetch(built, unit_path(machine("M1")), withhold=["association"])
    assert check_evidence(data, verifier_key(built)).ok
    assert housing("H1").encode() not in data


async def test_a_lot_and_who_took_from_it(built: Hub) -> None:
    lot = parse_item(steel("L1"))
    data = await fetch(built, f"/api/v1/lots/{lot.gtin}/{lot.lot}/evidence")
    report = check_evidence(data, verifier_key(built))
    assert report.ok, report.facts
    parents = {getattr(decode_record(proved.line.encode()), "parent", None) for proved in decode_evidence(data).records}
    assert parents - {None} <= {housing("H1"), housing("H2")}
    assert parents - {None}


async def test_a_declaration(built: Hub) -> None:
    for amount in ("10.50", "99.00"):
        enter_loss(
            built,
            "supplier",
            item=CostItem.SCRAP,
            amount=Decimal(amount),
            currency="CNY",
            accrued_on=date(2026, 3, 1),
            evidence="form 7",
            entered_by="op-1",
        )
    async with client_of(built) as client:
        missing = await client.get("/api/v1/declarations/none/evidence")
    assert missing.status_code == 404
    from sqlalchemy import select

    from hub.store.tables.every import quality_loss

    with built.store.reading() as connection:
        identity = connection.execute(select(quality_loss.c.id).limit(1)).scalar_one()
    data = await fetch(built, f"/api/v1/declarations/{identity}/evidence")
    report = check_evidence(data, verifier_key(built))
    assert report.ok, report.facts
    losses = [p for p in decode_evidence(data).records if '"kind":"quality-loss"' in p.line]
    assert len(losses) == 1


async def test_any_single_record(built: Hub) -> None:
    for log_index, line in ((0, 2), (0, 3), (5, 2), (7, 3)):
        data = await fetch(built, f"/api/v1/records/{log_index}/{line}/evidence")
        assert check_evidence(data, verifier_key(built)).ok
    async with client_of(built) as client:
        for log_index, line in ((0, 1), (0, 99), (999, 2)):
            assert (await client.get(f"/api/v1/records/{log_index}/{line}/evidence")).status_code == 404


async def test_what_carries_two_names_is_proved_under_both(hub: Hub) -> None:
    from hub.entry.trace_entries import enter_alias
    from traceability.record.production import AssociationRecord, Component

    private = "urn:zhuoyue:id:supplier:unit::S-77"
    chain = small_chain(hub)
    chain.make_housing("H1")
    result = chain.oem.result("M1")
    chain.oem.put(
        AssociationRecord,
        id=result,
        parent=machine("M1"),
        operation="OP10",
        components=(Component(item=private, position="p"),),
        action="ADD",
    )
    chain.send()
    enter_alias(hub, private, housing("H1"))
    data = await fetch(hub, unit_path(machine("M1")))
    report = check_evidence(data, verifier_key(hub))
    assert report.ok, report.facts
    assert b"25000" in data, "the housing's measurements, though the machine names it otherwise"


async def test_a_correction_travels_with_what_it_corrects(built: Hub) -> None:
    from traceability.record.correction import CorrectionRecord

    before = check_evidence(await fetch(built, unit_path(machine("M1"))), verifier_key(built))
    with built.store.reading() as connection:
        from sqlalchemy import select

        from hub.store.tables.every import unit_result

        row = connection.execute(select(unit_result).where(unit_result.c.unit == machine("M1"))).mappings().first()
    from hub.entry.seal import enter
    from traceability.record.correction import Target

    target = Target(author=row["author"], chain=row["chain"], seq=row["seq"])
    enter(
        built,
        lambda connection, stamp: [
            CorrectionRecord(id="c1", target=target, reason="wrong unit", on_behalf_of=row["author"], **stamp())
        ],
    )
    after = check_evidence(await fetch(built, unit_path(machine("M1"))), verifier_key(built))
    assert after.ok, after.facts
    assert after.records == before.records + 1
    assert any("was recorded in error: wrong unit" in fact.text for fact in after.facts)
