import pytest
from behind import tampered
from small_chain import MACHINE, housing, line_of, machine, small_chain, steel
from sqlalchemy import Executable, insert, select, update

from hub.entry.master import add_agent
from hub.errors import NotFound
from hub.ledger.log import verifier_key
from hub.parts import Hub
from hub.store.core.value_body import to_body
from hub.store.ledger.batches import log_size
from hub.store.tables.every import batch, link, log_node, picture, unit_result
from hub.store.tables.measured import value_column
from hub.trace.badge import evidence_summary
from hub.trace.evidence import EvidenceLimits, assemble_evidence
from hub.trace.views import EvidenceSummary
from traceability.batch.open import compress, decompress
from traceability.encoding import to_base64
from traceability.errors import LimitExceeded, ProofRefused
from traceability.evidence import Evidence, encode_evidence
from traceability.record.codec import decode_record
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord
from traceability.record.production import (
    CodesRecord,
    HoldRecord,
    HoldScope,
    HoldState,
    InterlockRefusalRecord,
    ReadSymbol,
)
from traceability.signing import Ed25519Signer
from traceability.verify.check import check_evidence
from traceability.verify.subject import item_of_record


def evidence_of(hub: Hub, unit: str, limits: EvidenceLimits | None = None) -> Evidence:
    with hub.store.reading() as connection:
        return assemble_evidence(connection, hub, unit, limits or EvidenceLimits())


def badge_of(hub: Hub, unit: str) -> EvidenceSummary:
    with hub.store.reading() as connection:
        return evidence_summary(connection, hub, unit, "/download")


@pytest.fixture
def built(hub: Hub) -> Hub:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.build_machine("M1", "H1")
    chain.build_machine("M2", "H2")
    chain.send()
    return hub


def test_the_file_holds_the_unit_and_what_is_in_it_and_nothing_else(built: Hub) -> None:
    evidence = evidence_of(built, machine("M1"))
    records = [decode_record(proved.line.encode()) for proved in evidence.records]
    assert {item_of_record(record) for record in records} - {None} == {machine("M1"), housing("H1")}
    assert {record.id for record in records if isinstance(record, AuthorKeyRecord)} == {
        "hub",
        "supplier.line-1",
        "oem.line-1",
    }
    assert sum(isinstance(record, ControlPlanRecord) for record in records) == 2
    assert len(records) == 4 + 4 + 3 + 2  # machine: 2 results, link, picture; housing: 2 results, values, lot


def test_the_offline_check_proves_every_record_with_the_log_key_alone(built: Hub) -> None:
    evidence = evidence_of(built, machine("M1"))
    report = check_evidence(encode_evidence(evidence), verifier_key(built))
    assert report.ok, report.facts
    assert report.records == len(evidence.records)


def test_what_was_read_refused_and_held_belongs_to_the_evidence_too(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1")
    put = chain.oem.put
    symbol = ReadSymbol(symbology="]d2", bytes_base64="AAEC", item=machine("M1"))
    put(CodesRecord, id="r", unit=machine("M1"), operation="OP10", reader="R1", symbols=(symbol,))
    asked = {"operation": "OP20", "work_cell": "c", "code": 8, "reason": "the operation before did not end OK"}
    put(InterlockRefusalRecord, id="n1", unit=machine("M1"), serial="M1", **asked)
    put(InterlockRefusalRecord, id="n2", unit=None, serial="", **asked)
    for name, scope, target in (
        ("u", HoldScope.UNIT, housing("H1")),
        ("l", HoldScope.LOT, steel("L1")),
        ("s", HoldScope.STATION, machine("M1")),  # a station of that name is not the unit
        ("o", HoldScope.LOT, steel("L2")),
    ):
        put(HoldRecord, id=name, scope=scope, target=target, state=HoldState.PLACED, by="q7", reason="crack")
    chain.send()
    evidence = evidence_of(hub, machine("M1"))
    report = check_evidence(encode_evidence(evidence), verifier_key(hub))
    assert report.ok, report.facts
    said = [fact.text.split(";")[0] for fact in report.facts if "stated by oem" in fact.text][-4:]
    assert said == [
        f"{machine('M1')} at OP10: R1 read {machine('M1')}",
        f"{machine('M1')} was not let in at OP20 (c): the operation before did not end OK",
        f"hold u on unit {housing('H1')} placed by q7: crack",
        f"hold l on lot {steel('L1')} placed by q7: crack",
    ]
    assert badge_of(hub, machine("M1")).ok


def test_the_badge_counts_what_was_proved(built: Hub) -> None:
    badge = badge_of(built, machine("M1"))
    assert badge.ok
    assert (badge.records, badge.authors, badge.problems) == (13, 3, ())
    assert badge.checkpoint_time == built.clock()
    with built.store.reading() as connection:
        assert badge.log_size == log_size(connection)


def test_evidence_holds_over_many_batches_and_a_replaced_key(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.supplier.send()
    for number in range(20):  # other batches between, so that paths have several levels
        chain.make_housing(f"X{number}")
        chain.supplier.send()
    chain.oem.send()
    chain.oem.agent.key_name = "another machine"
    add_agent(hub, "oem.line-1", plant="oem", public_key=to_base64(chain.oem.agent.signer.public_key))
    chain.build_machine("M1", "H1")
    chain.oem.send()
    assert badge_of(hub, machine("M1")).ok


def test_a_forged_record_in_the_store_shows_on_the_badge(built: Hub) -> None:
    with built.store.writing() as connection:
        for row in connection.execute(batch.select().where(batch.c.author == "supplier.line-1")).all():
            forged = decompress(bytes(row.body)).replace(b'"value":25000', b'"value":24999')
            connection.execute(update(batch).where(batch.c.id == row.id).values(body=compress(forged)))
    badge = badge_of(built, machine("M1"))
    assert not badge.ok
    assert "records[" in badge.problems[0]


@pytest.mark.parametrize(
    "edit",
    [
        update(unit_result).where(unit_result.c.operation == "OP20").values(verdict="NOT_OK"),
        update(value_column).values(body=to_body(range(2, 40), [0] * 38, [24_999] * 38)),
        update(link).where(link.c.certain).values(position="q"),
        update(picture).values(sha256="sha256:" + "cd" * 32),
    ],
)
def test_a_page_that_shows_an_edited_row_is_not_proved(built: Hub, edit: Executable) -> None:
    tampered(built, edit)
    badge = badge_of(built, machine("M1"))
    assert not badge.ok
    assert "pages show something else" in badge.problems[0]


def test_a_row_for_a_record_that_does_not_exist_is_not_proved(built: Hub) -> None:
    with built.store.reading() as connection:
        row = dict(
            connection.execute(select(unit_result).where(unit_result.c.unit == machine("M1"))).mappings().first()
        )
    tampered(built, insert(unit_result).values(row | {"line": 99}))
    assert not badge_of(built, machine("M1")).ok


def test_a_forged_log_shows_on_the_badge(built: Hub) -> None:
    with built.store.writing() as connection:
        connection.execute(update(log_node).where(log_node.c.level == 0, log_node.c.index == 2).values(hash=b"x" * 32))
    badge = badge_of(built, machine("M1"))
    assert not badge.ok
    assert badge.problems


def test_a_lost_log_node_is_named(built: Hub) -> None:
    with built.store.writing() as connection:
        connection.execute(log_node.delete().where(log_node.c.level == 0, log_node.c.index == 1))
    with pytest.raises(ProofRefused, match=r"lost its node \(0, 1\)"):
        evidence_of(built, machine("M1"))


def test_too_large_a_genealogy_is_refused_and_says_so_on_the_badge(built: Hub) -> None:
    with pytest.raises(LimitExceeded, match="more than one file"):
        evidence_of(built, machine("M1"), EvidenceLimits(items=2))


def test_nobody_sent_anything_about_it(built: Hub) -> None:
    with pytest.raises(NotFound, match="M404"):
        evidence_of(built, machine("M404"))


def test_a_component_taken_out_again_stays_in_the_proof_of_the_link_only(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.build_machine("M1", "H1")
    chain.oem.join("rework", "M1", housing("H1"), action="DELETE")
    chain.oem.join("rework", "M1", housing("H2"))
    chain.send()
    evidence = evidence_of(hub, machine("M1"))
    items = {item_of_record(decode_record(proved.line.encode())) for proved in evidence.records}
    assert items - {None} == {machine("M1"), housing("H2")}
    assert check_evidence(encode_evidence(evidence), verifier_key(hub)).ok


def test_another_hub_key_does_not_verify_it(built: Hub) -> None:
    data = encode_evidence(evidence_of(built, machine("M1")))
    other = verifier_key(built)
    stranger = type(other)(name=other.name, public_key=Ed25519Signer.from_seed(b"s" * 32).public_key)
    assert not check_evidence(data, stranger).ok


def test_a_plan_that_a_result_cites_but_nobody_sent_is_no_obstacle(hub: Hub) -> None:
    line = line_of(hub, "bare.line", "bare", MACHINE, None)
    line.plan = "sha256:" + "0" * 64
    line.result("M1")
    line.send()
    assert badge_of(hub, machine("M1")).ok
