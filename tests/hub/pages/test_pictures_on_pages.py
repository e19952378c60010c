"""Pictures of a unit on its page and its report: shown small, opened as they were signed, and said where they are."""

import re

import cv2
import httpx
import numpy as np
import pytest
from counted import statements
from page_weight import LARGEST, Seen, weight
from small_hub import admin_of
from small_pictures import bring, hash_of, pictures_record, piece_of, png, put_piece

from hub.pages.site import create_site
from hub.picture.keeping import remove_pictures
from hub.store.production.pictures import note_policy
from traceability.picture import SendPolicy
from traceability.record.production import Picture
from traceability.unit import Verdict

UNIT = "/01/09506000134352/21/S1"
FIRST, SECOND, PROGRAM = png("first", width=900, height=600), png("second", width=30, height=60), b"<script>alert(1)"
HOSTILE_NAME = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def reader(hub, agent):
    """Somebody who reads pages; the unit has three pictures, whose files are not here."""
    site = create_site(hub)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    )
    async with client:
        result = agent.result("S1", verdict=Verdict.NOT_OK)
        record = pictures_record(agent, "S1", FIRST, SECOND)
        hostile = Picture(sha256=hash_of(PROGRAM), size=len(PROGRAM), position=HOSTILE_NAME)
        record = type(record)(
            **{name: getattr(record, name) for name in record.__struct_fields__ if name != "pictures"},
            pictures=(*record.pictures, hostile),
        )
        assert (await client.post("/api/v1/batches", content=agent.seal(result, record))).status_code == 201
        yield client
        site.state.audit.settle()
        site.state.small_pictures.close()


async def page(reader: httpx.AsyncClient, path: str = UNIT, language: str = "en") -> str:
    answer = await reader.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


async def arrive(reader, hub, agent) -> None:
    for content in (FIRST, SECOND, PROGRAM):
        assert (await bring(reader, agent, hub, "a.line-1:1", content)).status_code == 200


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (None, ("not here: the plant has not sent it", "不在此处：工厂没有发送")),
        (SendPolicy.FAILED, ("not here yet", "尚未到达")),
        (SendPolicy.NONE, ("stays at the plant", "留在工厂")),
    ],
)
async def test_a_file_that_is_not_here_is_said_to_be_elsewhere_in_both_languages(hub, agent, reader, policy, words):
    if policy is not None:
        hub.store.write(lambda it: note_policy(it, agent.author, policy))
    assert (await page(reader)).count(words[0]) == 3
    assert (await page(reader, language="zh-CN")).count(words[1]) == 3
    assert "<img" not in (await page(reader)).partition('aria-labelledby="pictures"')[2]


async def test_what_is_here_is_shown_small_and_opened_as_it_was_signed(hub, agent, reader):
    await arrive(reader, hub, agent)
    text = (await page(reader)).partition('aria-labelledby="pictures"')[2]
    sources = re.findall(r'<img class="shot__picture" src="([^"]+)" width="(\d+)" height="(\d+)"', text)
    assert [(width, height) for _, width, height in sources] == [("480", "320"), ("30", "60")]
    links = re.findall(r'class="shot__link" href="([^"]+)"', text)
    for (source, _, _), link, content in zip(sources, links, (FIRST, SECOND), strict=True):
        small = await reader.get(source.replace("&amp;", "&"))
        assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
        assert (await reader.get(link)).content == content
    assert "the very file that was signed" in text
    assert "but not shown" in text, "a program is no picture"
    assert HOSTILE_NAME not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


async def test_the_page_says_what_became_of_files(hub, agent, reader):
    await arrive(reader, hub, agent)
    remove_pictures(hub, hub.clock().replace(year=2099))
    assert (await page(reader)).count("removed here on") == 3


async def test_a_file_that_was_lost_at_the_plant_is_said_to_be(hub, agent, reader):
    await put_piece(reader, agent, piece_of(agent, hub, "a.line-1:1", FIRST, gone="deleted"))
    assert (await page(reader)).count("never sent, and not kept at the plant any more") == 1


async def test_the_report_shows_those_that_tell_most(hub, agent, reader):
    await arrive(reader, hub, agent)
    report = await page(reader, f"/report{UNIT}")
    assert len(re.findall(r"<figure><img src=\"/api/v1/records/", report)) == 2


async def test_pages_with_photos_stay_small(hub, agent, reader):
    """With the pictures that are loaded at once; those of a unit's page wait until somebody scrolls there."""
    photos = [photo(number) for number in range(5)]
    result = agent.result("S2")
    sealed = agent.seal(result, pictures_record(agent, "S2", *photos))
    assert (await reader.post("/api/v1/batches", content=sealed)).status_code == 201
    for content in photos:
        assert (await bring(reader, agent, hub, result.id, content)).status_code == 200
    for path, shown in ((UNIT.replace("S1", "S2"), 5), (f"/report{UNIT.replace('S1', 'S2')}", 3)):
        text = await page(reader, path)
        seen = Seen(text)
        assert len(seen.pictures) == shown
        at_once = [source for source in seen.pictures if source not in seen.lazy]
        assert path.startswith("/report") or at_once == []
        sizes = [len((await reader.get(source)).content) for source in at_once]
        assert weight(text) + sum(sizes) <= LARGEST


def photo(number: int) -> bytes:
    """What a camera sees: soft shapes with grain, different for each number."""
    chance = np.random.default_rng(number)
    soft = cv2.GaussianBlur(chance.integers(0, 255, (360, 480, 3)).astype(np.uint8), (0, 0), 3)
    scene = cv2.normalize(soft, soft, 0, 255, cv2.NORM_MINMAX) + chance.normal(0, 12, soft.shape)
    return bytes(cv2.imencode(".jpg", np.clip(scene, 0, 255).astype(np.uint8))[1].tobytes())


async def test_files_cost_a_page_two_statements_however_many_pictures_there_are(hub, agent, reader):
    with statements() as bare:
        await reader.get("/api/v1/units/09506000134352/S1?check=false", headers=admin_of(hub))
    await arrive(reader, hub, agent)
    with statements() as full:
        await reader.get("/api/v1/units/09506000134352/S1?check=false", headers=admin_of(hub))
    assert len(full) == len(bare)
    assert sum("picture_file" in one or "picture_sending" in one for one in full) == 2
