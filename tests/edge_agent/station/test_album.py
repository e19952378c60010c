"""Pictures kept by their hash: once, longer for failures than for passes, and never more than there is room for."""

import json
import os
from pathlib import Path

import pytest

from edge_agent.config.settings import PictureRule
from edge_agent.station.album import Album
from traceability.encoding import sha256

DAY = 86_400
NOW = 2_000_000_000.0
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def album(tmp_path):
    return Album(tmp_path / "pictures")


def note(ok, cycle=1):
    return {"station": "OP10", "cycle": cycle, "ok": ok, "verdict": "OK" if ok else "NOT_OK"}


def kept(album, content, *, ok, age_days=0.0) -> Path:
    digest = album.keep(content)
    album.settle(digest, note(ok), ok=ok)
    place = album.find(digest)
    os.utime(place, (NOW - age_days * DAY,) * 2)
    return place


def test_the_same_bytes_are_kept_once_under_their_hash(album, encoded_jpeg):
    digest = album.keep(encoded_jpeg)
    assert digest == sha256(encoded_jpeg).hex()
    assert album.keep(encoded_jpeg) == digest
    place = album.find(digest)
    assert (place.name, place.parent.name, place.read_bytes()) == (f"{digest}.jpg", digest[:2], encoded_jpeg)
    assert album.find("0" * 64) is None


def test_what_is_no_picture_is_kept_too(album):
    assert album.find(album.keep(b"half of something")).suffix == ".bin"


def test_a_pass_is_filed_apart_with_its_note(album, encoded_jpeg):
    place = kept(album, encoded_jpeg, ok=True)
    assert place.parent.parent.name == "ok"
    assert json.loads(place.with_suffix(".json").read_text(encoding="utf-8")) == [note(True)]
    album.settle(album.keep(encoded_jpeg), note(True), ok=True)  # told again after a crash
    assert json.loads(place.with_suffix(".json").read_text(encoding="utf-8")) == [note(True)]


@pytest.mark.parametrize("verdicts", [(True, False), (False, True)])
def test_a_picture_that_a_failure_rests_on_too_is_a_failures(album, encoded_jpeg, verdicts):
    for cycle, ok in enumerate(verdicts):
        digest = album.keep(encoded_jpeg)
        album.settle(digest, note(ok, cycle), ok=ok)
    place = album.find(digest)
    assert place.parent.parent.name == "pictures"
    assert len(json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))) == 2
    assert len(list(place.parent.parent.rglob("*.json"))) == 1


def test_passes_go_sooner_than_failures(album):
    rule = PictureRule(ok_days=30, other_days=365)
    places = {
        (ok, days): kept(album, b"%d %d" % (ok, days), ok=ok, age_days=days)
        for ok in (True, False)
        for days in (1, 100)
    }
    assert album.sweep(rule, NOW).pictures == 1
    assert [key for key, place in places.items() if not place.exists()] == [(True, 100)]
    assert album.sweep(rule, NOW + 300 * DAY).pictures == 2
    assert [key for key, place in places.items() if place.exists()] == [(False, 1)]


def test_the_oldest_go_when_there_is_no_more_room(album, tmp_path):
    rule = PictureRule(ok_bytes=350, other_bytes=250)
    ok = [kept(album, bytes([number]) * 100, ok=True, age_days=number) for number in range(5)]
    bad = [kept(album, bytes([number]) * 101, ok=False, age_days=number) for number in range(5)]
    swept = album.sweep(rule, NOW)
    assert [place.exists() for place in ok] == [True, True, True, False, False]
    assert [place.exists() for place in bad] == [True, True, False, False, False]
    assert (swept.pictures, swept.left) == (5, 3 * 100 + 2 * 101)
    assert len(list(tmp_path.rglob("*.json"))) == 5  # a note goes with its picture


def test_what_a_crash_left_half_written_goes_like_an_old_failure(album, tmp_path):
    half = tmp_path / "pictures" / "ab" / "abcd.123.half"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"x")
    os.utime(half, (NOW - 400 * DAY,) * 2)
    assert album.sweep(PictureRule(), NOW).pictures == 1
    assert not half.exists()


def test_pictures_put_aside_and_an_album_not_begun_are_left_alone(album, tmp_path):
    assert album.sweep(PictureRule(), NOW).pictures == 0
    album.aside.mkdir(parents=True)
    (album.aside / "poison.picture").write_bytes(b"x")
    os.utime(album.aside / "poison.picture", (1, 1))
    assert album.sweep(PictureRule(), NOW).pictures == 0


def test_a_picture_swept_before_its_result_was_stored_is_no_error(album):
    album.settle("ab" * 32, note(True), ok=True)


@pytest.fixture
def encoded_jpeg():
    import cv2
    import numpy as np

    return cv2.imencode(".jpg", np.full((20, 20), 99, np.uint8))[1].tobytes()
