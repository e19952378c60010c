import msgspec
import pytest
from small_chain import HOUSING, MACHINE, Chain, housing, machine, small_chain
from small_hub import client_of

from hub.ledger.log import verifier_key
from hub.parts import Hub
from traceability.verify.check import check_evidence

SLASHED = "X/1%2F"


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H1")
    made.make_housing(SLASHED)
    made.build_machine("M1", "H1")
    made.send()
    return made


async def test_a_unit_with_its_measurements_and_its_badge(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        answer = await client.get(f"/api/v1/units/{HOUSING}/H1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["results"][0]["measurements"][0] | {"pointer": None} == {
        "characteristic": "bore",
        "name": "bore diameter",
        "value": "25.000",
        "uom": "mm",
        "status": "Good",
        "state": "within",
        "lsl": "24.980",
        "target": "25.000",
        "usl": "25.020",
        "key": True,
        "raw": None,
        "pointer": None,
    }
    assert told["evidence"]["ok"]
    assert told["evidence"]["url"] == f"/api/v1/units/{HOUSING}/H1/evidence"


async def test_the_download_passes_the_offline_check(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        answer = await client.get(f"/api/v1/units/{MACHINE}/M1/evidence")
    assert answer.headers["content-disposition"] == f'attachment; filename="evidence-{MACHINE}-M1.json"'
    assert check_evidence(answer.content, verifier_key(chain.hub)).ok


@pytest.mark.parametrize("spelling", ["X%2F1%252F", "X/1%252F"])
async def test_a_serial_may_hold_a_slash_and_a_percent_sign(chain: Chain, spelling: str) -> None:
    async with client_of(chain.hub) as client:
        unit = await client.get(f"/api/v1/units/{HOUSING}/{spelling}")
        proof = await client.get(unit.json()["evidence"]["url"])
    assert unit.json()["item"] == housing(SLASHED)
    assert proof.headers["content-disposition"].endswith('-X_1_2F.json"')
    assert msgspec.json.decode(proof.content)["subject"] == housing(SLASHED)


@pytest.mark.every_store(spread=True)
async def test_back_and_forward_and_where_it_was_cut(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        back = (await client.get(f"/api/v1/trace/{MACHINE}/M1")).json()
        forward = (await client.get(f"/api/v1/trace/{HOUSING}/H1?direction=forward")).json()
        cut = (await client.get(f"/api/v1/trace/{MACHINE}/M1?depth=1")).json()
    assert [node["depth"] for node in back["nodes"]] == [-2, -1, 0]
    assert [(node["item"], node["depth"]) for node in forward["nodes"]] == [(housing("H1"), 0), (machine("M1"), 1)]
    assert not back["truncated"]
    assert (len(cut["nodes"]), cut["truncated"]) == (2, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/v1/units/{MACHINE}/M404", 404),
        (f"/api/v1/units/{MACHINE}/M404/evidence", 404),
        (f"/api/v1/trace/{MACHINE}/M404", 404),
        (f"/api/v1/lots/{MACHINE}/L404", 404),
        ("/api/v1/units/123/M1", 400),
        (f"/api/v1/units/{MACHINE}/{'9' * 21}", 400),
        (f"/api/v1/trace/{MACHINE}/M1?direction=sideways", 422),
        (f"/api/v1/trace/{MACHINE}/M1?limit=0", 422),
    ],
)
async def test_what_is_not_there_or_not_valid_is_a_problem(chain: Chain, path: str, status: int) -> None:
    async with client_of(chain.hub) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["advice"]
