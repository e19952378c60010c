"""Tokens, enrolment, rotation and revocation at a real hub: what is taken once, what is refused, and what stays."""

import datetime as dt

import msgspec
import pytest
from small_hub import START, SmallAgent, admin_of, client_of, projection_of, small_agent

from hub.audit.fsck import fsck
from hub.enrol.keys import enrol, revoke, rotate
from hub.enrol.tokens import TokenOrder, make_token
from hub.entry.master import add_agent
from hub.errors import EntryRefused, KeyRevoked, TokenRefused
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.fleet.enrolment import find_token
from hub.store.ledger.authors import key_in_force
from hub.store.ledger.batches import log_size
from traceability.encoding import to_base64
from traceability.enrolment import (
    ENROLMENTS_PATH,
    KeyRequest,
    Token,
    open_enrolled,
    open_key_request,
    read_token,
    seal_key_request,
    token_signer,
    write_token,
)
from traceability.errors import Malformed, SignatureRefused
from traceability.signing import Ed25519Signer, key_id
from traceability.sync import KEY_REVOKED, Problem

AUTHOR = "plant-a.line-2"
NEW = Ed25519Signer.from_seed(b"n" * 32)
OTHER = Ed25519Signer.from_seed(b"o" * 32)


@pytest.fixture
def plant(hub: Hub) -> SmallAgent:
    """plant-a is known, with one agent that has nothing to do with the tokens here."""
    return small_agent(hub)


def order(**changes: object) -> TokenOrder:
    fields = {"author": AUTHOR, "plant": "plant-a", "line": "line-2", "hub_url": "https://hub.test:8443"}
    return TokenOrder(**(fields | changes))


def token_of(hub: Hub, **changes: object) -> Token:
    return read_token(make_token(hub, order(**changes)).text)


def request(hub: Hub, token: Token, signer: Ed25519Signer = NEW, author: str = AUTHOR) -> bytes:
    return seal_key_request(author, signer, token_signer(token), hub.signer.public_key)


def later(hub: Hub, **span: float) -> Hub:
    return msgspec.structs.replace(hub, clock=lambda: START + dt.timedelta(**span))


def key_now(hub: Hub, author: str = AUTHOR) -> bytes | None:
    with hub.store.reading() as connection:
        key = key_in_force(connection, author, log_size(connection))
    return None if key is None else key.public_key


def test_a_token_enrols_one_key_and_the_answer_can_be_had_again(hub: Hub, plant: SmallAgent) -> None:
    token = token_of(hub)
    first = enrol(hub, request(hub, token))
    answer = open_enrolled(first, hub.signer.public_key)
    assert (answer.author, answer.plant, answer.key) == (AUTHOR, "plant-a", key_id(NEW.public_key))
    assert answer.last is None
    assert key_now(hub) == NEW.public_key
    with hub.store.reading() as connection:
        size = log_size(connection)
    assert enrol(hub, request(hub, token)) == first
    with hub.store.reading() as connection:
        assert log_size(connection) == size
    with pytest.raises(TokenRefused, match="used already, with another key"):
        enrol(hub, request(hub, token, OTHER))
    assert key_now(hub) == NEW.public_key


def test_nothing_that_could_enrol_is_kept_at_the_hub(hub: Hub, plant: SmallAgent) -> None:
    token = token_of(hub)
    hub.store.close()
    stored = b"".join(path.read_bytes() for path in hub.settings.data.glob("hub.db*"))
    for secret in (
        token.seed.encode(),
        to_base64(token_signer(token).public_key).encode(),
        write_token(token).encode(),
    ):
        assert secret not in stored
    with hub.store.reading() as connection:
        assert find_token(connection, token.id) is not None


@pytest.mark.parametrize(
    ("span", "taken"), [({"hours": 23, "minutes": 59}, True), ({"hours": 24}, False), ({"days": 400}, False)]
)
def test_a_token_is_over_when_its_time_is(hub: Hub, plant: SmallAgent, span: dict[str, float], taken: bool) -> None:
    token = token_of(hub)
    if taken:
        enrol(later(hub, **span), request(hub, token))
    else:
        with pytest.raises(TokenRefused, match="over"):
            enrol(later(hub, **span), request(hub, token))
    assert (key_now(hub) is not None) is taken


def test_a_token_is_for_its_author_and_its_hub_alone(hub: Hub, plant: SmallAgent) -> None:
    token = token_of(hub)
    with pytest.raises(TokenRefused, match="is for"):
        enrol(hub, request(hub, token, author="plant-a.line-3"))
    with pytest.raises(SignatureRefused, match="another hub"):
        enrol(hub, seal_key_request(AUTHOR, NEW, token_signer(token), OTHER.public_key))
    with pytest.raises(TokenRefused, match="does not know"):
        enrol(hub, seal_key_request(AUTHOR, NEW, OTHER, hub.signer.public_key))


def test_who_does_not_hold_the_key_cannot_enrol_it(hub: Hub, plant: SmallAgent) -> None:
    """A claim for NEW's public key, signed by OTHER in its place."""

    class Pretender:
        public_key = NEW.public_key

        def sign(self, message: bytes) -> bytes:
            return OTHER.sign(message)

    token = token_of(hub)
    body = seal_key_request(AUTHOR, Pretender(), token_signer(token), hub.signer.public_key)
    with pytest.raises(SignatureRefused, match="does not match"):
        enrol(hub, body)
    sealed = msgspec.json.decode(request(hub, token), type=KeyRequest)
    swapped = msgspec.structs.replace(sealed, allowing_key=to_base64(OTHER.public_key))
    with pytest.raises(SignatureRefused):
        enrol(hub, msgspec.json.encode(swapped))


def test_a_new_token_makes_the_unused_one_before_void(hub: Hub, plant: SmallAgent) -> None:
    first = token_of(hub)
    second = token_of(hub)
    with pytest.raises(TokenRefused, match="does not know"):
        enrol(hub, request(hub, first))
    enrol(hub, request(hub, second))


@pytest.mark.parametrize(
    "changes",
    [
        {"plant": "nowhere"},
        {"author": "hub bad"},
        {"hub_url": "http://hub.test"},
        {"hub_url": ""},
        {"valid": dt.timedelta(seconds=1)},
        {"valid": dt.timedelta(days=31)},
        {"author": "a.line-1"},  # has a key in force
    ],
)
def test_a_token_that_cannot_be_right_is_not_made(hub: Hub, plant: SmallAgent, changes: dict[str, object]) -> None:
    with pytest.raises(EntryRefused):
        make_token(hub, order(**changes))


def test_a_token_says_when_it_was_not_copied_whole(hub: Hub, plant: SmallAgent) -> None:
    text = make_token(hub, order()).text
    assert read_token(f"  {text[:40]}\n{text[40:]} ") == read_token(text)
    for broken in (text[:-1], text[1:], text[:50] + text[51:], text[:60] + "A" + text[61:], "", "zy1..", "x" * 5000):
        if broken != text:
            with pytest.raises(Malformed):
                read_token(broken)


def test_what_a_revoked_key_sealed_before_stays_and_later_is_refused(hub: Hub, plant: SmallAgent) -> None:
    first, second = plant.seal(plant.result("S1")), plant.seal(plant.result("S2"))
    receipt = ingest(hub, first, compressed=False).stored.receipt
    revoked = revoke(hub, "a.line-1", reason="line PC stolen", by="q7")
    assert revoked is not None
    assert ingest(hub, first, compressed=False).stored.receipt == receipt
    with pytest.raises(KeyRevoked, match="line PC stolen"):
        ingest(hub, second, compressed=False)
    assert revoke(hub, "a.line-1", reason="again", by="q7") is None
    before = projection_of(hub)
    assert rebuild(hub)
    assert projection_of(hub) == before
    assert fsck(hub)


def test_a_new_key_after_a_revocation_cites_what_the_hub_holds(hub: Hub, plant: SmallAgent) -> None:
    enrol(hub, request(hub, token_of(hub)))
    agent = SmallAgent(AUTHOR, key_name="x")
    add_agent(hub, AUTHOR, plant="plant-a", public_key=agent.public_key)
    taken = ingest(hub, agent.seal(agent.result("S1")), compressed=False).stored
    revoke(hub, AUTHOR, reason="disk broken", by="q7")
    with pytest.raises(TokenRefused):
        enrol(hub, request(hub, Token(**(msgspec.structs.asdict(token_of(hub)) | {"seed": to_base64(b"z" * 32)}))))
    token = token_of(hub, replaces=True)
    answer = open_enrolled(enrol(hub, request(hub, token, OTHER)), hub.signer.public_key)
    assert answer.last is not None
    assert (answer.last.hash, answer.last.log_index) == (taken.hash, taken.id)
    assert key_now(hub) == OTHER.public_key
    with pytest.raises(SignatureRefused):
        ingest(hub, agent.seal(agent.result("S2")), compressed=False)
    assert fsck(hub)


def test_only_the_key_in_force_can_give_way_to_another(hub: Hub, plant: SmallAgent) -> None:
    enrol(hub, request(hub, token_of(hub)))
    with pytest.raises(SignatureRefused, match="key in force"):
        rotate(hub, seal_key_request(AUTHOR, OTHER, plant.signer, hub.signer.public_key))
    body = seal_key_request(AUTHOR, OTHER, NEW, hub.signer.public_key)
    first = open_enrolled(rotate(hub, body), hub.signer.public_key)
    assert key_now(hub) == OTHER.public_key
    again = open_enrolled(rotate(hub, body), hub.signer.public_key)
    assert again.key == first.key == key_id(OTHER.public_key)
    with pytest.raises(SignatureRefused):  # the old key has no say any more
        rotate(hub, seal_key_request(AUTHOR, plant.signer, NEW, hub.signer.public_key))
    revoke(hub, AUTHOR, reason="stolen", by="q7")
    with pytest.raises(KeyRevoked):
        rotate(hub, seal_key_request(AUTHOR, NEW, OTHER, hub.signer.public_key))


def test_the_ledger_holds_the_proof_of_every_key(hub: Hub, plant: SmallAgent) -> None:
    enrol(hub, request(hub, token_of(hub)))
    rotate(hub, seal_key_request(AUTHOR, OTHER, NEW, hub.signer.public_key))
    proofs = projection_of(hub)["key_proof"]
    assert [row["origin"] for row in proofs] == ["enrolled", "rotated"]
    for row, allowing in zip(proofs, (None, NEW.public_key), strict=True):
        if allowing is not None:
            body = msgspec.json.encode(KeyRequest(allowing_key=to_base64(allowing), envelope=row["proof"]))
            assert open_key_request(body, hub.signer.public_key).public_key == OTHER.public_key


async def test_over_http_only_the_administrator_makes_tokens_and_revokes(hub: Hub, plant: SmallAgent) -> None:
    form = {"author": AUTHOR, "plant": "plant-a", "line": "line-2", "hub_url": "https://hub.test"}
    async with client_of(hub) as client:
        assert (await client.post(f"{ENROLMENTS_PATH}/tokens", json=form)).status_code == 401
        made = await client.post(f"{ENROLMENTS_PATH}/tokens", json=form, headers=admin_of(hub))
        assert made.status_code == 201, made.text
        token = read_token(made.json()["token"])
        answer = await client.post(ENROLMENTS_PATH, content=request(hub, token))
        assert open_enrolled(answer.content, hub.signer.public_key).author == AUTHOR
        refused = await client.post(ENROLMENTS_PATH, content=request(hub, token, OTHER))
        assert refused.status_code == 403
        assert "used already" in refused.json()["detail"]
        address = "/api/v1/agents/a.line-1/revocation"
        reason = {"reason": "stolen", "by": "q7"}
        assert (await client.post(address, json=reason)).status_code == 401
        assert (await client.post(address, json=reason, headers=admin_of(hub))).json()["new"] is True
        batch = await client.post("/api/v1/batches", content=plant.seal(plant.result("S1")))
        problem = msgspec.json.decode(batch.content, type=Problem)
        assert (batch.status_code, problem.type) == (403, KEY_REVOKED)
        assert "enrol again" in problem.advice
