"""Labels by photo: what each code is, and pictures that nobody meant well with."""

import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import frail_worker
import httpx
import msgspec
import numpy as np
import pytest
import zxingcpp
from fastapi import FastAPI
from numpy.typing import NDArray
from small_chain import HOUSING, Chain, small_chain

from hub.errors import EntryRefused, TooBusy
from hub.pages.site import create_site
from hub.parts import Hub
from hub.search.photo import PhotoDesk, photo_view
from hub.search.views import HitKind, PhotoSymbol, PhotoView
from vision.pool import DecodePool, PoolLimits
from vision.symbol import Reading, Reason

GTIN_TEXT = f"(01){HOUSING}(21)H-17"


def drawn(text: str, kind: str = "DataMatrix", *, gs1: bool = False) -> NDArray[np.uint8]:
    options = {"gs1": True} if gs1 else {}
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    return cv2.copyMakeBorder(np.array(code.to_image(scale=6)), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)


def png(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def label(*codes: NDArray[np.uint8]) -> bytes:
    """Codes side by side."""
    high = max(code.shape[0] for code in codes)
    padded = [cv2.copyMakeBorder(c, 0, high - c.shape[0], 0, 60, cv2.BORDER_CONSTANT, value=255) for c in codes]
    return png(np.hstack(padded))


@pytest.fixture(scope="module")
def photos() -> Iterator[PhotoDesk]:
    desk = PhotoDesk()
    yield desk
    desk.close()


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H-17", lot="4711")
    made.send()
    return made


@pytest.fixture
def site(hub: Hub, chain: Chain, photos: PhotoDesk) -> FastAPI:
    made = create_site(hub)
    made.state.photos = photos
    return made


def client(site: FastAPI, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=headers)


async def seen(site: FastAPI, picture: bytes) -> PhotoView:
    async with client(site) as asks:
        answer = await asks.post("/api/v1/search/photo", content=picture)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=PhotoView)


async def only(site: FastAPI, picture: bytes) -> PhotoSymbol:
    (symbol,) = (await seen(site, picture)).symbols
    return symbol


async def test_a_gs1_label_is_the_unit_it_names(site: FastAPI) -> None:
    symbol = await only(site, png(drawn(GTIN_TEXT, gs1=True)))
    (hit,) = symbol.hits
    assert (hit.kind, hit.url, hit.known) == (HitKind.UNIT, f"/01/{HOUSING}/21/H-17", True)
    assert symbol.symbology == "]d2"
    assert len(symbol.corners) == 4


async def test_the_code_of_our_own_page_leads_back_to_it(site: FastAPI) -> None:
    symbol = await only(site, png(drawn(f"https://hub.example/01/{HOUSING}/21/H-17", "QRCode")))
    assert [hit.url for hit in symbol.hits] == [f"/01/{HOUSING}/21/H-17"]


async def test_plain_text_is_searched_as_if_typed(site: FastAPI) -> None:
    symbol = await only(site, png(drawn("line-1", "Code128")))
    assert {hit.kind for hit in symbol.hits} == {HitKind.AGENT}


async def test_a_well_formed_code_that_nobody_sent_is_told_as_such(site: FastAPI) -> None:
    symbol = await only(site, png(drawn(f"(01){HOUSING}(21)NEVER", gs1=True)))
    assert [hit.known for hit in symbol.hits] == [False]


async def test_every_code_of_a_label_is_shown(site: FastAPI) -> None:
    codes = label(drawn(GTIN_TEXT, gs1=True), drawn("<script>alert(1)</script>", "QRCode"))
    view = await seen(site, codes)
    assert {symbol.text for symbol in view.symbols} >= {"<script>alert(1)</script>"}
    async with client(site, Accept="text/html") as asks:
        page = await asks.post("/search/photo", files={"photo": ("../../x<b>.png", codes, "image/png")})
    assert page.status_code in (200, 303)
    assert "<script>alert" not in page.text


async def test_the_page_leads_straight_to_the_one_unit(site: FastAPI) -> None:
    photo = {"photo": ("label.png", png(drawn(GTIN_TEXT, gs1=True)), "image/png")}
    async with client(site, Accept="text/html") as asks:
        answer = await asks.post("/search/photo", files=photo)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/01/{HOUSING}/21/H-17")


async def test_a_photo_without_a_code_says_what_to_do(site: FastAPI) -> None:
    blank = {"photo": ("label.png", png(np.full((200, 300), 255, np.uint8)), "image/png")}
    async with client(site, Accept="text/html") as asks:
        page = await asks.post("/search/photo", files=blank)
    assert page.status_code == 200
    assert "No code was found on the photo" in page.text


def bomb(width: int, height: int) -> bytes:
    """A PNG that declares many pixels in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
        bomb(60_000, 60_000),
        bomb(2**31 - 1, 1),
        bomb(11_000, 11_000),
        bomb(1, 1),
        png(np.zeros((100, 100), np.uint8))[:60],
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    ],
    ids=["empty", "gif", "svg", "xml", "bomb", "wide", "large", "dot", "cut png", "cut jpeg", "cut webp"],
)
async def test_what_is_no_picture_to_be_read_is_refused_with_a_reason(site: FastAPI, hostile: bytes) -> None:
    async with client(site) as asks:
        answer = await asks.post("/api/v1/search/photo", content=hostile)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


async def test_a_body_that_is_too_large_is_not_even_read(site: FastAPI) -> None:
    async with client(site) as asks:
        answer = await asks.post("/api/v1/search/photo", content=b"\0" * (12 << 20))
    assert answer.status_code == 413


def test_a_picture_that_kills_its_reader_costs_one_answer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(frail_worker.__file__).parent))
    desk = PhotoDesk(DecodePool(PoolLimits(patience=30.0), module="frail_worker"))
    try:
        reading = desk.read(png(drawn("CRASH", "QRCode")))
        assert reading.reason is Reason.READER_FAILED
        with hub.store.reading() as connection:
            assert photo_view(connection, reading, 5).failed
    finally:
        desk.close()


class Slow(DecodePool):
    """Reads until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.reading, self.go = threading.Event(), threading.Event()

    def decode(self, *_: object) -> Reading:
        self.reading.set()
        assert self.go.wait(30)
        return Reading()


def test_who_comes_while_too_many_wait_is_told_to_come_again() -> None:
    pool = Slow()
    desk = PhotoDesk(pool, waiting=1)
    first = threading.Thread(target=desk.read, args=(b"x",))
    first.start()
    assert pool.reading.wait(30)
    with pytest.raises(TooBusy):
        desk.read(b"y")
    pool.go.set()
    first.join(30)
    desk.read(b"z")
    with pytest.raises(EntryRefused):
        desk.read(b"")
