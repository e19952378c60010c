"""A picture's file comes to the hub: from whom, which bytes, how far; and what is refused."""

from pathlib import Path

import msgspec
import pytest
from small_hub import SmallAgent, client_of, small_agent
from small_pictures import bring, hash_of, pictures_record, piece_of, png, put_piece

from hub.enrol.keys import revoke
from hub.entry.master import add_agent, add_plant
from hub.picture import folder as folders
from hub.picture.folder import PictureFolder
from hub.picture.room import PictureRates, PictureRoom
from traceability.picture import MOST_PIECE_BYTES, Fate, Held

LARGE = png("large", extra=3 * MOST_PIECE_BYTES)


@pytest.fixture
async def api(hub, agent):
    async with client_of(hub) as client:
        yield client


async def sealed(api, agent: SmallAgent, *contents: bytes, serial: str = "S1") -> str:
    """A result with these pictures is in the ledger; its id."""
    result = agent.result(serial)
    record = pictures_record(agent, serial, *contents)
    answer = await api.post("/api/v1/batches", content=agent.seal(result, record))
    assert answer.status_code == 201, answer.text
    return result.id


def held(answer) -> Held:
    return msgspec.json.decode(answer.content, type=Held)


def files(hub) -> list[Path]:
    return [path for path in PictureFolder(hub.settings.data).path.rglob("*") if path.is_file()]


@pytest.mark.every_store(spread=True)
async def test_a_file_arrives_whole_and_lies_under_its_hash(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    answer = await bring(api, agent, hub, result, LARGE)
    assert (answer.status_code, held(answer)) == (200, Held(fate=Fate.WHOLE, have=len(LARGE)))
    [file] = files(hub)
    assert file.name == hash_of(LARGE).removeprefix("sha256:")
    assert file.read_bytes() == LARGE
    again = await put_piece(api, agent, piece_of(agent, hub, result, LARGE))
    assert held(again).fate is Fate.WHOLE


async def test_what_broke_off_goes_on_where_it_was_and_a_piece_that_does_not_fit_changes_nothing(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    first, second = LARGE[:1000], LARGE[1000:5000]

    def piece(begin: int, body: bytes):
        return piece_of(agent, hub, result, LARGE, begin=begin, length=len(body), content=hash_of(body))

    assert held(await put_piece(api, agent, piece(0, first), first)) == Held(fate=Fate.PART, have=1000)
    assert held(await put_piece(api, agent, piece(0, first), first)).have == 1000, "it came a second time"
    assert held(await put_piece(api, agent, piece(2000, second), second)).have == 1000, "it came too early"
    assert held(await put_piece(api, agent, piece_of(agent, hub, result, LARGE))).have == 1000
    assert held(await put_piece(api, agent, piece(1000, second), second)).have == 5000


async def test_other_bytes_than_those_sealed_are_not_kept(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    other = png("other", extra=len(LARGE))[: len(LARGE)]
    answer = await bring(api, agent, hub, result, other, sha256=hash_of(LARGE), size=len(LARGE))
    assert answer.status_code == 403, answer.text
    assert files(hub) == []
    assert (await bring(api, agent, hub, result, LARGE)).status_code == 200, "the right ones are taken afterwards"


async def test_bytes_that_the_agent_did_not_sign_are_refused(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    piece = piece_of(agent, hub, result, LARGE, length=3, content=hash_of(b"abc"))
    assert (await put_piece(api, agent, piece, b"abd")).status_code == 403
    assert (await put_piece(api, agent, piece, b"abcd")).status_code == 403
    assert (await put_piece(api, agent, piece, b"abc", digest=hash_of(b"x"))).status_code == 400
    thief = SmallAgent(agent.author, key_name="thief")
    assert (await put_piece(api, thief, piece, b"abc")).status_code == 403
    elsewhere = msgspec.structs.replace(piece, hub="ed25519:other")
    assert (await put_piece(api, agent, elsewhere, b"abc")).status_code == 403
    beyond = piece_of(agent, hub, result, LARGE, begin=len(LARGE), length=3, content=hash_of(b"abc"))
    assert (await put_piece(api, agent, beyond, b"abc")).status_code == 400
    for header in ({}, {"Authorization": "Zhuoyue !"}, {"Authorization": "Bearer x"}):
        answer = await api.put(f"/api/v1/pictures/{'a' * 64}", content=b"abc", headers=header)
        assert answer.status_code in (400, 401), header
    assert (await api.put("/api/v1/pictures/..%2f..%2fhub.key", content=b"")).status_code in (400, 404)
    assert files(hub) == []


async def test_nobody_brings_what_his_organisation_has_not_sealed(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    foreign = small_agent(hub, "b.line-1", "plant-b")
    unknown = await bring(api, foreign, hub, "b.line-1:1", LARGE)
    theirs = await bring(api, foreign, hub, result, LARGE)
    assert unknown.status_code == theirs.status_code == 409
    assert unknown.json() == theirs.json(), "whether somebody sealed it is not told"
    assert (await bring(api, agent, hub, "a.line-1:77", LARGE)).status_code == 409
    assert (await bring(api, agent, hub, result, LARGE, size=len(LARGE) - 1)).status_code in (400, 409)
    stranger = SmallAgent("nobody")
    assert (await bring(api, stranger, hub, result, LARGE)).status_code == 403
    assert files(hub) == []


async def test_another_agent_of_the_same_organisation_may_bring_it(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    add_plant(hub, "plant-a2", organisation="plant-a-company", name="second")
    colleague = SmallAgent("a.line-9")
    add_agent(hub, colleague.author, plant="plant-a2", public_key=colleague.public_key)
    assert (await bring(api, colleague, hub, result, LARGE)).status_code == 200


async def test_whoever_seals_the_hash_of_anothers_picture_has_not_its_file(hub, api, agent):
    await bring(api, agent, hub, await sealed(api, agent, LARGE), LARGE)
    thief = small_agent(hub, "b.line-1", "plant-b")
    result = await sealed(api, thief, LARGE, serial="T1")
    answer = await put_piece(api, thief, piece_of(thief, hub, result, LARGE))
    assert held(answer) == Held(fate=Fate.PART, have=0)


async def test_one_file_serves_two_results_of_its_plant(hub, api, agent):
    first, second = await sealed(api, agent, LARGE), await sealed(api, agent, LARGE, serial="S2")
    await bring(api, agent, hub, first, LARGE)
    assert held(await put_piece(api, agent, piece_of(agent, hub, second, LARGE))).fate is Fate.WHOLE
    assert len(files(hub)) == 1


async def test_too_large_ones_and_too_large_pieces_are_refused(hub, api, agent, monkeypatch):
    monkeypatch.setattr("hub.picture.receive.MOST_BYTES", 1000)
    result = await sealed(api, agent, LARGE)
    assert (await bring(api, agent, hub, result, LARGE)).status_code == 413
    body = bytes(MOST_PIECE_BYTES + 1)
    answer = await api.put(f"/api/v1/pictures/{'a' * 64}", content=body, headers={"Authorization": "Zhuoyue x"})
    assert answer.status_code == 413


async def test_a_full_disk_is_said_so_and_nothing_is_half_there(hub, api, agent, monkeypatch):
    result = await sealed(api, agent, LARGE)
    monkeypatch.setattr(folders, "LEAST_FREE", 2**62)
    answer = await bring(api, agent, hub, result, LARGE)
    assert answer.status_code == 507
    assert "Retry-After" in answer.headers
    monkeypatch.undo()
    assert (await bring(api, agent, hub, result, LARGE)).status_code == 200


async def test_one_agent_is_slowed_down_and_too_many_at_once_are_sent_away(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    api._transport.app.state.picture_room = PictureRoom(PictureRates(a_minute=2))
    asked = [await put_piece(api, agent, piece_of(agent, hub, result, LARGE)) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [202, 202, 429]
    other = small_agent(hub, "b.line-1", "plant-b")
    assert (await put_piece(api, other, piece_of(other, hub, result, LARGE))).status_code == 409, "its own minute"
    room = api._transport.app.state.picture_room = PictureRoom(PictureRates(at_once=1))
    with room.request():
        assert (await put_piece(api, agent, piece_of(agent, hub, result, LARGE))).status_code == 503


async def test_a_revoked_agent_brings_nothing(hub, api, agent):
    result = await sealed(api, agent, LARGE)
    revoke(hub, agent.author, reason="lost", by="q7")
    assert (await bring(api, agent, hub, result, LARGE)).status_code == 403


async def test_a_file_that_is_gone_at_the_plant_is_noted_and_one_that_is_here_stays(hub, api, agent):
    here, gone = png("here"), png("gone")
    result = await sealed(api, agent, here, gone)
    await bring(api, agent, hub, result, here)
    for content in (here, gone):
        said = await put_piece(api, agent, piece_of(agent, hub, result, content, gone="deleted by the plant's rule"))
        assert held(said).fate is (Fate.WHOLE if content is here else Fate.GONE)
    assert held(await bring(api, agent, hub, result, gone)).fate is Fate.WHOLE, "it was found again"
