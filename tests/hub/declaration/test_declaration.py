"""A plant declares its Level; whoever gets the file computes every figure again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
import pytest
from small_chain import Chain, small_chain
from small_hub import admin_of, client_of

from hub.declaration.declare import declarations_of, declare, opened_document, signed_document
from hub.entry.economics import enter_assessment, enter_loss, enter_output_value
from hub.errors import NotFound
from hub.pages.site import create_site
from hub.parts import Hub
from hub.proof.subjects import declaration_evidence
from hub.scorecard.assess import assess
from hub.scorecard.plant import plant_grade
from traceability.declaration.document import (
    DECLARATION_TYPE,
    decode_declaration,
    encode_declaration,
    sign_declaration,
)
from traceability.encoding import to_base64
from traceability.errors import Malformed
from traceability.evidence import encode_evidence
from traceability.quality.grade_text import exact_words
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.economics import Answer, ItemState
from traceability.signing import envelope_payload, read_envelope
from traceability.verify.command import main
from traceability.verify.declaration import check_declaration
from traceability.verify.report import Standing


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    for number in range(120):
        made.make_housing(f"H{number}", 25_000 + (number * 7) % 11 - 5)
    made.make_housing("HX", 25_100)
    made.send()
    for item, amount in ((CostItem.SCRAP, "1200.50"), (CostItem.CLAIM, "300")):
        enter_loss(
            hub,
            "supplier",
            item=item,
            amount=Decimal(amount),
            currency="CNY",
            accrued_on=date(2026, 2, 1),
            evidence="voucher",
            entered_by="q1",
        )
    enter_output_value(
        hub, "supplier", year=2025, amount=Decimal(1_000_000), currency="CNY", evidence="report", entered_by="q1"
    )
    for dimension in Dimension:
        answers = [
            Answer(item=item.id, state=ItemState.SATISFIED, evidence="document 7")
            for item in ITEMS.values()
            if item.dimension is dimension and item.level <= 1
        ]
        enter_assessment(hub, "supplier", dimension=dimension, answers=answers, entered_by="q1")
    return made


def declared(hub: Hub) -> tuple[str, bytes]:
    identity, _ = declare(hub, "supplier", declared_by="q1")
    with hub.store.reading() as connection:
        return identity, signed_document(connection, identity)


def test_every_figure_is_computed_again(hub: Hub, chain: Chain) -> None:
    identity, file = declared(hub)
    report = check_declaration(file, signer=hub.signer.public_key)
    assert report.ok, report.facts
    assert any("recomputed from the inputs: L0" in fact.text for fact in report.facts)
    with hub.store.reading() as connection:
        document = opened_document(connection, identity)
        assert document.grade == exact_words(plant_grade(connection, "supplier", hub.clock()))
        (record,) = declarations_of(connection, "supplier")
    assert (record.id, record.level, record.rated) == (identity, document.grade["level"], True)
    assert document.inputs.submitted == 120
    assert document.inputs.families[0].operations["OP10"].submitted == 121


def test_a_changed_figure_or_input_is_noticed(hub: Hub, chain: Chain) -> None:
    _, file = declared(hub)
    document = decode_declaration(envelope_payload(read_envelope(file.rstrip()), DECLARATION_TYPE))
    better = msgspec.structs.replace(document, grade={**document.grade, "level": 4})
    richer = msgspec.structs.replace(
        document, inputs=msgspec.structs.replace(document.inputs, output_value=Decimal(10_000_000))
    )
    for forged in (better, richer):
        report = check_declaration(sign_declaration(forged, hub.signer), signer=hub.signer.public_key)
        assert not report.ok
        assert any("does not follow from the inputs" in fact.text for fact in report.facts)
    assert not check_declaration(file.replace(b"a", b"b", 1), signer=hub.signer.public_key).ok
    assert not check_declaration(file, signer=hub.log_signer.public_key).ok


def test_the_log_says_which_document_was_declared(hub: Hub, chain: Chain) -> None:
    identity, file = declared(hub)
    with hub.store.reading() as connection:
        evidence = encode_evidence(declaration_evidence(connection, hub, identity))
    report = check_declaration(file, signer=hub.signer.public_key, evidence=[evidence])
    assert report.ok, report.facts
    assert any("this very document was sealed" in fact.text for fact in report.facts)
    document = decode_declaration(envelope_payload(read_envelope(file.rstrip()), DECLARATION_TYPE))
    other = sign_declaration(msgspec.structs.replace(document, declared_by="somebody"), hub.signer)
    assert not check_declaration(other, signer=hub.signer.public_key, evidence=[evidence]).ok


def test_a_disclosed_loss_is_compared_with_its_record(hub: Hub, chain: Chain) -> None:
    _, file = declared(hub)
    document = decode_declaration(envelope_payload(read_envelope(file.rstrip()), DECLARATION_TYPE))
    loss = document.inputs.losses[0]
    with hub.store.reading() as connection:
        evidence = encode_evidence(declaration_evidence(connection, hub, loss.record))
    report = check_declaration(file, signer=None, evidence=[evidence])
    assert report.ok, report.facts
    assert any(fact.text.startswith("1 of 2 loss entries") for fact in report.facts)
    assert {fact.standing for fact in report.facts} >= {Standing.ASSUMED, Standing.CLAIMED}


def test_what_needs_more_than_is_installed_is_not_taken_on_trust(hub: Hub, chain: Chain, monkeypatch) -> None:
    _, file = declared(hub)
    document = decode_declaration(envelope_payload(read_envelope(file.rstrip()), DECLARATION_TYPE))
    fitted = msgspec.structs.replace(document, needs_stats=("fitted percentiles of bore",))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    report = check_declaration(sign_declaration(fitted, hub.signer), signer=None)
    assert not report.ok
    assert any(fact.text.startswith("not recomputed") for fact in report.facts)


def test_the_command_checks_a_file(hub: Hub, chain: Chain, tmp_path: Path, capsys) -> None:
    _, file = declared(hub)
    path = tmp_path / "declaration.json"
    path.write_bytes(file)
    key = to_base64(hub.signer.public_key)
    assert main(["declaration", str(path), "--key", key]) == 0
    assert "recomputed from the inputs" in capsys.readouterr().out
    path.write_bytes(b"nonsense")
    assert main(["declaration", str(path), "--key", key, "--json"]) == 1
    assert '"ok":false' in capsys.readouterr().out


async def test_it_is_declared_and_fetched_over_http(hub: Hub, chain: Chain) -> None:
    async with client_of(hub) as client:
        path = "/api/v1/plants/supplier/declarations"
        assert (await client.post(path, json={"declared_by": "q1"})).status_code == 401
        made = await client.post(path, json={"declared_by": "q1"}, headers=admin_of(hub))
        assert made.status_code == 201
        identity = made.json()["id"]
        listed = (await client.get(path)).json()["declarations"]
        assert [one["id"] for one in listed] == [identity]
        file = await client.get(f"/api/v1/declarations/{identity}")
        assert check_declaration(file.content, signer=hub.signer.public_key).ok
        assert (await client.get("/api/v1/declarations/none")).status_code == 404


def test_a_document_is_read_as_it_is_written(hub: Hub, chain: Chain) -> None:
    _, file = declared(hub)
    document = decode_declaration(envelope_payload(read_envelope(file.rstrip()), DECLARATION_TYPE))
    assert decode_declaration(encode_declaration(document)) == document
    for text in (b"{}", b"[", b'{"format":"9"}', b'{"format":"1.0"}'):
        with pytest.raises(Exception, match=r"declaration") as failed:
            decode_declaration(text)
        assert isinstance(failed.value, Malformed) or "format" in str(failed.value)


def test_nobody_declares_for_a_plant_that_is_not_there(hub: Hub) -> None:
    with pytest.raises(Exception, match="there is no plant"):
        declare(hub, "nowhere", declared_by="q1")
    with hub.store.reading() as connection, pytest.raises(NotFound):
        signed_document(connection, "nothing")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_report_says_everything_in_both_languages(hub: Hub, chain: Chain, language: str) -> None:
    identity, _ = declared(hub)
    assess(hub, "supplier", assessed_by="q1")
    transport = httpx.ASGITransport(create_site(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        page = await client.get(f"/declarations/{identity}", headers={"Accept-Language": language})
        plant = await client.get("/plants/supplier", headers={"Accept-Language": language})
        missing = await client.get("/declarations/none")
    assert (page.status_code, plant.status_code, missing.status_code) == (200, 200, 404)
    for text in ("质量管理能力自我声明", "Self-declaration", "报废损失费", "scrap", "120/121"):
        assert text in page.text
    assert f"/declarations/{identity}" in plant.text
