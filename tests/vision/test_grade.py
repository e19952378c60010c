"""Estimates of marking quality: right on good marks, lower for what is worse, silent where nothing can be told."""

import cv2
import numpy as np
import pytest
from label_pictures import Spoil, label_picture

from vision.decode import DecodeOptions, decode_grey
from vision.symbol import Quality

GRADED = DecodeOptions(expected=1, grade=True)
MATRIX = ["QRCode", "DataMatrix", "Aztec", "MicroQRCode", "RMQRCode"]
LINEAR = ["Code128", "Code39", "EAN13"]


def quality_of(picture) -> Quality:
    (symbol,) = decode_grey(picture, GRADED).symbols
    assert symbol.modules is None
    assert symbol.quality is not None
    values = [getattr(symbol.quality, name) for name in Quality.__struct_fields__]
    assert all(value is None or 0 <= value <= 1 for value in values)
    return symbol.quality


def spoiled(symbology, spoil, degree, seed=3) -> Quality:
    return quality_of(label_picture(symbology, 7, spoil, degree, np.random.default_rng(seed)).picture)


@pytest.mark.parametrize("symbology", MATRIX)
@pytest.mark.parametrize("turn", range(4))
def test_a_good_mark_is_near_one_everywhere(symbology, turn):
    picture = label_picture(symbology, 7, None, 0, np.random.default_rng(3)).picture
    quality = quality_of(np.ascontiguousarray(np.rot90(picture, turn)))
    assert quality.contrast > 0.8
    assert quality.modulation > 0.7
    assert quality.fixed_pattern == 1
    assert quality.axial > 0.98
    assert quality.quiet_zone in (None, 1.0)
    assert (quality.unused_correction == 1) != (symbology == "MicroQRCode")  # the smallest only notices errors
    assert (quality.quiet_zone is None) == (symbology == "Aztec")
    assert quality.defects is None


@pytest.mark.parametrize("symbology", LINEAR)
def test_a_good_linear_code(symbology):
    quality = spoiled(symbology, None, 0)
    assert min(quality.contrast, quality.modulation, quality.defects) > 0.8
    assert quality.quiet_zone == 1
    assert (quality.fixed_pattern, quality.axial, quality.unused_correction) == (None, None, None)


@pytest.mark.parametrize("symbology", [*MATRIX, *LINEAR])
def test_blur_takes_modulation_and_fading_takes_contrast(symbology):
    good, soft, faint = (
        spoiled(symbology, spoil, degree) for spoil, degree in ((None, 0), (Spoil.BLUR, 0.2), (Spoil.LOW_CONTRAST, 0.6))
    )
    assert soft.modulation < good.modulation - 0.1
    assert faint.contrast < good.contrast - 0.1
    assert soft.contrast > faint.contrast


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix", "Code128"])
def test_light_on_dark_is_graded_as_well(symbology):
    quality = spoiled(symbology, Spoil.INVERTED, 0.1)
    assert min(quality.contrast, quality.modulation, quality.quiet_zone) > 0.7


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix"])
def test_a_mirrored_code_is_laid_right(symbology, printed):
    quality = quality_of(np.ascontiguousarray(printed("MIRROR-1", symbology)[:, ::-1]))
    assert min(quality.modulation, quality.fixed_pattern) > 0.9


def test_stretch_damage_and_a_dirty_quiet_zone_are_seen(printed):
    picture = printed("WEAR-0042", "QRCode", scale=6)
    good = quality_of(picture)
    wide = quality_of(cv2.resize(picture, None, fx=1.2, fy=1, interpolation=cv2.INTER_LINEAR))
    assert wide.axial < 0.9 < good.axial
    spotted = picture.copy()
    spotted[24 + 6 * 20 : 24 + 6 * 23, 24 + 6 * 14 : 24 + 6 * 17] = 128
    assert quality_of(spotted).unused_correction < good.unused_correction
    dirty = picture.copy()
    dirty[24:36, 24:] = 0
    assert quality_of(dirty).quiet_zone < good.quiet_zone


def test_a_damaged_finder_is_seen(printed):
    """Of a DataMatrix, which is found by its two solid sides; one module in the middle of one is pale."""
    picture = printed("FINDER-0042-AND-MORE", "DataMatrix", scale=6)
    left, rows = int(np.flatnonzero(picture.min(axis=0) == 0)[0]), np.flatnonzero(picture.min(axis=1) == 0)
    middle = int(rows[0]) + 6 * ((len(rows) // 6) // 2)
    picture[middle : middle + 6, left : left + 6] = 255
    quality = quality_of(picture)
    assert 0.9 < quality.fixed_pattern < 1


def test_a_spot_in_a_linear_code_is_a_defect():
    picture = label_picture("Code128", 7, None, 0, np.random.default_rng(3)).picture
    rows = picture.shape[0]
    grey = picture.astype(np.float32)
    run = int(np.flatnonzero(picture[rows // 2] < 100)[0])
    grey[:, run + 3 : run + 7] += 50  # a pale streak within the first bar, which is ten pixels wide
    spot = quality_of(np.clip(grey, 0, 255).astype(np.uint8))
    assert spot.defects < quality_of(picture).defects - 0.1


def test_nothing_is_graded_where_nobody_asked(printed):
    (symbol,) = decode_grey(printed("PLAIN", "QRCode"), DecodeOptions(expected=1)).symbols
    assert (symbol.quality, symbol.modules) == (None, None)


def test_a_code_cut_off_by_the_pictures_edge_has_no_quiet_zone(printed):
    picture = printed("EDGE-0042", "QRCode", scale=6)
    inner = picture[24 + 18 : -24 - 18, 24 + 18 : -24 - 18]
    assert quality_of(np.ascontiguousarray(inner)).quiet_zone <= 1
