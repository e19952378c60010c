import msgspec
import pytest
from small_hub import SmallAgent, admin_of, client_of, projection_of

from hub.parts import Hub
from hub.store.ledger.batches import batch_body, latest_of_author
from traceability import sync
from traceability.batch.open import decompress, open_batch, verify_batch

LOSS = {
    "item": "scrap",
    "amount": "1234.50",
    "currency": "CNY",
    "accrued_on": "2026-02-03",
    "evidence": "scrap report 7",
    "entered_by": "op-7",
}
VALUE = {"year": 2026, "amount": "98000000", "evidence": "annual statement", "entered_by": "op-7"}
PATHS = ["organisations", "plants", "agents", "plants/plant-a/losses", "plants/plant-a/output-values"]


async def send(hub: Hub, path: str, form: object, **changes: object) -> tuple[int, dict]:
    headers = admin_of(hub)
    async with client_of(hub) as client:
        answer = await client.post(f"/api/v1/{path}", json=form | changes if changes else form, headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", [*PATHS, "plants/plant-a/assessments"])
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
async def test_nobody_enters_without_the_token(hub: Hub, agent: SmallAgent, path: str, given: str | None) -> None:
    before = projection_of(hub)
    token = admin_of(hub)["Authorization"].removeprefix("Bearer ")
    headers = {} if given is None else {"Authorization": given.format(token=token)}
    async with client_of(hub) as client:
        answer = await client.post(f"/api/v1/{path}", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "admin.token" in answer.json()["advice"]
    assert projection_of(hub) == before


async def test_a_loss_becomes_a_signed_record_and_a_row(hub: Hub, agent: SmallAgent) -> None:
    status, entered = await send(hub, "plants/plant-a/losses", LOSS)
    assert (status, entered["new"]) == (201, True)
    (row,) = projection_of(hub)["quality_loss"]
    assert (row["plant"], row["item"], row["amount"], row["accrued_on"]) == (
        "plant-a",
        "scrap",
        "1234.50",
        "2026-02-03",
    )
    assert row["batch_id"] == entered["log_index"]
    with hub.store.reading() as connection:
        last = latest_of_author(connection, "hub")
        assert last is not None
        body = batch_body(connection, last.id)
    assert body is not None
    opened = open_batch(decompress(body))
    verify_batch(opened, hub.signer.public_key)
    (line,) = opened.lines
    assert msgspec.json.decode(line)["amount"] == "1234.50"


async def test_output_value_and_assessment(hub: Hub, agent: SmallAgent) -> None:
    assert (await send(hub, "plants/plant-a/output-values", VALUE))[0] == 201
    answers = [{"item": "D1-system-L1", "state": "satisfied", "evidence": "certificate 5"}]
    form = {"dimension": "D1", "answers": answers, "entered_by": "op-7"}
    assert (await send(hub, "plants/plant-a/assessments", form))[0] == 201
    (value,) = projection_of(hub)["output_value"]
    assert (value["year"], value["amount"], value["currency"]) == (2026, "98000000", "CNY")
    (row,) = projection_of(hub)["assessment"]
    assert (row["dimension"], row["answers"]) == ("D1", answers)


@pytest.mark.parametrize(
    ("path", "changes", "named"),
    [
        ("losses", {"amount": "-1"}, "amount"),
        ("losses", {"amount": "NaN"}, "amount"),
        ("losses", {"amount": "1e30"}, "amount"),
        ("losses", {"amount": "0.1234567"}, "amount"),
        ("losses", {"item": "reputation"}, "item"),
        ("losses", {"currency": "yuan"}, "currency"),
        ("losses", {"accrued_on": "2026-02-30"}, "accrued_on"),
        ("losses", {"accured_on": "2026-02-03"}, "accured_on"),
        ("losses", {"evidence": "a\x00b"}, "NUL"),
        ("output-values", {"year": 0}, "year"),
        ("output-values", {"year": 2**60}, "year"),
        ("assessments", {}, "body.dimension"),
    ],
)
async def test_what_is_wrong_is_named(hub: Hub, agent: SmallAgent, path: str, changes: dict, named: str) -> None:
    before = projection_of(hub)
    status, problem = await send(hub, f"plants/plant-a/{path}", VALUE if path == "output-values" else LOSS, **changes)
    assert (status, problem["status"]) == (422, 422)
    assert named in problem["detail"]
    assert problem["advice"]
    assert projection_of(hub) == before


async def test_answers_must_be_to_items_of_that_dimension(hub: Hub, agent: SmallAgent) -> None:
    form = {"dimension": "D1", "answers": [{"item": "no-such", "state": "satisfied"}], "entered_by": "op"}
    status, problem = await send(hub, "plants/plant-a/assessments", form)
    assert status == 422
    assert "no-such" in problem["detail"]


async def test_entries_are_for_plants_that_are_known(hub: Hub) -> None:
    status, problem = await send(hub, "plants/nowhere/losses", LOSS)
    assert status == 422
    assert "nowhere" in problem["detail"]


async def test_master_data_and_an_agent_can_be_entered_over_http(hub: Hub) -> None:
    company = {"id": "oem", "name": "OEM", "name_zh": "主机厂"}
    assert (await send(hub, "organisations", company))[0] == 201
    assert (await send(hub, "organisations", company))[1] == {"new": False, "log_index": None, "hash": None}
    assert (await send(hub, "organisations", company, name="OEM Ltd"))[1]["new"]
    plant = {"id": "oem-1", "organisation": "oem", "name": "Plant 1"}
    assert (await send(hub, "plants", plant))[0] == 201
    agent = SmallAgent("oem.line-1")
    form = {"author": agent.author, "plant": "oem-1", "public_key": agent.public_key}
    assert (await send(hub, "agents", form))[1]["new"]
    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=agent.seal(agent.result("S1")))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("path", "form", "named"),
    [
        ("organisations", {"id": "a/b", "name": "x"}, "a/b"),
        ("organisations", {"id": "a", "name": ""}, "name"),
        ("plants", {"id": "p", "organisation": "none", "name": "x"}, "none"),
        ("plants", {"id": "p", "organisation": "plant-a-company", "name": "x", "time_zone": "Mars/Phobos"}, "Mars"),
        ("plants", {"id": "p", "organisation": "plant-a-company", "name": "x", "time_zone": "../../etc"}, "etc"),
        ("agents", {"author": "hub", "plant": "plant-a", "public_key": "AAAA"}, "hub"),
        ("agents", {"author": "x", "plant": "plant-a", "public_key": "AAAA"}, "3 bytes"),
        ("agents", {"author": "x", "plant": "plant-a", "public_key": "?"}, "base64"),
        ("agents", {"author": "x", "plant": "none", "public_key": "A" * 43 + "="}, "none"),
    ],
)
async def test_master_data_that_is_wrong(hub: Hub, agent: SmallAgent, path: str, form: dict, named: str) -> None:
    before = projection_of(hub)
    status, problem = await send(hub, path, form)
    assert status == 422
    assert named in problem["detail"]
    assert projection_of(hub) == before


async def test_an_author_stays_with_its_plant(hub: Hub, agent: SmallAgent) -> None:
    await send(hub, "plants", {"id": "plant-b", "organisation": "plant-a-company", "name": "B"})
    form = {"author": agent.author, "plant": "plant-b", "public_key": agent.public_key}
    status, problem = await send(hub, "agents", form)
    assert status == 422
    assert "plant-a" in problem["detail"]


async def test_a_form_without_end_is_cut_off(hub: Hub) -> None:
    async with client_of(hub) as client:
        answer = await client.post("/api/v1/plants", content=b"[" + b" " * 2_000_000, headers=admin_of(hub))
    assert (answer.status_code, answer.json()["type"]) == (413, sync.TOO_LARGE)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b'{"id":"\\ud800","name":"x"}', b"\xff"])
async def test_bodies_that_are_no_form(hub: Hub, body: bytes) -> None:
    headers = admin_of(hub) | {"Content-Type": "application/json"}
    async with client_of(hub) as client:
        answer = await client.post("/api/v1/organisations", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == sync.PROBLEM_TYPE
    assert answer.json()["advice"]
