"""A picture is given to exactly those who see its record, as a picture and never as a program."""

from datetime import timedelta

import pytest
from small_hub import START, SmallAgent, admin_of, client_of, small_agent
from small_pictures import bring, hash_of, pictures_record, piece_of, png, put_piece

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.backup.keys import GivenKeys
from hub.backup.make import make_backup
from hub.backup.restore import restore_backup
from hub.cli import main
from hub.composition import open_hub
from hub.picture.folder import PictureFolder
from hub.picture.keeping import remove_pictures
from hub.projection.rebuild import rebuild
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from hub.store.production.pictures import note_policy
from traceability.picture import SendPolicy
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

PICTURE = png("a scratched bore", width=40, height=30)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
POLYGLOT = png("<script>alert(1)</script>") + HTML
BOMB = png("small file, large picture")[:16] + (60_000).to_bytes(4, "big") * 2 + png("small file, large picture")[24:]


@pytest.fixture
async def api(hub, agent):
    async with client_of(hub) as client:
        yield client
        client._transport.app.state.audit.settle()


async def sent(api, hub, agent: SmallAgent, *contents: bytes, serial: str = "S1", verdict=Verdict.NOT_OK) -> str:
    """A result with these pictures is in the ledger, and their files are; its id."""
    result = agent.result(serial, verdict=verdict)
    batch = agent.seal(result, pictures_record(agent, serial, *contents))
    assert (await api.post("/api/v1/batches", content=batch)).status_code == 201
    for content in contents:
        answer = await bring(api, agent, hub, result.id, content)
        assert answer.status_code == 200, answer.text
    return result.id


async def told(api, header, serial: str = "S1") -> list[dict]:
    """What the unit's answer says of its pictures."""
    answer = await api.get(f"/api/v1/units/09506000134352/{serial}", headers=header)
    assert answer.status_code == 200, answer.text
    return [picture for result in answer.json()["results"] for picture in result["pictures"]]


def bearer(hub, organisation: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(hub, organisation, list(Scope)).text}"}


@pytest.mark.every_store(spread=True)
async def test_the_unit_leads_to_the_very_bytes(hub, api, agent):
    await sent(api, hub, agent, PICTURE)
    [picture] = await told(api, admin_of(hub))
    assert (picture["file"]["state"], picture["file"]["kind"]) == ("here", "PNG")
    assert (picture["file"]["width"], picture["file"]["height"]) == (40, 30)
    answer = await api.get(picture["file"]["url"], headers=admin_of(hub))
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"
    known = await api.get(picture["file"]["url"], headers=admin_of(hub) | {"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("content", [SVG, HTML, POLYGLOT, BOMB, b"\x89PNG\r\n\x1a\n", b"BM" + bytes(60)])
async def test_what_is_no_harmless_picture_is_kept_and_never_given_to_a_browser(hub, api, agent, content):
    await sent(api, hub, agent, content)
    [picture] = await told(api, admin_of(hub))
    assert picture["file"]["state"] == "here", "as evidence it counts whatever it is"
    digits = hash_of(content).removeprefix("sha256:")
    place = picture["pointer"]
    url = f"/api/v1/records/{place['batch_id']}/{place['line']}/pictures/{digits}"
    answer = await api.get(url, headers=admin_of(hub))
    if content is POLYGLOT:  # it is a picture, and stays nothing else
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return
    assert answer.status_code == 415, answer.headers
    assert content not in answer.content
    assert picture["file"]["url"] == ""


@pytest.mark.every_store
async def test_only_who_sees_the_record_sees_its_picture_and_hears_of_its_file(hub, api, agent):
    await sent(api, hub, agent, PICTURE)
    other = small_agent(hub, "b.line-1", "plant-b")
    await sent(api, hub, other, PICTURE, serial="T1")
    [picture] = await told(api, admin_of(hub))
    url, partner = picture["file"]["url"], bearer(hub, "plant-b-company")
    assert (await api.get(url, headers=bearer(hub, "plant-a-company"))).status_code == 200
    assert (await api.get(url, headers=partner)).status_code == 404
    foreign = (await api.get(url, headers=partner)).json()
    nothing = (await api.get(url.replace(hash_of(PICTURE)[7:], "f" * 64), headers=partner)).json()
    assert foreign == nothing, "whether it is there is not told"
    share = {"owner": "plant-a-company", "by": "q7", "partner": "plant-b-company"}
    state_policy(hub, PolicyForm(**share, kinds=[DataKind.VERDICTS]))
    assert await told(api, partner) == []
    assert (await api.get(url, headers=partner)).status_code == 404
    state_policy(hub, PolicyForm(**share, kinds=[DataKind.VERDICTS, DataKind.PICTURES]))
    [seen] = await told(api, partner)
    assert seen["file"] == picture["file"]
    assert (await api.get(seen["file"]["url"], headers=partner)).content == PICTURE
    state_policy(hub, PolicyForm(**share, kinds=[]))
    known = {"If-None-Match": f'"{hash_of(PICTURE)[7:]}"'}
    assert (await api.get(url, headers=partner | known)).status_code == 404, "what was taken back is not confirmed"


async def test_where_the_file_is_when_it_is_not_here(hub, api, agent):
    for serial, verdict in (("good", Verdict.OK), ("bad", Verdict.NOT_OK)):
        record = agent.result(serial, verdict=verdict), pictures_record(agent, serial, PICTURE)
        await api.post("/api/v1/batches", content=agent.seal(*record))

    async def states() -> list[str]:
        return [(await told(api, admin_of(hub), serial))[0]["file"]["state"] for serial in ("good", "bad")]

    assert await states() == ["unsent", "unsent"]
    for policy, expected in (
        (SendPolicy.FAILED, ["at-plant", "expected"]),
        (SendPolicy.ALL, ["expected", "expected"]),
        (SendPolicy.NONE, ["at-plant", "at-plant"]),
    ):
        hub.store.write(lambda it, policy=policy: note_policy(it, agent.author, policy))
        assert await states() == expected
    result = (await told(api, admin_of(hub), "bad"))[0]["pointer"]
    url = f"/api/v1/records/{result['batch_id']}/{result['line']}/pictures/{hash_of(PICTURE)[7:]}"
    assert (await api.get(url, headers=admin_of(hub))).status_code == 404
    piece = piece_of(agent, hub, "a.line-1:3", PICTURE, gone="deleted by the plant's rule")
    await put_piece(api, agent, piece)
    [picture] = await told(api, admin_of(hub), "bad")
    assert (picture["file"]["state"], picture["file"]["reason"]) == ("gone", "deleted by the plant's rule")


async def test_a_changed_file_is_not_shown_and_the_check_names_it(hub, api, agent, capsys):
    await sent(api, hub, agent, PICTURE)
    [picture] = await told(api, admin_of(hub))
    [file] = [path for path in PictureFolder(hub.settings.data).path.rglob("*") if path.is_file()]
    file.write_bytes(png("forged"))
    answer = await api.get(picture["file"]["url"], headers=admin_of(hub))
    assert answer.status_code == 503
    assert "sealed" in answer.json()["detail"]
    assert main(["pictures", "check", "--data", str(hub.settings.data)]) == 1
    assert file.name in capsys.readouterr().err


async def test_files_whose_time_is_over_go_and_are_not_taken_again(hub, api, agent):
    result = await sent(api, hub, agent, PICTURE)
    assert remove_pictures(hub, START) == 0
    assert remove_pictures(hub, START + timedelta(days=1)) == 1
    [picture] = await told(api, admin_of(hub))
    assert (picture["file"]["state"], picture["file"]["url"]) == ("removed", "")
    assert (await bring(api, agent, hub, result, PICTURE)).json()["fate"] == "removed"
    assert not [path for path in PictureFolder(hub.settings.data).path.rglob("*") if path.is_file()]


async def test_rebuilding_the_projections_leaves_files_where_they_are(hub, api, agent):
    await sent(api, hub, agent, PICTURE)
    before = await told(api, admin_of(hub))
    rebuild(hub)
    assert await told(api, admin_of(hub)) == before


async def test_a_backup_holds_the_files_and_gives_them_back(hub, api, agent, tmp_path):
    await sent(api, hub, agent, PICTURE)
    make_backup(hub, tmp_path / "backup", passphrase=b"a long passphrase")
    make_backup(hub, tmp_path / "lean", passphrase=b"a long passphrase", pictures=False)
    assert not (tmp_path / "lean" / "pictures").exists()
    keys = GivenKeys(passphrase=b"a long passphrase")
    restore_backup(tmp_path / "backup", tmp_path / "again", open_hub, token="t", keys=keys, jobs=1)
    again = open_hub(tmp_path / "again")
    async with client_of(again) as client:
        header = {"Authorization": "Bearer t"}
        [picture] = await told(client, header)
        assert (await client.get(picture["file"]["url"], headers=header)).content == PICTURE
    again.store.close()
    [stolen] = [path for path in (tmp_path / "backup" / "pictures").rglob("*") if path.is_file()]
    stolen.write_bytes(b"x")
    assert main(["fsck", "--data", str(tmp_path / "backup")]) == 1, "a backup is known to be bad by its manifest"
