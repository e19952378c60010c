"""How well a code is marked reaches the signed record and, on request, the measurements; so do rival readings."""

import time
from decimal import Decimal

import cv2
import msgspec
import numpy as np
import pytest
from label_pictures import Spoil, label_picture
from small_camera import write_picture

from edge_agent.config.settings import Camera
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.marks import measured_marks
from traceability.measurement import Characteristic, Measurement, Status
from traceability.record.production import MarkQuality, Picture, ReadSymbol
from vision.expectation import Expectation
from vision.formats import Format

PER_CENT = Characteristic(id="uec", name="x", operation="OP10", uom="%", decimals=0)
RATIO = Characteristic(id="mod", name="x", operation="OP10", uom="1", decimals=3)


@pytest.fixture
def camera(tmp_path):
    (tmp_path / "camera").mkdir()
    return Camera(
        folder=tmp_path / "camera",
        positions=("unit",),
        formats=(Format.DATA_MATRIX, Format.ITF),
        timeout=5.0,
        measurements={"unit": {"unused_correction": PER_CENT, "modulation": RATIO}},
    )


def looks(camera, tmp_path) -> CycleCamera:
    return CycleCamera("OP10", camera, Album(tmp_path / "pictures"), time.monotonic)


async def test_the_estimates_of_a_picture_are_in_its_record_and_are_measured(camera, tmp_path):
    write_picture(camera.folder, "OP10-00000001-unit.png", "https://example.org/01/09506000134352/21/U1")
    (shot,) = await looks(camera, tmp_path).shots(1)
    (symbol,) = shot.picture.symbols
    assert symbol.quality.unused_correction == 1000
    assert symbol.quality.modulation > 700
    assert symbol.quality.defects is None
    assert shot.picture.program.startswith("zhuoyue ")
    measured = {one.characteristic: one for one in measured_marks(camera, [shot.picture])}
    assert (measured["uec"].value, measured["uec"].uom, measured["uec"].status) == (100, "%", Status.GOOD)
    assert measured["mod"].value == symbol.quality.modulation


def test_an_estimate_is_rounded_to_the_plan_and_nothing_is_invented(camera):
    def picture(*qualities):
        symbols = tuple(ReadSymbol(symbology="]d1", bytes_base64="QQ==", quality=quality) for quality in qualities)
        return Picture(sha256="sha256:" + "0" * 64, size=1, position="unit", symbols=symbols)

    quality = MarkQuality(unused_correction=455)
    uec, mod = measured_marks(camera, [picture(quality)])
    assert uec == Measurement(characteristic="uec", value=46, decimals=0, uom="%", raw="45.5")
    assert (mod.value, mod.status) == (None, Status.BAD)
    for none in ([], [picture()], [picture(None)], [picture(quality, quality)]):
        assert [one.status for one in measured_marks(camera, none)] == [Status.BAD, Status.BAD]
    assert Decimal(uec.raw) == Decimal("45.5")


async def test_what_was_read_but_not_believed_is_kept_as_a_rival(camera, tmp_path):
    """An ITF of the wrong length: the unit stays unknown, and the record says what stood there."""
    picture, truth = label_picture("ITF", 9, None, 0, np.random.default_rng(9))
    (camera.folder / "OP10-00000001-unit.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    rule = Expectation(formats=frozenset({Format.ITF}), min_length=16, max_length=16)
    (shot,) = await looks(msgspec.structs.replace(camera, expectations=(rule,)), tmp_path).shots(1)
    assert (shot.item, shot.code) == (None, ErrorCode.NOT_READ)
    assert "what was read is not what is expected here" in shot.reason
    assert shot.picture.symbols == ()
    assert truth in {msgspec.json.decode(f'"{rival.bytes_base64}"', type=bytes) for rival in shot.picture.rivals}


async def test_a_code_too_damaged_is_located_but_unreadable(camera, tmp_path):
    picture = label_picture("DataMatrix", 9, Spoil.OCCLUSION, 0.8, np.random.default_rng(9)).picture
    (camera.folder / "OP10-00000001-unit.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    (shot,) = await looks(camera, tmp_path).shots(1)
    assert shot.code is ErrorCode.NOT_READ
    assert shot.reason in ("no code read (located, but unreadable)", "no code read (none found)")
